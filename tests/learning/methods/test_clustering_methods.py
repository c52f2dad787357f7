"""MoCo, SCAN, SPICE and RPSC: each method's loss against one written out image by image."""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tests.learning.images.shapes import collection, quick

from napari_fathom.errors import TrainingError
from napari_fathom.learning import cluster_losses, losses
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.images.parts import finished
from napari_fathom.learning.images.sampler import ImageSampler
from napari_fathom.learning.images.scaling import fit_scaling
from napari_fathom.learning.methods import Loss, Method, MethodContext, make_image_method
from napari_fathom.learning.methods.rpsc_semi import RPSCSemi
from napari_fathom.learning.nets.image_network import ImageNetwork, build_image_network
from napari_fathom.learning.nets.network import evaluating
from napari_fathom.learning.nets.projection import ProjectionHead, embed_all
from napari_fathom.learning.prototypes import centres_of_sure, closeness, nearest_members

CPU, CLUSTERS = torch.device("cpu"), 3
IMAGES, TRUTH = collection(6)
POOL = np.arange(len(TRUTH))
SCALING = fit_scaling(IMAGES.pixels, None)
STILL = {
    "rotate": False,
    "flip": False,
    "shift": 0.0,
    "zoom": 0.0,
    "contrast": 0.0,
    "brightness": 0.0,
    "erase": 0.0,
}
"""Every view is the image as it is."""


def made(
    method: str, said: np.ndarray | None = None, *, begin: bool = True, **changes: Any
) -> tuple[Method[ImageNetwork, ImageBatch], ImageNetwork, Gallery, ImageBatch]:
    settings = quick(
        **{
            "method": method,
            "clusters": CLUSTERS,
            "projection_heads": 2,
            "channels_last": False,
            **STILL,
            **changes,
        }
    )
    target = np.zeros(len(TRUTH), int) if said is None else said
    gallery = Gallery(IMAGES, target, POOL, SCALING, settings, CPU)
    network = build_image_network(settings, IMAGES.side, 0, 0).train()
    context = MethodContext(settings, 0, CPU, lambda: None, seen=network.seen, gallery=gallery)
    sampler = ImageSampler(IMAGES, np.zeros(len(TRUTH), int), POOL, SCALING, settings)
    batch = sampler.draw(8, unlabelled=True, view=True)
    method = make_image_method(context)
    if begin:
        list(method.begin(network))
    return method, network, gallery, batch


def first(method: Method[ImageNetwork, ImageBatch], network: ImageNetwork, batch: ImageBatch) -> Loss:
    [loss] = method.objectives(network, batch)
    return loss


def test_moco_tells_each_image_from_those_of_former_batches_but_not_from_itself() -> None:
    method, network, _, batch = made("moco", queue=12)
    assert batch.places is not None
    start = float(first(method, network, batch).total.detach())
    assert start < math.log(13)  # of twelve random keys, none is like it
    again = float(first(method, network, batch).total.detach())
    # Views are still, the average is the network: keys are the queries, and the queue begins with all of them
    with torch.no_grad():
        rows = network.features(batch.unlabelled)  # type: ignore[arg-type]
        rows = F.normalize((rows - rows.mean(0)) / rows.std(0, unbiased=False), dim=1)
    random = torch.randn(12, 16, generator=torch.Generator().manual_seed(8))
    queue = torch.cat([rows, F.normalize(random, dim=1)])[:12]
    places = [*batch.places.tolist(), -1, -1, -1, -1]
    total = 0.0
    for i, place in enumerate(batch.places.tolist()):
        right = math.exp(float(rows[i] @ rows[i]) / 0.2)
        wrong = [math.exp(float(rows[i] @ queue[j]) / 0.2) for j in range(12) if places[j] != place]
        total -= math.log(right / (right + sum(wrong)))
    assert again == pytest.approx(total / 8, rel=1e-2)


def test_moco_keeps_a_queue_no_longer_than_the_collection() -> None:
    method, network, gallery, batch = made("moco")
    for _ in range(5):
        first(method, network, batch)
    assert len(method._queue) == len(gallery)  # type: ignore[attr-defined]


def head_losses(name: str, **changes: Any) -> tuple[float, list[tuple[torch.Tensor, Any]]]:
    """A method's loss, and for each head its logits and pseudo-labels, found anew."""
    method, network, gallery, batch = made(name, **changes)
    heads = list(method._heads)  # type: ignore[attr-defined]
    rows = finished(embed_all(network, gallery, lambda: None))
    found = []
    for head in heads:
        with torch.no_grad():
            sure = head(rows).softmax(1)
            pseudo = nearest_members(rows, centres_of_sure(rows, sure, 0.5))
            found.append((head(rows[pseudo.items]), pseudo))
    return float(first(method, network, batch).total.detach()), found


@pytest.mark.parametrize("method", ["spice", "rpsc"])
@pytest.mark.parametrize("loss", ["paper", "cross-entropy", "soft-contrastive"])
def test_heads_learn_the_clusters_of_prototypes_each_by_itself(method: str, loss: str) -> None:
    total, found = head_losses(method, cluster_loss=loss)
    expected = 0.0
    for logits, pseudo in found:
        if "soft-contrastive" in (loss, {"rpsc": "soft-contrastive"}.get(method) if loss == "paper" else ""):
            p = logits.softmax(1)
            expected += float(cluster_losses.soft_contrastive_loss(p, pseudo.labels, pseudo.confidence, 0.5))
        elif method == "rpsc":
            expected += float(F.cross_entropy(logits, pseudo.labels))
        else:
            expected += float(F.cross_entropy(logits.softmax(1), pseudo.labels))
    assert total == pytest.approx(expected, rel=1e-3)


def test_the_encoder_stays_as_it_is_and_the_best_head_answers() -> None:
    method, network, _, batch = made("rpsc")
    before = {name: value.clone() for name, value in network.encoder.state_dict().items()}
    loss = first(method, network, batch)
    loss.total.backward()  # type: ignore[no-untyped-call]
    assert all(weight.grad is None for weight in network.parameters())
    assert all(weight.grad is not None for weight in method.parameters())
    assert all(torch.equal(before[name], value) for name, value in network.encoder.state_dict().items())
    method._losses = torch.tensor([2.0, 1.0])  # type: ignore[attr-defined]
    method.settle(network)
    best = method._heads[1]  # type: ignore[attr-defined]
    assert isinstance(best, ProjectionHead)
    torch.testing.assert_close(network.heads._clusters.weight, best.last.weight)


def test_heads_go_on_where_a_former_run_left_them() -> None:
    method, network, _, batch = made("spice")
    first(method, network, batch)
    state = {name: value.clone() for name, value in method.state().items()}
    other, *_ = made("spice", seed=5)
    other.restore(state)
    assert all(torch.equal(value, state[name]) for name, value in other.state().items())


@pytest.mark.parametrize("name", ["spice", "rpsc"])
def test_after_a_pause_the_same_head_answers_as_without(name: str) -> None:
    """Its lead is of the mini-batches before the pause: those after it say nothing else."""
    method, network, _, batch = made(name, projection_heads=3)
    for _ in range(3):
        first(method, network, batch)
    leader = int(method._losses.argmax())  # type: ignore[attr-defined]
    method._losses[leader] = 0.0  # type: ignore[attr-defined]
    resumed, other, *_ = made(name, projection_heads=3)
    resumed.restore(method.state())
    for run, seen in ((method, network), (resumed, other)):
        first(run, seen, batch)
        run.settle(seen)
    wanted = resumed._heads[leader].last.weight  # type: ignore[attr-defined]
    torch.testing.assert_close(other.heads._clusters.weight, wanted)
    torch.testing.assert_close(network.heads._clusters.weight, wanted)


def test_heads_of_other_clusters_bring_no_lead() -> None:
    method, network, _, batch = made("spice")
    first(method, network, batch)
    other, *_ = made("spice", clusters=4)
    other.restore(method.state())
    assert not other._losses.any()  # type: ignore[attr-defined]


def standard(rows: torch.Tensor) -> torch.Tensor:
    """Each column with mean 0 and spread 1."""
    return (rows - rows.mean(0)) / (rows.var(0, correction=0) + 1e-5).sqrt()


def test_scan_answers_of_images_as_they_are_what_it_learned_of_mini_batches() -> None:
    method, network, gallery, batch = made("scan", steps=4, epochs=1, projection_heads=1)
    first(method, network, batch)
    everything = gallery.plain(torch.arange(len(gallery)))
    with torch.no_grad():
        learned = network.heads.clusters(standard(network.features(everything)))
    method.settle(network)
    with torch.no_grad():
        said = network.heads.clusters(network.features(everything))
    torch.testing.assert_close(said, learned, rtol=1e-3, atol=1e-3)


def test_what_sure_means_of_clusters_says_nothing_of_classes() -> None:
    method, *_ = made("rpsc-semi")
    assert all(name.startswith("clusters.") for name in method.state())
    other, *_ = made("rpsc-semi")
    kept = {name: value + 0.5 for name, value in method.state().items()}
    other.restore(kept)
    for name, value in other.state().items():
        torch.testing.assert_close(value, kept[name])


def test_scan_first_puts_neighbours_into_one_cluster() -> None:
    method, network, gallery, batch = made("scan", neighbours=1, steps=4, epochs=1)
    assert not method.needs_view
    assert batch.places is not None
    rows = finished(embed_all(network, gallery, lambda: None))
    alike = F.cosine_similarity(rows[:, None], rows[None], dim=2).fill_diagonal_(-2)
    heads = [network.heads.clusters, *method._copies.others]  # type: ignore[attr-defined]
    with torch.no_grad():
        seen = network.features(gallery.plain(torch.arange(len(gallery))))
        here, there = standard(seen[batch.places]), standard(seen[alike.argmax(1)[batch.places]])
        expected = 0.0
        for head in heads:
            mine, near = head(here).softmax(1), head(there).softmax(1)
            expected += float(
                cluster_losses.neighbour_loss(mine, near) + 5 * cluster_losses.spread_loss(mine)
            )
    loss = first(method, network, batch)
    assert float(loss.total.detach()) == pytest.approx(expected / 2, rel=1e-3)


@pytest.mark.parametrize("kind", ["paper", "soft-contrastive"])
def test_scan_then_learns_its_sure_answers(kind: str) -> None:
    method, network, gallery, batch = made("scan", steps=2, epochs=1, threshold=0.0, cluster_loss=kind)
    rows = finished(embed_all(network, gallery, lambda: None))
    first(method, network, batch)
    assert method.needs_view  # one of two batches is over
    assert batch.places is not None
    with torch.no_grad():
        seen = network.features(batch.unlabelled)  # type: ignore[arg-type]
        logits = network.heads.clusters(standard(seen))
    labels = logits.argmax(1)
    if kind == "paper":
        weights = 1 / torch.bincount(labels, minlength=CLUSTERS).clamp_min(1)
        expected = losses.weighted_cross_entropy(logits, labels, weights)
    else:
        here = rows[batch.places]
        zeros = torch.zeros(rows.shape[1])
        groups = [here[labels == number] for number in range(CLUSTERS)]
        middles = torch.stack([group.mean(0) if len(group) else zeros for group in groups])
        trust = closeness(here, labels, middles)
        expected = cluster_losses.soft_contrastive_loss(logits.softmax(1), labels, trust, 0.5)
    loss = first(method, network, batch)
    assert (loss.name, float(loss.total.detach())) == (
        "pseudo-labels",
        pytest.approx(float(expected), rel=1e-3),
    )


def test_scan_learns_nothing_from_a_batch_without_a_sure_answer() -> None:
    method, network, _, batch = made("scan", steps=2, epochs=1, threshold=1.0)
    first(method, network, batch)
    loss = first(method, network, batch)
    assert float(loss.total.detach()) == 0
    loss.total.backward()  # type: ignore[no-untyped-call]


def reliable(said: np.ndarray | None = None, **changes: Any) -> tuple[np.ndarray, np.ndarray]:
    """Which images are reliably of which cluster; and each one's nearest centre, written out."""
    method, network, gallery, _ = made("rpsc-semi", said, begin=False, **changes)
    assert isinstance(method, RPSCSemi)
    found = finished(method._reliable(network)).numpy()
    rows = finished(embed_all(network, gallery, lambda: None))
    with evaluating(network), torch.no_grad():
        answers = network.heads.clusters(network.features(gallery.plain(torch.arange(len(gallery))))).softmax(
            1
        )
    surest = answers.topk(len(rows) // (2 * CLUSTERS), dim=0).indices
    centres = rows[surest].mean(0)
    nearest = F.cosine_similarity(rows[:, None], centres[None], dim=2).argmax(1).numpy()
    alike = F.cosine_similarity(rows[:, None], rows[None], dim=2).fill_diagonal_(-2)
    neighbours = alike.topk(len(rows) // (2 * CLUSTERS), dim=1).indices.numpy()
    agreed = (nearest[neighbours] == nearest[:, None]).mean(axis=1)
    return found, np.where(agreed > changes.get("threshold", 0.95), nearest, -1)


@pytest.mark.parametrize("threshold", [0.2, 0.6])
def test_a_cluster_is_reliable_where_neighbours_agree(threshold: float) -> None:
    found, expected = reliable(threshold=threshold)
    np.testing.assert_array_equal(found, expected)
    assert np.unique(expected[expected >= 0]).size > 1


def test_what_people_said_is_true_whatever_neighbours_are() -> None:
    said = np.where(np.arange(len(TRUTH)) < 8, TRUTH % 2 + 1, 0)
    found, expected = reliable(said, threshold=0.2)
    np.testing.assert_array_equal(found[8:], expected[8:])
    ones, twos = set(found[said == 1]), set(found[said == 2])
    assert ones.isdisjoint(twos)
    assert -1 not in ones | twos


def test_too_few_reliable_clusters_are_told_with_what_to_do() -> None:
    with pytest.raises(TrainingError, match=r"Neighbours agree on 0 of 3 clusters.*Lower the threshold"):
        reliable(threshold=1.0)


def test_rpsc_semi_is_freematch_on_the_clusters() -> None:
    method, network, _, batch = made("rpsc-semi", threshold=0.2, threshold_memory=0.5, fairness_weight=0.0)
    loss = first(method, network, batch)
    assert loss.name == "clusters"
    assert loss.consistency is not None
    assert loss.consistency.shape == (8,)
    loss.total.backward()  # type: ignore[no-untyped-call]
    assert network.heads._clusters.weight.grad is not None
    assert network.heads._classes.weight.grad is None
    assert next(network.encoder.parameters()).grad is not None

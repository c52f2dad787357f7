"""PredKlus' alternation with images for pixels."""

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tests.learning.images.shapes import NAMES, collection, quick, some

from napari_fathom.events import Done
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.images.sampler import ImageSampler
from napari_fathom.learning.images.scaling import fit_scaling
from napari_fathom.learning.images.source import ImageLabels
from napari_fathom.learning.images.training import ImageTraining
from napari_fathom.learning.methods import Method, MethodContext, make_image_method
from napari_fathom.learning.methods.image_predklus import ImagePredKlus
from napari_fathom.learning.nets.image_network import ImageNetwork, build_image_network
from napari_fathom.learning.nets.network import evaluating

IMAGES, TRUTH = collection(8)
LABELS = some(TRUTH, 3).target
CPU, CLASSES = torch.device("cpu"), 4
STILL = {"rotate": False, "flip": False, "shift": 0.0, "zoom": 0.0, "contrast": 0.0, "brightness": 0.0}


def made(**changes: Any) -> tuple[Method[ImageNetwork, ImageBatch], ImageNetwork, Gallery, ImageBatch]:
    settings = quick(
        **{"method": "predklus-images", "clusters": 6, "steps": 2, "channels_last": False, **STILL, **changes}
    )
    scaling, pool = fit_scaling(IMAGES.pixels, None), np.arange(len(TRUTH))
    gallery = Gallery(IMAGES, LABELS, pool, scaling, settings, CPU)
    network = build_image_network(settings, IMAGES.side, 0, CLASSES).train()
    context = MethodContext(settings, CLASSES, CPU, lambda: None, seen=network.seen, gallery=gallery)
    method = make_image_method(context)
    batch = ImageSampler(IMAGES, LABELS, pool, scaling, settings).draw(
        8, unlabelled=method.needs_unlabelled, view=method.needs_view
    )
    return method, network, gallery, batch


def test_clusters_come_first_then_classes_and_each_teaches_the_encoder_and_its_own_head() -> None:
    method, network, _, batch = made()
    assert not method.needs_unlabelled  # it draws for itself
    names = []
    for loss in method.objectives(network, batch):
        names.append(loss.name)
        network.zero_grad()
        loss.total.backward()  # type: ignore[no-untyped-call]
        heads = {"clustering": network.heads._clusters, "classes": network.heads._classes}
        assert [name for name, head in heads.items() if head.weight.grad is not None] == [loss.name]
        assert next(network.encoder.parameters()).grad is not None
    assert names == ["clustering", "classes"]


def test_the_first_loss_is_the_cross_entropy_of_clusters_that_weigh_alike() -> None:
    method, network, gallery, batch = made(batch=32, cluster_weight=0.5)
    loss = next(iter(method.objectives(network, batch)))
    assert isinstance(method, ImagePredKlus)
    labels = method._pseudo_labels
    with evaluating(network), torch.no_grad():
        rows = network.features(gallery.plain(method._places))
        middles = torch.stack([rows[labels == number].mean(0) for number in labels.unique()])
        assert torch.equal(torch.cdist(rows, middles).argmin(1), labels.unique(return_inverse=True)[1])
        each = F.cross_entropy(network.heads.clusters(rows), labels, reduction="none")
    expected = np.mean([float(each[labels == number].mean()) for number in labels.unique()])
    assert float(loss.total.detach()) == pytest.approx(0.5 * expected, rel=1e-3)  # all 32 images are drawn


def test_the_second_loss_is_that_of_supervised_learning() -> None:
    _, network, _, batch = made()
    [only] = made(method="supervised")[0].objectives(network, batch)
    *_, second = made()[0].objectives(network, batch)
    assert float(second.total.detach()) == pytest.approx(float(only.total.detach()), rel=1e-4)


def test_clusters_are_found_anew_each_epoch_and_keep_their_meaning() -> None:
    method, network, _, batch = made(seed=1)
    assert isinstance(method, ImagePredKlus)
    found = []
    for _ in range(3):
        list(method.objectives(network, batch))
        order = method._places.argsort()
        found.append((method._places, method._pseudo_labels[order]))
    assert found[0][0] is found[1][0] and found[1][0] is not found[2][0]  # two steps are an epoch
    assert (found[0][1] == found[2][1]).float().mean() > 0.8


def test_dc3_gets_labelled_images_and_two_views_of_others() -> None:
    method, network, _, batch = made(ambiguity=True)
    first, second = method.objectives(network, batch)
    assert first.unlabelled is None
    assert second.painted is not None and second.unlabelled is not None
    assert second.unlabelled.view is not None
    assert second.unlabelled.view.shape == second.unlabelled.features.shape == (8, 16)


def test_a_run_goes_on_from_the_centroids_of_the_one_before() -> None:
    method, network, _, batch = made()
    list(method.objectives(network, batch))
    other, *_ = made(seed=3)
    other.restore(method.state())
    assert {name for name, value in method.state().items() if torch.equal(other.state()[name], value)} == {
        "lasting centroids",
        "lasting idle",
    }


def test_the_cluster_head_answers_not_the_centroids_that_it_learned_from() -> None:
    settings = quick(method="predklus-images", clusters=6, steps=2, epochs=1, answer_turns=4)
    run = ImageTraining(IMAGES, ImageLabels(LABELS), NAMES, settings, device="cpu")
    [model] = [event.result for event in run.events() if isinstance(event, Done)]
    assert model.clusters_known and model.assignment is None

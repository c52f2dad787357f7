"""FOC and IIC against their papers' sums, head by head."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tests.learning.images.shapes import quick
from tests.learning.methods.test_image_methods import BATCH, CLASSES, CPU, network

from napari_fathom.learning.images.batch import Views
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.images.sampler import views_of
from napari_fathom.learning.images.scaling import fit_scaling
from napari_fathom.learning.images.source import ArrayImages
from napari_fathom.learning.methods import Loss, MethodContext, make_image_method
from napari_fathom.learning.methods.base import Method
from napari_fathom.learning.mutual_information import mutual_information_loss
from napari_fathom.learning.nets.image_network import ImageNetwork

CLUSTERS = 6


SEEN = np.random.default_rng(0)
IMAGES = ArrayImages(SEEN.integers(0, 255, (30, 8, 8), dtype=np.uint8), SEEN.random((30, 2), np.float32))
SAID = np.arange(30) % (CLASSES + 1)


def made(method: str, *, heads_go_on: bool = False, **changes: object) -> Method:
    settings = quick(method=method, measures=True, clusters=CLUSTERS, steps=10, epochs=1, **changes)
    scaling = fit_scaling(IMAGES.pixels, IMAGES.measures)
    gallery = Gallery(IMAGES, SAID, np.arange(30), scaling, settings, CPU)
    context = MethodContext(
        settings, CLASSES, CPU, lambda: None, seen=1, side=8, gallery=gallery, heads_go_on=heads_go_on
    )
    return make_image_method(context)  # type: ignore[return-value]


def losses(method: Method, net: ImageNetwork, batches: int = 2) -> list[Loss]:
    return [loss for _ in range(batches) for loss in method.objectives(net, BATCH)]  # type: ignore[arg-type]


def value(loss: Loss) -> float:
    return float(loss.value.detach())


def standard(rows: torch.Tensor) -> torch.Tensor:
    """Each column with mean 0 and spread 1."""
    return (rows - rows.mean(0)) / (rows.var(0, correction=0) + 1e-5).sqrt()


def standard_rows(net: ImageNetwork) -> list[torch.Tensor]:
    """Labelled, unlabelled and their other views, together with mean 0 and spread 1."""
    assert BATCH.unlabelled is not None and BATCH.view is not None
    rows = [net.features(views) for views in (BATCH.labelled, BATCH.unlabelled, BATCH.view)]
    return list(torch.split(standard(torch.cat(rows)), [len(each) for each in rows]))


def test_class_and_cluster_heads_learn_in_turn() -> None:
    assert [loss.name for loss in losses(made("foc", warm_up=0.0), network(), 4)] == [
        "classes",
        "clusters",
    ] * 2


def test_light_class_heads_learn_the_mean_cross_entropy_of_all_of_them() -> None:
    net, method = network(), made("foc-light", head_copies=3)
    assert not method.needs_unlabelled
    [loss] = losses(method, net, 1)
    weights = list(method.parameters())
    rows, *_ = standard_rows(net)
    heads = [net.heads.classes, *(lambda x, w=w, b=b: F.linear(x, w, b) for w, b in pairs(weights[:4]))]
    expected = np.mean([float(F.cross_entropy(head(rows), BATCH.target).detach()) for head in heads])
    assert value(loss) == pytest.approx(expected, rel=1e-4)


def pairs(weights: list[torch.nn.Parameter]) -> list[tuple[torch.Tensor, torch.Tensor]]:
    return list(zip(weights[::2], weights[1::2], strict=True))


def test_cluster_heads_keep_classes_apart() -> None:
    """Two images of two classes: who is whose partner needs no draw."""
    net, method = network(), made("foc-light", head_copies=1)
    two = Views(BATCH.labelled.pixels[:2], BATCH.labelled.measures[:2])
    batch = type(BATCH)(two, torch.tensor([0, 1]))
    *_, loss = [each for _ in range(2) for each in method.objectives(net, batch)]  # type: ignore[arg-type]
    p, q = net.heads.clusters(standard(net.features(two))).softmax(1).tolist()

    def apart(a: list[float], b: list[float]) -> float:
        return -sum(x * math.log(1 - y) for x, y in zip(a, b, strict=True))

    # x1 and x2 are the same image here, being alone in their class.
    assert value(loss) == pytest.approx((apart(p, q) + apart(q, p)) / 2, rel=1e-4)


def test_warming_up_says_nothing_of_labels() -> None:
    net = network()
    [first, second] = losses(made("foc", warm_up=1.0, head_copies=1, mutual_weight=2.0), net)
    assert [first.name, second.name] == ["pretext", "clusters"], (
        "no epoch is the best by what it says of labels"
    )
    _, one, other = standard_rows(net)
    for loss, head in ((first, net.heads.classes), (second, net.heads.clusters)):
        expected = 2 * mutual_information_loss(head(one).softmax(1), head(other).softmax(1))
        assert value(loss) == pytest.approx(float(expected.detach()), rel=1e-3, abs=1e-5)


def test_iic_looks_at_pixels_alone() -> None:
    net = network()
    assert BATCH.unlabelled is not None
    assert BATCH.view is not None
    [loss] = losses(made("iic", head_copies=1), net, 1)
    blind = [
        Views(views.pixels, torch.zeros_like(views.measures)) for views in (BATCH.unlabelled, BATCH.view)
    ]
    one, other = (net.heads.clusters(standard(net.features(views))).softmax(1) for views in blind)
    expected = mutual_information_loss(one, other)
    assert value(loss) == pytest.approx(float(expected.detach()), rel=1e-3, abs=1e-5)


def test_a_mini_batch_of_one_class_says_nothing_to_cluster_heads_but_does_no_harm() -> None:
    net, method = network(), made("foc-light", head_copies=2)
    batch = type(BATCH)(BATCH.labelled, torch.zeros_like(BATCH.target))
    _, loss = [each for _ in range(2) for each in method.objectives(net, batch)]  # type: ignore[arg-type]
    assert loss.name == "clusters"
    loss.total.backward()
    assert value(loss) == 0


def test_with_ambiguity_the_cluster_head_that_learns_from_it_answers() -> None:
    net, method = network(), made("foc", head_copies=2, ambiguity=True)
    own = net.heads.state_dict()["_clusters.weight"].clone()
    losses(method, net, 4)
    method._inner._heads._clusters._losses.copy_(torch.tensor([9.0, 0.0]))  # type: ignore[attr-defined]
    method._inner._heads.settle(net.heads)  # type: ignore[attr-defined]
    torch.testing.assert_close(net.heads.state_dict()["_clusters.weight"], own)


@pytest.mark.parametrize("wrong", [0, 1])
def test_the_head_that_errs_less_answers(wrong: int) -> None:
    net, method = network(), made("foc-light", head_copies=2)
    biases = [dict(net.heads.named_parameters())["_classes.bias"], list(method.parameters())[1]]
    with torch.no_grad():
        biases[wrong].copy_(torch.tensor([0.0, 0.0, 90.0]))  # calls everything class 2
        biases[1 - wrong].copy_(torch.tensor([0.1, 0.2, 0.3]))
    losses(method, net, 4)
    method.settle(net)
    views = BATCH.labelled
    assert set(net(views).argmax(1).tolist()) != {2}


@pytest.mark.parametrize("method", ["foc", "foc-light", "iic"])
def test_heads_that_answer_say_of_images_as_they_are_what_they_learned_of_mini_batches(method: str) -> None:
    """All 30 images at once are the mini-batch whose mean and spread all images have."""
    net, learner = network(), made(method, head_copies=1, draws="natural")
    whole = views_of(IMAGES, np.arange(30), fit_scaling(IMAGES.pixels, IMAGES.measures))
    shown = whole.unmeasured if method == "iic" else whole
    with torch.no_grad():
        learned = net.heads.clusters(standard(net.features(shown)))
    losses(learner, net)
    learner.settle(net)
    with torch.no_grad():
        said = net.heads.clusters(net.features(shown))
    close = 1e-4 if method == "iic" else 0.05  # of FOC's images a sample is drawn
    assert float((said - learned).abs().max()) < close


def test_a_run_that_goes_on_begins_with_what_its_heads_said() -> None:
    net, method = network(), made("foc-light", heads_go_on=True, head_copies=1)
    rows = net.features(BATCH.labelled)
    said = net.heads.classes(rows).detach()
    losses(method, net, 1)
    again = net.heads.classes(standard_rows(net)[0]).detach()
    torch.testing.assert_close(again, said, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("method", ["foc", "iic"])
def test_new_heads_on_an_encoder_that_has_learned_to_see_are_left_as_they_are(method: str) -> None:
    net, learner = network(), made(method, head_copies=1)
    learner.restore({"of another method": torch.zeros(1)})
    before = {name: value.clone() for name, value in net.heads.state_dict().items()}
    losses(learner, net, 1)
    assert all(torch.equal(value, before[name]) for name, value in net.heads.state_dict().items())

"""Each method's loss against one written out image by image."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.learning.images.shapes import quick

from napari_fathom.learning.images.batch import ImageBatch, Views
from napari_fathom.learning.methods import IMAGE_METHODS, Loss, MethodContext, make_image_method
from napari_fathom.learning.methods.ramp import Ramp
from napari_fathom.learning.nets.image_network import ImageNetwork, build_image_network

CLASSES, CPU = 3, torch.device("cpu")
NAMING = sorted({name for name, kind in IMAGE_METHODS.items() if kind.needs_labels} - {"predklus-images"})
"""All but the one that draws images itself (test_image_predklus.py)."""
CONSISTENT = sorted(set(NAMING) - {"foc", "foc-light"})
"""All of those but the ones with several heads in turn (test_foc.py)."""


def network() -> ImageNetwork:
    return build_image_network(quick(measures=True, clusters=6), 8, 2, CLASSES).train()


def views(count: int, seed: int) -> Views:
    random = torch.Generator().manual_seed(seed)
    return Views(torch.randn(count, 1, 8, 8, generator=random), torch.randn(count, 2, generator=random))


BATCH = ImageBatch(views(5, 1), torch.tensor([0, 1, 2, 0, 1]), views(7, 2), views(7, 3))


def probabilities(net: ImageNetwork, seen: Views) -> np.ndarray:
    with torch.no_grad():
        return net(seen).softmax(1).double().numpy()


def cross_entropy(p: np.ndarray, target: list[int], weights: tuple[float, ...] = (1, 1, 1)) -> float:
    total = sum(weights[t] * -math.log(row[t]) for row, t in zip(p, target, strict=True))
    return total / sum(weights[t] for t in target)


def losses(method: str, net: ImageNetwork, batches: int = 1, **changes: object) -> list[Loss]:
    weights = changes.pop("weights", None)
    settings = quick(method=method, measures=True, clusters=6, steps=10, epochs=1, **changes)
    context = MethodContext(settings, CLASSES, CPU, lambda: None, weights=weights)  # type: ignore[arg-type]
    made = make_image_method(context)
    return [loss for _ in range(batches) for loss in made.objectives(net, BATCH)]


@pytest.mark.parametrize("method", CONSISTENT)
@pytest.mark.parametrize("weights", [None, (0.5, 2.0, 1.0)])
def test_the_labelled_part_is_weighted_cross_entropy(method: str, weights: tuple[float, ...] | None) -> None:
    net = network()
    [loss] = losses(method, net, weights=weights, fairness_weight=0.0)
    expected = cross_entropy(probabilities(net, BATCH.labelled), BATCH.target.tolist(), weights or (1, 1, 1))
    assert float(loss.value.detach()) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("method", CONSISTENT)
def test_where_people_disagree_their_shares_are_learned(method: str) -> None:
    net = network()
    shares = torch.tensor([[0.6, 0.4, 0], [0, 1, 0], [0.2, 0.2, 0.6], [1, 0, 0], [0.5, 0.5, 0]])
    context = MethodContext(quick(method=method, measures=True, clusters=6), CLASSES, CPU, lambda: None)
    made = make_image_method(context)
    [loss] = made.objectives(net, replace(BATCH, shares=shares))
    logs = np.log(probabilities(net, BATCH.labelled))
    expected = -(shares.numpy() * logs).sum(axis=1).mean()
    beside = float(loss.value.detach()) - expected
    [hard] = make_image_method(context).objectives(net, BATCH)
    agreed = cross_entropy(probabilities(net, BATCH.labelled), BATCH.target.tolist())
    assert beside == pytest.approx(float(hard.value.detach()) - agreed, abs=1e-4)  # the rest is the same


def squared(p: np.ndarray, q: np.ndarray) -> list[float]:
    return [sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) / CLASSES for x, y in zip(p, q, strict=True)]


@pytest.mark.parametrize("method", ["mean-teacher", "pi-model"])
def test_two_answers_to_one_image_are_drawn_together(method: str) -> None:
    net = network()
    [loss] = losses(method, net, ramp=0.0, consistency_weight=50.0)
    assert BATCH.unlabelled is not None
    assert BATCH.view is not None
    each = squared(probabilities(net, BATCH.unlabelled), probabilities(net, BATCH.view))
    np.testing.assert_allclose(loss.consistency.detach(), 50 * np.array(each), rtol=1e-3)
    labelled = cross_entropy(probabilities(net, BATCH.labelled), BATCH.target.tolist())
    assert float(loss.total.detach()) == pytest.approx(labelled + 50 * float(np.mean(each)), rel=1e-3)


def test_the_teacher_is_the_average_of_all_weights_so_far() -> None:
    net = network()
    first = {name: value.clone() for name, value in net.state_dict().items()}
    settings = quick(method="mean-teacher", clusters=6, ramp=0.0, teacher_memory=0.05)
    method = make_image_method(MethodContext(settings, CLASSES, CPU, lambda: None))
    list(method.objectives(net, BATCH))
    with torch.no_grad():
        for value in net.parameters():
            value.add_(torch.randn(value.shape, generator=torch.Generator().manual_seed(0)) * 0.1)
    [loss] = method.objectives(net, BATCH)
    teacher = network()
    memory = min(0.05, 1 / 11)
    teacher.load_state_dict(
        {name: memory * first[name] + (1 - memory) * value for name, value in net.state_dict().items()}
    )
    assert BATCH.unlabelled is not None
    assert BATCH.view is not None
    each = squared(probabilities(net, BATCH.unlabelled), probabilities(teacher, BATCH.view))
    np.testing.assert_allclose(loss.consistency.detach(), 50 * np.array(each), rtol=1e-2, atol=1e-5)
    assert loss.unlabelled is not None
    assert not loss.unlabelled.view_clusters.requires_grad


@pytest.mark.parametrize("threshold", [0.0, 0.4, 0.95])
@pytest.mark.parametrize("method", ["pseudo-label", "fixmatch"])
def test_sure_answers_become_labels_each_image_by_itself(method: str, threshold: float) -> None:
    net = network()
    [loss] = losses(method, net, ramp=0.0, threshold=threshold, pseudo_label_weight=2.0)
    assert BATCH.unlabelled is not None
    assert BATCH.view is not None
    weak = probabilities(net, BATCH.unlabelled)
    answer = weak if method == "pseudo-label" else probabilities(net, BATCH.view)
    expected = [
        2 * (-math.log(a[int(w.argmax())]) if w.max() >= threshold else 0.0)
        for w, a in zip(weak, answer, strict=True)
    ]
    np.testing.assert_allclose(loss.consistency.detach(), expected, rtol=1e-3)


@pytest.mark.parametrize("method", ["mean-teacher", "pi-model", "pseudo-label"])
def test_the_unlabelled_gain_weight_over_the_ramp(method: str) -> None:
    net = network()
    found = losses(method, net, batches=8, ramp=0.4, threshold=0.0, teacher_memory=0.0)
    means = [float(loss.consistency.detach().mean()) for loss in found]
    full = means[-1]
    assert full > 0
    np.testing.assert_allclose(np.array(means) / full, [0, 0.25, 0.5, 0.75, 1, 1, 1, 1], rtol=1e-3)


def test_the_ramp_is_a_line_and_none_is_full_at_once() -> None:
    ramp = Ramp(0.5, 8)
    assert [ramp.next() for _ in range(6)] == [0, 0.25, 0.5, 0.75, 1, 1]
    assert Ramp(0.0, 8).next() == 1


def test_no_gradient_through_the_weak_view_of_fixmatch() -> None:
    net = network()
    [loss] = losses("fixmatch", net, threshold=0.0)
    assert loss.unlabelled is not None
    weak, strong = loss.unlabelled.features, loss.unlabelled.view
    gradients = torch.autograd.grad(loss.consistency.sum(), [weak, strong], allow_unused=True)
    assert gradients[0] is None
    assert gradients[1] is not None


def test_pi_model_learns_through_both_views() -> None:
    [loss] = losses("pi-model", network(), ramp=0.0)
    assert loss.unlabelled is not None
    gradients = torch.autograd.grad(
        loss.consistency.sum(), [loss.unlabelled.features, loss.unlabelled.view], allow_unused=True
    )
    assert all(gradient is not None for gradient in gradients)


@pytest.mark.parametrize("method", sorted(set(CONSISTENT) - {"supervised"}))
def test_dc3_weighs_each_image_by_its_certainty_and_leaves_the_labels_alone(method: str) -> None:
    net = network()
    quiet = {"inverse_weight": 0.0, "ambiguity_weight": 0.0, "similarity_weight": 0.0}
    common = {"ramp": 0.0, "threshold": 0.0} | quiet
    [plain], [wrapped] = losses(method, net, **common), losses(method, net, ambiguity=True, **common)
    assert float(wrapped.value.detach()) == pytest.approx(float(plain.value.detach()), rel=1e-5)
    assert plain.unlabelled is not None
    certainty = 1 - net.heads.ambiguity(plain.unlabelled.features).sigmoid()
    expected = certainty.detach() * plain.consistency.detach()
    torch.testing.assert_close(wrapped.consistency.detach(), expected, rtol=1e-4, atol=1e-6)
    wrapped.consistency.sum().backward()
    assert net.heads._ambiguity.weight.grad is None  # the weight carries no gradient


def similarity(net: ImageNetwork, first: torch.Tensor, second: torch.Tensor, features: torch.Tensor) -> float:
    """0.1 / N Σ a CE(p_o(x), p_o(x′)), image by image."""
    a = net.heads.ambiguity(features).sigmoid().tolist()
    p, q = first.softmax(1).tolist(), second.softmax(1).tolist()
    each = [
        w * -sum(x * math.log(y) for x, y in zip(r, s, strict=True)) for w, r, s in zip(a, p, q, strict=True)
    ]
    return 0.1 * sum(each) / len(each)


@pytest.mark.parametrize("method", NAMING)
def test_dc3s_similarity_compares_the_two_views_that_the_method_has(method: str) -> None:
    net = network()
    common = {"inverse_weight": 0.0, "ambiguity_weight": 0.0, "ambiguity": True, "ramp": 0.0}
    [without] = losses(method, net, similarity_weight=0.0, **common)
    [with_it] = losses(method, net, similarity_weight=0.1, **common)
    rows = with_it.unlabelled
    assert rows is not None
    with torch.no_grad():
        other = rows.view_clusters if rows.view is None else net.heads.clusters(rows.view)
        assert other is not None
        expected = similarity(net, net.heads.clusters(rows.features), other, rows.features)
    assert float((with_it.value - without.value).detach()) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("method", NAMING)
def test_dc3_bears_tiny_batches_and_single_classes(method: str) -> None:
    net = network()
    settings = quick(method=method, clusters=6, ambiguity=True)
    made = make_image_method(MethodContext(settings, CLASSES, CPU, lambda: None))
    tiny = replace(
        BATCH, labelled=views(1, 1), target=torch.tensor([2]), unlabelled=views(1, 2), view=views(1, 3)
    )
    [loss] = made.objectives(net, tiny)
    assert torch.isfinite(loss.total)
    loss.total.backward()
    assert all(value.grad is None or torch.isfinite(value.grad).all() for value in net.parameters())


def test_the_contrastive_loss_finds_the_other_view_among_all() -> None:
    net = network()
    [loss] = losses("simclr", net)
    assert BATCH.unlabelled is not None
    assert BATCH.view is not None
    with torch.no_grad():
        rows = [
            row / np.linalg.norm(row)
            for seen in (BATCH.unlabelled, BATCH.view)
            for row in net.features(Views(seen.pixels, torch.zeros_like(seen.measures))).double().numpy()
        ]
    total, items = 0.0, len(BATCH.unlabelled)
    for i, row in enumerate(rows):
        partner = (i + items) % (2 * items)
        others = [math.exp(float(row @ other) / 0.2) for k, other in enumerate(rows) if k != i]
        total -= math.log(math.exp(float(row @ rows[partner]) / 0.2) / sum(others))
    assert float(loss.total.detach()) == pytest.approx(total / len(rows), rel=1e-4)
    assert loss.unlabelled is None

"""What sure means, against each paper's rule written out number by number."""

import math

import numpy as np
import pytest
import torch
from tests.learning.images.shapes import quick
from tests.learning.methods.test_image_methods import BATCH, CLASSES, CPU, network

from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.losses import fairness_loss
from napari_fathom.learning.methods import MethodContext, make_image_method
from napari_fathom.learning.methods.certainty import (
    Certainty,
    FixedThreshold,
    SelfAdaptiveThreshold,
    TruncatedGaussian,
    memory_for,
)

MEMORY = 0.8


def answers(seed: int, count: int = 9, spread: float = 2.0) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    return (spread * torch.randn(count, CLASSES, generator=random)).softmax(1)


def test_a_fixed_threshold_counts_itself() -> None:
    p = torch.tensor([[0.75, 0.25], [0.5, 0.5], [0.25, 0.75]])
    assert FixedThreshold(0.75).weigh(p).tolist() == [1, 0, 1]


def test_the_self_adaptive_threshold_follows_its_paper() -> None:
    found = SelfAdaptiveThreshold(CLASSES, MEMORY, CPU)
    tau, share = 1 / CLASSES, [1 / CLASSES] * CLASSES
    for seed in range(4):
        p = answers(seed)
        weights = found.weigh(p).tolist()
        rows = p.double().tolist()
        tau = MEMORY * tau + (1 - MEMORY) * sum(max(row) for row in rows) / len(rows)
        share = [
            MEMORY * old + (1 - MEMORY) * sum(row[c] for row in rows) / len(rows)
            for c, old in enumerate(share)
        ]
        own = [tau * each / max(share) for each in share]
        assert weights == [float(max(row) > own[row.index(max(row))]) for row in rows]
        np.testing.assert_allclose(found.thresholds, own, rtol=1e-5)
    assert 0 < sum(weights) < len(weights)  # some count and some don't


def test_the_truncated_gaussian_follows_its_paper() -> None:
    found = TruncatedGaussian(CLASSES, MEMORY, CPU)
    mean, variance, share = 1 / CLASSES, 1.0, [1 / CLASSES] * CLASSES
    for seed in range(4):
        p = answers(seed)
        weights = found.weigh(p)
        rows = p.double().tolist()
        share = [
            MEMORY * old + (1 - MEMORY) * sum(row[c] for row in rows) / len(rows)
            for c, old in enumerate(share)
        ]
        sure = []
        for row in rows:
            aligned = [x / CLASSES / s for x, s in zip(row, share, strict=True)]
            sure.append(max(aligned) / sum(aligned))
        mean = MEMORY * mean + (1 - MEMORY) * float(np.mean(sure))
        variance = MEMORY * variance + (1 - MEMORY) * float(np.var(sure, ddof=1))
        sigma = math.sqrt(variance) / 2
        expected = [1.0 if q >= mean else math.exp(-((q - mean) ** 2) / (2 * sigma**2)) for q in sure]
        np.testing.assert_allclose(weights, expected, rtol=1e-4)
    assert weights.min() < 1 == weights.max()


@pytest.mark.parametrize("kind", [SelfAdaptiveThreshold, TruncatedGaussian])
def test_what_was_learned_goes_on_where_it_stopped(
    kind: type[SelfAdaptiveThreshold] | type[TruncatedGaussian],
) -> None:
    first, second = (kind(CLASSES, MEMORY, CPU) for _ in range(2))
    first.weigh(answers(0))
    second.restore(first.state())
    torch.testing.assert_close(first.weigh(answers(1)), second.weigh(answers(1)))
    other: Certainty = kind(CLASSES + 1, MEMORY, CPU)
    untouched = other.state()["shares"].clone()
    other.restore(first.state())  # classes have come or gone: it starts anew
    torch.testing.assert_close(other.state()["shares"], untouched)


@pytest.mark.parametrize("certainty", [SelfAdaptiveThreshold(3, 0.9, CPU), TruncatedGaussian(3, 0.9, CPU)])
@pytest.mark.parametrize("rows", [torch.zeros(0, 3), torch.tensor([[1.0, 0.0, 0.0]])])
def test_batches_of_none_and_one_do_no_harm(certainty: Certainty, rows: torch.Tensor) -> None:
    for _ in range(3):
        weights = certainty.weigh(rows)
    assert weights.shape == (len(rows),)
    assert all(torch.isfinite(value).all() for value in certainty.state().values())


def test_fairness_is_the_papers_term() -> None:
    logits = torch.randn(8, CLASSES, generator=torch.Generator().manual_seed(5))
    sure = torch.tensor([True, True, False, True, True, True, False, True])
    shares, found = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.6, 0.4, 0.0])
    p = logits.softmax(1).double().numpy()[sure.numpy()]
    hits = np.bincount(p.argmax(1), minlength=CLASSES) / len(p)
    a = np.array([0.5 / 0.6, 0.3 / 0.4, 0.0])
    b = np.array([m / h if h else 0.0 for m, h in zip(p.mean(0), hits, strict=True)])
    a, b = a / a.sum(), b / b.sum()
    expected = sum(x * math.log(max(y, 1e-12)) for x, y in zip(a, b, strict=True))
    assert float(fairness_loss(logits, sure, shares, found)) == pytest.approx(expected, rel=1e-4)
    nothing = fairness_loss(logits, torch.zeros(8, dtype=torch.bool), shares, found)
    assert float(nothing) == 0


@pytest.mark.parametrize("method", ["freematch", "softmatch"])
def test_a_strong_view_learns_from_the_weak_one_by_how_sure_that_is(method: str) -> None:
    net = network()
    short = {"epochs": 1, "steps": 40}  # of which a twentieth is two mini-batches
    settings = quick(method=method, measures=True, clusters=6, pseudo_label_weight=2.0, **short)
    made = make_image_method(MethodContext(settings, CLASSES, CPU, lambda: None))
    [loss] = made.objectives(net, BATCH)
    assert BATCH.unlabelled is not None
    assert BATCH.view is not None
    with torch.no_grad():
        weak, strong = net(BATCH.unlabelled).softmax(1), net(BATCH.view).softmax(1)
    rule = SelfAdaptiveThreshold if method == "freematch" else TruncatedGaussian
    weights = rule(CLASSES, 0.5, CPU).weigh(weak)
    each = [
        2 * float(w) * -math.log(float(s[int(guess.argmax())]))
        for w, s, guess in zip(weights, strong, weak, strict=True)
    ]
    np.testing.assert_allclose(loss.consistency.detach(), each, rtol=1e-3)
    assert made.state().keys() == rule(CLASSES, 0.5, CPU).state().keys()


def test_what_sure_means_is_forgotten_within_a_twentieth_of_the_run() -> None:
    assert memory_for(ImageSettings(epochs=5, steps=40)) == pytest.approx(0.9)
    assert memory_for(ImageSettings(epochs=100, steps=1000)) == 0.999, (
        "as long as the papers' is short enough"
    )
    assert memory_for(ImageSettings(epochs=1, steps=2)) == 0

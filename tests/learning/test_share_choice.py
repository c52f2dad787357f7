"""Correcting for class shares only where, and as far as, the evidence favours it."""

import numpy as np
import pytest

from napari_fathom.learning.share_choice import FLOOR, choose_shares, precision_recall_gain
from napari_fathom.learning.shares import correct

EQUAL = (1 / 3, 1 / 3, 1 / 3)
MEANS = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])


def answers(rng: np.random.Generator, shares: tuple[float, ...], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Classes 1…3 and exact posteriors for equal shares of three normal classes."""
    labels = rng.choice(3, size=count, p=shares) + 1
    x = MEANS[labels - 1] + rng.normal(size=(count, 2))
    density = np.exp(-0.5 * ((x[None] - MEANS[:, None]) ** 2).sum(-1))
    return labels, density / density.sum(0)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_calibrated_answer_is_corrected_to_the_true_shares(rng: np.random.Generator) -> None:
    _, survey = answers(rng, (0.98, 0.01, 0.01), 40_000)
    labels, held_out = answers(rng, EQUAL, 900)
    choice = choose_shares(survey, held_out, labels, np.arange(900) // 10, EQUAL)
    assert choice.favoured
    np.testing.assert_allclose(choice.estimate.shares, (0.98, 0.01, 0.01), atol=0.006)
    assert choice.reason == "The held-out strokes show that correcting helps."


def test_an_estimate_that_makes_a_class_vanish_is_not_followed(rng: np.random.Generator) -> None:
    # Rare classes get at most 0.6 where they are, and 0.4 everywhere else: EM runs their shares to the floor.
    labels, _ = answers(rng, EQUAL, 300)
    held_out = np.full((3, 300), 0.2)
    held_out[labels - 1, np.arange(300)] = 0.6
    survey = np.repeat([[0.6], [0.2], [0.2]], 20_000, axis=1)
    choice = choose_shares(survey, held_out, labels, np.arange(300), EQUAL)
    assert choice.gains["em"] <= 1 or choice.strength < 1
    followed = correct(held_out, EQUAL, choice.target) if choice.favoured else held_out
    for value in (1, 2, 3):
        assert (followed[:, labels == value].argmax(0) + 1 == value).any()


def test_the_gain_is_that_of_precision_times_recall_as_the_truth_has_it(rng: np.random.Generator) -> None:
    truth, survey = answers(rng, (0.95, 0.03, 0.02), 300_000)
    labels, held_out = answers(rng, EQUAL, 60_000)
    target = (0.95, 0.03, 0.02)

    def product(answer: np.ndarray, c: int) -> float:
        called, is_it = answer.argmax(0) == c, truth == c + 1
        return float((called & is_it).sum() ** 2 / called.sum() / is_it.sum())

    after = correct(survey, EQUAL, target)
    expected = np.sqrt(np.prod([product(after, c) / product(survey, c) for c in (1, 2)]))
    found = precision_recall_gain(survey, held_out, labels, np.arange(60_000), EQUAL, target)
    assert found == pytest.approx(expected, rel=0.05)


def test_without_held_out_strokes_of_every_class_nothing_is_favoured(rng: np.random.Generator) -> None:
    _, survey = answers(rng, (0.98, 0.01, 0.01), 5000)
    labels, held_out = answers(rng, EQUAL, 300)
    known = labels < 3
    choice = choose_shares(survey, held_out[:, known], labels[known], np.arange(known.sum()), EQUAL)
    assert not choice.favoured
    assert "no held-out stroke" in choice.reason
    assert min(choice.estimate.shares) >= FLOOR


def test_a_network_that_knows_the_sea_is_left_alone_but_its_shares_are_told(rng: np.random.Generator) -> None:
    source = (0.9, 0.05, 0.05)
    _, survey = answers(rng, (0.98, 0.01, 0.01), 20_000)
    labels, held_out = answers(rng, EQUAL, 900)
    moved = correct(survey, EQUAL, source), correct(held_out, EQUAL, source)
    choice = choose_shares(*moved, labels, np.arange(900) // 10, source)
    assert not choice.favoured
    assert "unpainted sea" in choice.reason
    np.testing.assert_allclose(choice.estimate.shares, (0.98, 0.01, 0.01), atol=0.006)


def test_losing_every_held_out_stroke_of_a_class_counts_as_no_gain_at_all() -> None:
    survey = np.repeat([[0.5], [0.5]], 1000, axis=1)
    held_out = np.array([[0.9, 0.4], [0.1, 0.6]])
    gain = precision_recall_gain(
        survey, held_out, np.array([1, 2]), np.array([1, 2]), (0.5, 0.5), (0.99, 0.01)
    )
    assert gain == 0

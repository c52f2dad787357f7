"""Share estimates against mixtures whose shares are known, and against brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.learning.shares import bbse_shares, correct, em_shares, floor_shares

MEANS = np.array([[0.0, 0.0], [2.5, 0.0], [0.0, 2.5]])
SOURCE = (1 / 3, 1 / 3, 1 / 3)


def draw(rng: np.random.Generator, shares: tuple[float, ...], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels and the exact posteriors, under equal shares, of three normal classes."""
    labels = rng.choice(3, size=count, p=shares) + 1
    x = MEANS[labels - 1] + rng.normal(size=(count, 2))
    density = np.exp(-0.5 * ((x[None] - MEANS[:, None]) ** 2).sum(-1))
    return labels, density / density.sum(0)


@pytest.mark.parametrize("shares", [(0.98, 0.015, 0.005), (0.2, 0.5, 0.3), (1 / 3, 1 / 3, 1 / 3)])
def test_em_finds_the_shares_of_a_known_mixture(shares: tuple[float, ...]) -> None:
    _, probabilities = draw(np.random.default_rng(0), shares, 40_000)
    estimate = em_shares(probabilities, SOURCE)
    np.testing.assert_allclose(estimate.shares, shares, atol=0.008)
    assert estimate.source_shares == pytest.approx(SOURCE)


def test_em_reaches_the_likelihoods_maximum() -> None:
    _, probabilities = draw(np.random.default_rng(1), (0.9, 0.07, 0.03), 2000)
    estimate = em_shares(probabilities, SOURCE, tolerance=1e-10)

    def likelihood(shares: np.ndarray) -> float:
        return float(np.log((probabilities / np.array(SOURCE)[:, None] * shares[:, None]).sum(0)).mean())

    grid = [np.array([a, b, 1 - a - b]) for a, b in itertools.product(np.linspace(0.8, 0.98, 46), repeat=2)]
    grid = [g for g in grid if g[2] > 0]
    grid += [np.array([1 - b - c, b, c]) for b, c in itertools.product(np.linspace(0.0, 0.15, 61), repeat=2)]
    best = max(map(likelihood, grid))
    assert likelihood(np.array(estimate.shares)) >= best - 1e-9
    assert estimate.evidence["gain"] > 0


@pytest.mark.parametrize("hard", [True, False])
def test_black_box_shift_estimation_finds_the_shares_of_a_known_mixture(hard: bool) -> None:
    rng = np.random.default_rng(2)
    labels, held_out = draw(rng, SOURCE, 6000)
    _, survey = draw(rng, (0.9, 0.06, 0.04), 40_000)
    # Overconfidence ruins EM but not this: the confusion is measured, not believed.
    sharpen = lambda p: p**4 / (p**4).sum(0)  # noqa: E731
    estimate = bbse_shares(sharpen(held_out), labels, np.arange(6000), sharpen(survey), SOURCE, hard=hard)
    np.testing.assert_allclose(estimate.shares, (0.9, 0.06, 0.04), atol=0.02)
    assert estimate.method == ("bbse-hard" if hard else "bbse-soft")


def test_black_box_shift_estimation_solves_its_linear_equations() -> None:
    confusion = np.array([[0.8, 0.1, 0.2], [0.15, 0.8, 0.1], [0.05, 0.1, 0.7]])
    true = np.array([0.7, 0.2, 0.1])
    held_out = np.repeat(confusion, 4, axis=1)
    labels = np.repeat([1, 2, 3], 4)
    survey = np.repeat((confusion @ true)[:, None], 10, axis=1)
    estimate = bbse_shares(held_out, labels, np.arange(12), survey, SOURCE, hard=False)
    np.testing.assert_allclose(estimate.shares, np.linalg.solve(confusion, confusion @ true), atol=1e-4)
    assert estimate.evidence["residual"] < 1e-6
    assert estimate.evidence["condition"] == pytest.approx(np.linalg.cond(confusion))


def test_a_class_with_a_floor_never_vanishes() -> None:
    only_background = np.repeat([[0.98], [0.01], [0.01]], 500, axis=1)
    assert em_shares(only_background, SOURCE).shares[1] < 1e-4
    floored = em_shares(only_background, SOURCE, floor=(0.0, 0.002, 0.001))
    assert floored.shares[1] == pytest.approx(0.002)
    assert floored.shares[2] == pytest.approx(0.001)
    assert sum(floored.shares) == pytest.approx(1)


def test_correcting_is_bayes_rule() -> None:
    rng = np.random.default_rng(3)
    shares = np.array((0.9, 0.06, 0.04))
    x = rng.normal(size=(50, 2)) * 2
    density = np.exp(-0.5 * ((x[None] - MEANS[:, None]) ** 2).sum(-1))
    equal, own = density / density.sum(0), density * shares[:, None]
    np.testing.assert_allclose(correct(equal, SOURCE, shares), own / own.sum(0), rtol=1e-5)


@given(
    st.lists(st.floats(0.01, 1), min_size=3, max_size=3), st.lists(st.floats(0.01, 1), min_size=3, max_size=3)
)
def test_correcting_back_gives_what_there_was(one: list[float], other: list[float]) -> None:
    probabilities = np.random.default_rng(4).dirichlet([1, 1, 1], size=(5, 6)).transpose(2, 0, 1)
    there = correct(probabilities, one, other)
    np.testing.assert_allclose(correct(there, other, one), probabilities, atol=1e-4)


def test_where_nothing_can_be_said_the_answer_is_kept() -> None:
    answer = np.array([[0.0, 0.5], [1.0, 0.5]])
    np.testing.assert_allclose(correct(answer, (0.5, 0.5), (1.0, 0.0)), [[0.0, 1.0], [1.0, 0.0]])


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda v: sum(v) > 0.01), st.floats(0, 0.24))
def test_floors_hold_and_the_rest_keeps_its_proportions(values: list[float], floor: float) -> None:
    shares = floor_shares(values, floor)
    assert shares.sum() == pytest.approx(1)
    assert (shares >= floor - 1e-12).all()


@pytest.mark.parametrize("bad", [(0.5, 0.5), (0.5, 0.5, 0.0), (0.5, np.nan, 0.5)])
def test_shares_that_make_no_sense_are_refused(bad: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="expected 3 positive numbers"):
        correct(np.full((3, 2), 1 / 3), bad, SOURCE)


def test_without_held_out_pixels_black_box_shift_estimation_says_so() -> None:
    nothing = np.zeros((3, 0))
    with pytest.raises(ValueError, match="no held-out pixels"):
        bbse_shares(nothing, np.zeros(0, int), np.zeros(0, int), np.ones((3, 4)) / 3, SOURCE, hard=True)

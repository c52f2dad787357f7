"""Bias-corrected temperature scaling against known distortions and scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fathom.learning.calibration import Calibration, fit_calibration, stroke_weights


def softmax(logits: np.ndarray) -> np.ndarray:
    raised = np.exp(logits - logits.max(0))
    return raised / raised.sum(0)


def honest_answers(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits of exact posteriors of three equally frequent normal classes, and labels drawn with them."""
    labels = np.repeat([1, 2, 3], count // 3)
    means = np.array([[0, 0], [2, 0], [0, 2]])
    x = means[labels - 1] + rng.normal(size=(labels.size, 2))
    return -0.5 * ((x[None] - means[:, None]) ** 2).sum(-1), labels


def test_it_undoes_a_known_temperature_and_bias() -> None:
    logits, labels = honest_answers(np.random.default_rng(0), 30_000)
    distorted = softmax(logits * 3.0 + np.array([1.0, -0.5, -0.5])[:, None])
    fitted = fit_calibration(distorted, labels, np.arange(labels.size))
    assert fitted.temperature == pytest.approx(3.0, rel=0.05)
    np.testing.assert_allclose(fitted.bias, [-1 / 3, 1 / 6, 1 / 6], atol=0.05)
    np.testing.assert_allclose(fitted.apply(distorted), softmax(logits), atol=0.02)


def test_with_many_strokes_it_is_the_maximum_likelihood_fit() -> None:
    from scipy.optimize import minimize

    logits, labels = honest_answers(np.random.default_rng(1), 3000)
    distorted = softmax(2.5 * logits + np.array([0.0, 1.0, -1.0])[:, None])

    def nll(v: np.ndarray) -> float:
        q = softmax(np.log(distorted) / v[0] + np.append(0.0, v[1:])[:, None])
        return -float(np.log(q[labels - 1, np.arange(labels.size)]).mean())

    brute = minimize(nll, [1.0, 0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-10})
    fitted = fit_calibration(distorted, labels, np.arange(labels.size))
    assert fitted.nll_after == pytest.approx(brute.fun, abs=1e-4)
    assert fitted.nll_after < fitted.nll_before


def test_it_can_be_right_for_other_than_equal_shares() -> None:
    logits, labels = honest_answers(np.random.default_rng(3), 30_000)
    shares = (0.8, 0.1, 0.1)
    right = softmax(logits + np.log(shares)[:, None])
    fitted = fit_calibration(right, labels, np.arange(labels.size), shares=shares)
    assert fitted.shares == shares
    assert fitted.temperature == pytest.approx(1, abs=0.05)
    np.testing.assert_allclose(fitted.bias, 0, atol=0.1)


def test_without_biases_no_answer_changes() -> None:
    logits, labels = honest_answers(np.random.default_rng(4), 3000)
    distorted = softmax(3 * logits + np.array([1.0, 0.0, 0.0])[:, None])
    fitted = fit_calibration(distorted, labels, np.arange(labels.size), biases=False)
    assert fitted.bias == (0.0, 0.0, 0.0)
    assert fitted.temperature > 2
    np.testing.assert_array_equal(fitted.apply(distorted).argmax(0), distorted.argmax(0))


def test_few_strokes_hardly_move_it() -> None:
    sure_and_wrong = softmax(np.array([[9.0, -9.0], [-9.0, 9.0]]).repeat(50, axis=1))
    labels = np.array([1, 2]).repeat(50)
    labels[:10], labels[-10:] = 2, 1
    few = fit_calibration(sure_and_wrong, labels, labels)
    many = fit_calibration(sure_and_wrong, labels, np.arange(100))
    assert 1 < few.temperature < many.temperature


@pytest.mark.parametrize("labels", [[], [2, 2, 2]])
def test_without_two_classes_it_changes_nothing(labels: list[int]) -> None:
    probabilities = np.full((3, len(labels)), 1 / 3)
    fitted = fit_calibration(probabilities, np.array(labels, int), np.arange(len(labels)))
    assert (fitted.temperature, fitted.bias, fitted.shares) == (1.0, (0.0, 0.0, 0.0), (1 / 3, 1 / 3, 1 / 3))


def test_a_class_without_held_out_strokes_gets_no_bias_of_its_own() -> None:
    logits, labels = honest_answers(np.random.default_rng(2), 3000)
    distorted = softmax(logits + np.array([2.0, 0.0, 0.0])[:, None])
    known = labels < 3
    bias = fit_calibration(distorted[:, known], labels[known], np.arange(known.sum())).bias
    assert bias[2] == pytest.approx((bias[0] + bias[1]) / 2, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(2, 4), st.integers(0, 1000))
def test_it_stays_finite_whatever_it_gets(strokes: int, classes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    probabilities = (rng.integers(0, 2, (classes, 20)) + 0.0).astype(np.float16)
    labels = rng.integers(1, classes + 1, 20)
    fitted = fit_calibration(probabilities, labels, rng.integers(0, strokes, 20))
    answer = fitted.apply(probabilities)
    assert np.isfinite(answer).all()
    np.testing.assert_allclose(answer.sum(0), 1, rtol=1e-5)


def test_every_class_and_every_stroke_of_it_weighs_the_same() -> None:
    labels = np.array([1, 1, 1, 1, 2])
    strokes = np.array([1, 1, 1, 2, 3])
    np.testing.assert_allclose(stroke_weights(labels, strokes), [1 / 12, 1 / 12, 1 / 12, 1 / 4, 1 / 2])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        fit_calibration(np.ones((2, 3)), np.ones(2, int), np.ones(3, int))
    with pytest.raises(ValueError, match="expected 1…2"):
        fit_calibration(np.ones((2, 3)), np.array([0, 1, 2]), np.ones(3, int))
    with pytest.raises(ValueError, match="3 classes"):
        Calibration.identity(2).apply(np.ones((3, 4)))

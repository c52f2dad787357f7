"""Every figure against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics as oracle

from napari_fathom.learning.metrics import (
    auc_ovr,
    class_accuracy,
    cohen_kappa,
    confusion,
    expected_calibration_error,
    f1_scores,
    roc_area,
    score,
)

CLASSES = 4


@pytest.fixture(params=[0, 1, 2])
def answers(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Truth (some cells unlabelled) and probabilities that know something of it, with ties."""
    rng = np.random.default_rng(request.param)
    truth = rng.choice(CLASSES + 1, size=(30, 40), p=[0.1, 0.6, 0.2, 0.07, 0.03])
    logits = rng.normal(size=(CLASSES, 30, 40)) + 1.5 * (np.arange(1, CLASSES + 1)[:, None, None] == truth)
    probabilities = np.exp(logits) / np.exp(logits).sum(0)
    return truth, np.round(probabilities, 2)


def test_confusion_counts_true_rows_and_predicted_columns(answers: tuple[np.ndarray, np.ndarray]) -> None:
    truth, probabilities = answers
    predicted, said = probabilities.argmax(0) + 1, truth > 0
    expected = oracle.confusion_matrix(truth[said], predicted[said], labels=[1, 2, 3, 4])
    np.testing.assert_array_equal(confusion(truth, predicted, CLASSES), expected)


def test_kappa_f1_and_recall_are_scikit_learns(answers: tuple[np.ndarray, np.ndarray]) -> None:
    truth, probabilities = answers
    predicted, said = probabilities.argmax(0) + 1, truth > 0
    counts = confusion(truth, predicted, CLASSES)
    t, p = truth[said], predicted[said]
    assert cohen_kappa(counts) == pytest.approx(oracle.cohen_kappa_score(t, p))
    each, weighted, macro = f1_scores(counts)
    np.testing.assert_allclose(each, oracle.f1_score(t, p, average=None))
    assert weighted == pytest.approx(oracle.f1_score(t, p, average="weighted"))
    assert macro == pytest.approx(oracle.f1_score(t, p, average="macro"))
    np.testing.assert_allclose(class_accuracy(counts), oracle.recall_score(t, p, average=None))


def test_auc_is_scikit_learns_with_ties(answers: tuple[np.ndarray, np.ndarray]) -> None:
    truth, probabilities = answers
    said = truth > 0
    expected = [oracle.roc_auc_score(truth[said] == c + 1, probabilities[c][said]) for c in range(CLASSES)]
    np.testing.assert_allclose(auc_ovr(truth, probabilities), expected)


def test_the_area_of_one_sided_answers_is_unknown() -> None:
    assert np.isnan(roc_area(np.ones(3, bool), np.arange(3.0)))
    assert np.isnan(roc_area(np.zeros(3, bool), np.arange(3.0)))
    assert roc_area(np.array([False, True, True]), np.array([0.1, 0.1, 0.4])) == 0.75


def test_calibration_error_is_the_weighted_gap_of_the_bins(answers: tuple[np.ndarray, np.ndarray]) -> None:
    truth, probabilities = answers[0], answers[1] * 0.997  # away from the bins' edges
    said = truth > 0
    sure, right = probabilities.max(0)[said], (probabilities.argmax(0) + 1 == truth)[said]
    gap = 0.0
    for low in np.arange(15) / 15:
        inside = (sure > low) & (sure <= low + 1 / 15)
        gap += abs(sure[inside].sum() - right[inside].sum()) / sure.size
    assert expected_calibration_error(truth, probabilities) == pytest.approx(gap, abs=1e-12)


def test_a_class_that_is_absent_has_no_accuracy_and_no_auc() -> None:
    truth = np.array([1, 1, 2])
    scores = score(truth, np.array([[0.8, 0.4, 0.1], [0.1, 0.5, 0.8], [0.1, 0.1, 0.1]]))
    assert scores.class_accuracy[:2] == (0.5, 1.0)
    assert np.isnan(scores.class_accuracy[2])
    assert np.isnan(scores.auc[2])
    assert scores.cells == 3


def test_unlabelled_cells_never_count() -> None:
    truth, predicted = np.array([0, 1, 2]), np.array([2, 1, 2])
    np.testing.assert_array_equal(confusion(truth, predicted, 2), np.eye(2))


def test_one_class_alone_has_no_kappa() -> None:
    assert np.isnan(cohen_kappa(np.array([[5, 0], [0, 0]])))
    assert np.isnan(cohen_kappa(np.zeros((2, 2))))


@pytest.mark.parametrize(
    ("truth", "predicted", "words"), [([1, 2], [1, 2, 1], "shape"), ([1, 4], [1, 2], "class 4")]
)
def test_what_does_not_fit_is_refused(truth: list[int], predicted: list[int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        confusion(np.array(truth), np.array(predicted), 3)

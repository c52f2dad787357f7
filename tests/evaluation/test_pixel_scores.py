"""Figures of surveys, in each way of turning probabilities into classes."""

import numpy as np
import pytest
from sklearn import metrics

from napari_fathom.evaluation.answers import PixelAnswer
from napari_fathom.evaluation.pixel_scores import answers_in_ways, pixel_scores


def survey() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    truth = random.choice([0, 1, 2, 3], (16, 40), p=[0.1, 0.7, 0.1, 0.1]).astype(np.uint8)
    scores = random.random((3, 16, 40)) + 0.5 * (truth == np.arange(1, 4)[:, None, None])
    return truth, scores / scores.sum(0)


def test_figures_are_scikit_learns_and_cells_nobody_knows_do_not_count() -> None:
    truth, probabilities = survey()
    answer = PixelAnswer.plain(probabilities.astype(np.float16), 1.0)
    found = pixel_scores(truth, answer, ("plain",), 0)["plain"]
    rounded = probabilities.astype(np.float16).astype(np.float32)
    known, said = truth > 0, rounded.argmax(0) + 1
    assert found["kappa"] == pytest.approx(metrics.cohen_kappa_score(truth[known], said[known]), abs=1e-5)
    weighted = metrics.f1_score(truth[known], said[known], average="weighted")
    assert found["f1_weighted"] == pytest.approx(weighted, abs=1e-5)
    each = [metrics.roc_auc_score(truth[known] == c + 1, rounded[c][known]) for c in range(3)]
    assert found["class_auc"] == pytest.approx(each, abs=1e-5)


def test_a_method_that_held_nothing_out_answers_plainly_alone() -> None:
    _, probabilities = survey()
    answer = PixelAnswer.plain(probabilities, 1.0)
    assert list(answers_in_ways(answer, ("plain", "calibrated", "chosen"), 0)) == ["plain"]


def test_calibration_softens_an_answer_that_is_too_sure() -> None:
    truth, probabilities = survey()
    sure = probabilities**8 / (probabilities**8).sum(0)
    cells = np.flatnonzero(truth.ravel() > 0)[:300]
    held_out = sure.reshape(3, -1)[:, cells].astype(np.float32)
    labels = truth.ravel()[cells].astype(np.int64)
    answer = PixelAnswer(sure.astype(np.float16), held_out, labels, np.arange(300), (1 / 3,) * 3, 1.0)
    scores = pixel_scores(truth, answer, ("plain", "calibrated", "chosen"), 0)
    before, after = scores["plain"]["ece"], scores["calibrated"]["ece"]
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after < before / 2
    assert set(scores) == {"plain", "calibrated", "chosen"}

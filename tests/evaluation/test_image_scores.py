"""Figures of images against scikit-learn, and against cases worked by hand."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from napari_fathom.evaluation.answers import ImageAnswer
from napari_fathom.evaluation.figures import FIGURES, LISTS
from napari_fathom.evaluation.image_scores import image_scores
from napari_fathom.evaluation.known import KnownImages, SoftLabels
from napari_fathom.learning.images.source import ArrayImages

NAMES = ("a", "b", "c")


def known(truth: Any, soft: SoftLabels | None = None) -> KnownImages:
    images = ArrayImages(np.zeros((len(truth), 4, 4), np.uint8))
    return KnownImages(images, np.asarray(truth), NAMES, soft)


def random_answers(count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    truth = random.integers(1, 4, count)
    scores = random.random((count, 3)) + 0.6 * np.eye(3)[truth - 1]
    return truth, (scores / scores.sum(1, keepdims=True)).astype(np.float32)


def test_figures_of_classes_are_scikit_learns() -> None:
    truth, probabilities = random_answers()
    found = image_scores(known(truth), ImageAnswer(probabilities))
    said = probabilities.argmax(1) + 1
    expected = {
        "accuracy": metrics.accuracy_score(truth, said),
        "kappa": metrics.cohen_kappa_score(truth, said),
        "f1_macro": metrics.f1_score(truth, said, average="macro"),
        "f1_weighted": metrics.f1_score(truth, said, average="weighted"),
        "auc": metrics.roc_auc_score(truth, probabilities, multi_class="ovr"),
        "auc_wrong": metrics.roc_auc_score(said != truth, 1 - probabilities.max(1)),
        "class_accuracy": metrics.recall_score(truth, said, average=None),
        "class_f1": metrics.f1_score(truth, said, average=None),
        "confusion": metrics.confusion_matrix(truth, said).ravel(),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-5), name
    assert set(found) <= {*FIGURES, *LISTS}


def test_figures_of_clusters_are_scikit_learns_also_with_more_clusters_than_classes() -> None:
    truth, _ = random_answers()
    cluster = np.random.default_rng(1).integers(0, 7, len(truth))
    found = image_scores(known(truth), ImageAnswer(None, cluster=cluster))
    assert found["nmi"] == pytest.approx(metrics.normalized_mutual_info_score(truth, cluster), abs=1e-5)
    assert found["ari"] == pytest.approx(metrics.adjusted_rand_score(truth, cluster), abs=1e-5)
    assert found["consistency"] == found["purity"]  # labels are hard
    assert found["clusters"] == 7
    assert "accuracy" not in found


def test_dc3_is_judged_by_its_certain_classes_and_its_ambiguous_clusters() -> None:
    soft = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0.5, 0.5]])
    entropy = np.array([0, 0, 0, 1.0, 1, 1])
    truth = soft.argmax(1) + 1
    truths = known(truth, SoftLabels(soft, entropy, np.stack([truth, truth], 1)))
    probabilities = (0.1 + 0.7 * np.eye(3)[truth - 1]).astype(np.float32)
    ambiguity = np.array([0.1, 0.2, 0.1, 0.9, 0.8, 0.9], np.float32)
    cluster = np.array([5, 5, 5, 0, 0, 1])
    found = image_scores(truths, ImageAnswer(probabilities, ambiguity, cluster, calls_ambiguous=True))
    # The certain three are right; the ambiguous lie with their like, and one alone.
    assert (found["f1_certain"], found["d"], found["d_minus_f1"]) == (1, 0, -1)
    assert found["called_ambiguous"] == 0.5
    assert found["auc_ambiguous"] == 1


def test_a_method_without_ambiguity_is_judged_by_its_classes_alone() -> None:
    soft = np.array([[1.0, 0, 0], [0.6, 0.4, 0]])
    truths = known([1, 1], SoftLabels(soft, np.array([0, 0.97]), np.ones((2, 2), int)))
    found = image_scores(truths, ImageAnswer(np.array([[0.9, 0.1, 0], [0.8, 0.1, 0.1]], np.float32)))
    # Both are in class 1, whose centre is (0.8, 0.2, 0): each lies 0.2 √2 from it.
    assert found["d"] == found["d_classes"] == pytest.approx(0.2 * np.sqrt(2), abs=1e-5)
    assert "called_ambiguous" not in found

"""Clusters against classes: by trying every map, and by a case worked by hand."""

import itertools

import numpy as np
import pytest

from napari_fathom.learning.cluster_metrics import (
    agreement_counts,
    cluster_scores,
    clustering_accuracy,
    consistency,
    purity,
)


@pytest.mark.parametrize(("classes", "clusters"), [(3, 3), (3, 5), (5, 3), (1, 4)])
def test_accuracy_is_that_of_the_best_of_all_maps(classes: int, clusters: int) -> None:
    random = np.random.default_rng(classes * 10 + clusters)
    truth, found = random.integers(0, classes, 60), random.integers(0, clusters, 60)
    counts = agreement_counts(truth, found)
    few, many = sorted(counts.shape)
    table = counts if counts.shape[0] == few else counts.T
    best = max(
        sum(table[row, column] for row, column in enumerate(chosen))
        for chosen in itertools.permutations(range(many), few)
    )
    assert clustering_accuracy(counts) == best / 60


def test_a_case_worked_by_hand() -> None:
    #            cluster:  7  7  7  9  9  2  2  2
    truth = np.array([1, 1, 4, 4, 4, 1, 6, 6])
    found = np.array([7, 7, 7, 9, 9, 2, 2, 2])
    assert agreement_counts(truth, found).tolist() == [[1, 2, 0], [0, 1, 2], [2, 0, 0]]
    scores = cluster_scores(truth, found)
    assert scores.accuracy == 6 / 8
    assert scores.purity == 6 / 8
    assert scores.ari == pytest.approx((3 - 7 * 7 / 28) / (7 - 7 * 7 / 28))  # pairs: 7, 7, both 3


def test_names_of_clusters_mean_nothing_and_perfect_is_one() -> None:
    truth = np.array([0, 0, 1, 2, 2, 2])
    scores = cluster_scores(truth, np.array([5, 5, 0, 3, 3, 3]))
    assert (scores.accuracy, scores.purity, scores.nmi, scores.ari) == pytest.approx((1, 1, 1, 1))


def test_a_cluster_an_item_is_pure_but_not_accurate() -> None:
    truth = np.array([0] * 5 + [1] * 5)
    counts = agreement_counts(truth, np.arange(10))
    assert purity(counts) == 1
    assert clustering_accuracy(counts) == 0.2


def test_nothing_to_score_and_what_does_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="not a single item"):
        cluster_scores(np.zeros(0, int), np.zeros(0, int))
    with pytest.raises(ValueError, match=r"\(3,\) for classes of shape \(2,\)"):
        agreement_counts(np.zeros(2, int), np.zeros(3, int))


def test_an_image_is_consistent_if_an_expert_says_what_most_say_of_its_cluster() -> None:
    soft = np.array([[1.0, 0, 0], [0.6, 0.4, 0], [0, 1, 0], [0, 0, 1]])
    found = consistency(soft, np.array([2, 2, 2, 8]))
    # Cluster 2 is mostly the first class: 1.6 of three; cluster 8 is its own image.
    assert found.overall == pytest.approx(2.6 / 4)
    assert found.mean == pytest.approx((1.6 / 3 + 1) / 2)
    assert found.spread == pytest.approx((1 - 1.6 / 3) / 2)


def test_of_hard_labels_consistency_is_purity() -> None:
    truth = np.array([0, 0, 1, 2, 1, 1])
    cluster = np.array([0, 0, 0, 1, 1, 1])
    assert consistency(np.eye(3)[truth], cluster).overall == purity(agreement_counts(truth, cluster))


def test_consistency_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="for soft labels of shape"):
        consistency(np.zeros((0, 2)), np.zeros(0, int))

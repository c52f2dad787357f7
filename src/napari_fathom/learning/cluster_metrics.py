"""How well clusters fit classes that they were not told of."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

__all__ = [
    "ClusterScores",
    "Consistency",
    "agreement_counts",
    "cluster_scores",
    "clustering_accuracy",
    "consistency",
    "purity",
]

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class ClusterScores:
    """Every figure that is reported for one clustering; each is 1 where it is perfect.

    Parameters
    ----------
    accuracy : float
        ACC, by the best one-to-one map of clusters to classes.
    purity : float
        By the best many-to-one map: every cluster is its commonest class.
    nmi : float
        Mutual information over the arithmetic mean of the entropies.
    ari : float
        Adjusted Rand index; 0 by chance.
    """

    accuracy: float
    purity: float
    nmi: float
    ari: float


def agreement_counts(truth: Ints, cluster: Ints) -> NDArray[np.int64]:
    """Count items by (class, cluster).

    Parameters
    ----------
    truth, cluster : array of int, shape (N,)
        Any numbers; which of them there are is found out.

    Returns
    -------
    array of int, shape (classes, clusters)

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if truth.shape != cluster.shape or truth.ndim != 1:
        raise ValueError(f"clusters of shape {cluster.shape} for classes of shape {truth.shape}")
    classes, row = np.unique(truth, return_inverse=True)
    clusters, column = np.unique(cluster, return_inverse=True)
    counts = np.zeros((len(classes), len(clusters)), np.int64)
    np.add.at(counts, (row, column), 1)
    return counts


def clustering_accuracy(counts: NDArray[np.integer[Any]]) -> float:
    """ACC: the largest share of items that a one-to-one map of clusters to classes gets right.

    Classes and clusters may differ in number: then some have no counterpart, and their items are wrong.

    Parameters
    ----------
    counts : array of int, shape (classes, clusters)

    Returns
    -------
    float
        NaN without items.

    References
    ----------
    Yang et al. 2010; the map: Kuhn 1955 (Hungarian method). FOC, section 4.3; RPSC, Table 2.
    """
    total = counts.sum()
    return (
        float(counts[linear_sum_assignment(counts, maximize=True)].sum() / total) if total else float("nan")
    )


def purity(counts: NDArray[np.integer[Any]]) -> float:
    """Share of items that are of the commonest class of their cluster; NaN without items.

    It grows with the number of clusters: compare only clusterings of about as many.

    Parameters
    ----------
    counts : array of int, shape (classes, clusters)
    """
    total = counts.sum()
    return float(counts.max(axis=0).sum() / total) if total else float("nan")


def cluster_scores(truth: Ints, cluster: Ints) -> ClusterScores:
    """All of them.

    Parameters
    ----------
    truth, cluster : array of int, shape (N,)

    Raises
    ------
    ValueError
        If the shapes differ, or there is nothing to score.
    """
    if not len(truth):
        raise ValueError("there is not a single item to score")
    counts = agreement_counts(truth, cluster)
    return ClusterScores(
        clustering_accuracy(counts),
        purity(counts),
        float(normalized_mutual_info_score(truth, cluster)),
        float(adjusted_rand_score(truth, cluster)),
    )


@dataclass(frozen=True)
class Consistency:
    """How like each other the images of a cluster are, as an expert would say.

    Parameters
    ----------
    overall : float
        Over all images.
    mean, spread : float
        Mean and standard deviation over clusters, every cluster weighing alike.
    """

    overall: float
    mean: float
    spread: float


def consistency(soft: NDArray[np.floating[Any]], cluster: Ints) -> Consistency:
    """Chance that an expert says of an image what most say of its cluster.

    FOC's authors asked experts whether an image is like the majority of its cluster. Here an expert drawn at
    random, who says each class with the chance that the soft label gives it, is asked what the image is; it
    is consistent if that is what is said most often of the cluster. Of hard labels `overall` is the purity.

    Parameters
    ----------
    soft : array of float, shape (N, C)
        Soft labels, or ones and zeros; rows sum to 1.
    cluster : array of int, shape (N,)

    Raises
    ------
    ValueError
        If the shapes don't fit, or there is nothing to judge.

    References
    ----------
    Schmarje et al. 2021 (FOC), section 4.4.3 and Table 3.
    """
    if soft.ndim != 2 or cluster.shape != soft.shape[:1] or not len(cluster):
        raise ValueError(f"clusters of shape {cluster.shape} for soft labels of shape {soft.shape}")
    _, place, size = np.unique(cluster, return_inverse=True, return_counts=True)
    said = np.zeros((len(size), soft.shape[1]))
    np.add.at(said, place, soft)
    agreed = said.max(axis=1)
    each = agreed / size
    return Consistency(float(agreed.sum() / len(cluster)), float(each.mean()), float(each.std()))

"""How well groups of images fit what is known of them: DC3's inner distance, alone and beside F1."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.learning.metrics import confusion, f1_scores

__all__ = ["DistanceMinusF1", "distance_minus_f1", "inner_distance"]


def inner_distance(soft: NDArray[np.floating[Any]], group: NDArray[np.integer[Any]]) -> float:
    """Mean distance of soft labels to the mean soft label of their group, every group weighing alike.

    d = 1/|X| Σ_C 1/|C| Σ_(x∈C) ‖l_x − μ_C‖₂, of the groups C in X

    A group of one has the distance 0: compare only groupings of about as many groups.

    Parameters
    ----------
    soft : array of float, shape (N, C)
        Soft labels; rows sum to 1.
    group : array of int, shape (N,)
        Cluster, or class, that each image is in.

    Returns
    -------
    float
        From 0 (all of a group are alike) to √2; NaN without an image.

    Raises
    ------
    ValueError
        If the shapes don't fit.

    References
    ----------
    Schmarje et al. 2022 (DC3), Eq. 4.
    """
    if soft.ndim != 2 or group.shape != soft.shape[:1]:
        raise ValueError(f"groups of shape {group.shape} for soft labels of shape {soft.shape}")
    if not len(group):
        return float("nan")
    _, place, size = np.unique(group, return_inverse=True, return_counts=True)
    member = np.eye(len(size))[place]
    centre = member.T @ soft / size[:, None]
    away = np.linalg.norm(soft - centre[place], axis=1)
    return float((member.T @ away / size).mean())


@dataclass(frozen=True)
class DistanceMinusF1:
    """DC3's two figures of one run, and their difference.

    Parameters
    ----------
    f1 : float
        Weighted F1 of the images called certain.
    distance : float
        Inner distance d of the images called ambiguous, by their cluster.
    difference : float
        d − F1: the smaller, the better.
    """

    f1: float
    distance: float
    difference: float


_DEGENERATED = 0.1  # of the images; no more than these certain, or ambiguous, tell nothing


def distance_minus_f1(
    truth: NDArray[np.integer[Any]],
    soft: NDArray[np.floating[Any]],
    said: NDArray[np.integer[Any]],
    ambiguous: NDArray[np.bool_] | None = None,
    cluster: NDArray[np.integer[Any]] | None = None,
) -> DistanceMinusF1:
    """Weighted F1 of certain images, inner distance of ambiguous ones, and (d − F1).

    Of a method that can't call an image ambiguous all are certain, and grouped by the class that is said of
    them.

    Parameters
    ----------
    truth, said : array of int, shape (N,)
        Classes 1…C.
    soft : array of float, shape (N, C)
        Soft labels; rows sum to 1.
    ambiguous : array of bool, shape (N,), optional
        p_a ≥ 0.5; None for a method that doesn't tell.
    cluster : array of int, shape (N,), optional
        Needed with `ambiguous`.

    Returns
    -------
    DistanceMinusF1
        All NaN for a degenerated run: no more than a tenth of the images called certain, or ambiguous.

    Raises
    ------
    ValueError
        If it is known which images are ambiguous, and there are no clusters.

    References
    ----------
    Schmarje et al. 2022 (DC3), section 3.2.
    """
    if ambiguous is None:
        certain, distance = np.ones(len(said), bool), inner_distance(soft, said)
    elif cluster is None:
        raise ValueError("ambiguous images are judged by their clusters, and there are none")
    elif not _DEGENERATED < ambiguous.mean() < 1 - _DEGENERATED:
        return DistanceMinusF1(np.nan, np.nan, np.nan)
    else:
        certain, distance = ~ambiguous, inner_distance(soft[ambiguous], cluster[ambiguous])
    _, f1, _ = f1_scores(confusion(truth[certain], said[certain], soft.shape[1]))
    return DistanceMinusF1(f1, distance, distance - f1)

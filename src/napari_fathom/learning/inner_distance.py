"""How well groups of images fit what is known of them: DC3's inner distance."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["inner_distance"]


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

"""Where a network places objects, by angle: how far from the middle, what lies near, what falls apart."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["cosine_distance", "different_directions", "nearest", "parts_by_direction"]

_BLOCK = 65_536  # rows that are read at a time: the features of a million objects are gigabytes


def cosine_distance(features: NDArray[np.floating]) -> NDArray[np.float32]:
    """Distance of each row to the mean of all: 1 − cos of the angle between them.

    Parameters
    ----------
    features : ndarray, shape (n, D)

    Returns
    -------
    ndarray of float32, shape (n,)
        In [0, 2]; 1 where a row, or the mean, is all zeros.
    """
    whole = np.asarray(features, np.float32)
    centre = _directions(whole.mean(axis=0, keepdims=True))[0]
    return np.asarray(1 - _directions(whole) @ centre, np.float32)


def nearest(features: NDArray[Any], row: int, there: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
    """Rows of the nearest other objects by angle, nearest first; a pass over all features.

    Parameters
    ----------
    features : ndarray, shape (N, D)
        May be mapped.
    row : int
        The object itself.
    there : ndarray of bool, shape (N,)
        Only these.
    count : int
        How many, at most.
    """
    wanted = _directions(np.asarray(features[row : row + 1], np.float32))[0]
    alike = np.concatenate(
        [
            _directions(np.asarray(features[start : start + _BLOCK], np.float32)) @ wanted
            for start in range(0, len(features), _BLOCK)
        ]
    )
    alike[~there] = -np.inf
    alike[row] = -np.inf
    count = min(count, int(np.isfinite(alike).sum()))
    near = np.argpartition(-alike, count)[:count] if count < len(alike) else np.arange(len(alike))
    return np.asarray(near[np.argsort(-alike[near], kind="stable")], np.int64)


def different_directions(features: NDArray[np.floating]) -> int:
    """Count the directions among rows, shape (n, D): into no more parts can they be split."""
    return len(np.unique(_directions(np.asarray(features, np.float32)), axis=0))


def parts_by_direction(features: NDArray[np.floating], parts: int, seed: int = 0) -> NDArray[np.uint8]:
    """Cluster rows by k-means on their directions.

    Parameters
    ----------
    features : ndarray, shape (n, D)
    parts : int
        k, at most `different_directions`.
    seed : int

    Returns
    -------
    ndarray of uint8, shape (n,)
        Part of each row; 0 is the largest part.
    """
    from sklearn.cluster import KMeans

    directions = _directions(np.asarray(features, np.float32))
    found = KMeans(parts, n_init=4, random_state=seed).fit_predict(directions)
    by_size = np.argsort(-np.bincount(found, minlength=parts), kind="stable")
    rank = np.empty(parts, np.uint8)
    rank[by_size] = np.arange(parts, dtype=np.uint8)
    part: NDArray[np.uint8] = rank[found]
    return part


def _directions(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; rows of zeros stay."""
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.where(length > 0, length, 1), np.float32)

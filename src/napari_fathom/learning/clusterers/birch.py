"""BIRCH: rows go into small balls as they come; the balls are then joined into clusters."""

from collections.abc import Callable
from typing import Any

import numpy as np

from napari_fathom.learning.clusterers.assignment import Floats
from napari_fathom.learning.clusterers.nearest import Nearest

__all__ = ["fit_birch"]

_BALLS_PER_CLUSTER = 5
_HALVINGS = 20
_NEIGHBOURS, _SAMPLE = 10, 2000
_AT_ONCE = 2000  # rows between two looks at Stop


def fit_birch(rows: Floats, clusters: int, seed: int, check: Callable[[], None]) -> Nearest:
    """Balls by scikit-learn's tree, joined by Ward's rule; later rows go with the nearest ball's centre.

    A ball's radius is at most half the median distance to the tenth neighbour in a sample of 2,000 rows, or
    what is left of it when halved until there are five balls a cluster, or after twenty times: rows that are
    nearly equal never part. BIRCH's own T, which the paper leaves open, means nothing without the features'
    scale.

    References
    ----------
    Zhang, Ramakrishnan and Livny 1996; AILARON, section 4.3.
    """
    threshold = _half_a_neighbourhood(rows, seed)
    wanted = min(_BALLS_PER_CLUSTER * clusters, len(np.unique(rows, axis=0)))
    tree = _grown(rows, threshold, check)
    for _ in range(_HALVINGS):
        if len(tree.subcluster_centers_) >= wanted:
            break
        threshold /= 2
        tree = _grown(rows, threshold, check)
    tree.set_params(n_clusters=clusters)
    tree.partial_fit()  # without rows: only joins what there is
    return Nearest(tree.subcluster_centers_.astype(np.float32), tree.subcluster_labels_.astype(np.uint16))


def _half_a_neighbourhood(rows: Floats, seed: int) -> float:
    from sklearn.neighbors import NearestNeighbors

    sample = np.random.default_rng([seed, 31]).permutation(rows)[:_SAMPLE]
    neighbours = min(_NEIGHBOURS, len(sample) - 1)
    away, _ = NearestNeighbors(n_neighbors=neighbours).fit(sample).kneighbors()
    largest = float(np.median(away[:, -1])) or float(away.max())
    return largest / 2 or 1.0  # all in the sample are equal


def _grown(rows: Floats, threshold: float, check: Callable[[], None]) -> Any:
    from sklearn.cluster import Birch

    tree = Birch(threshold=threshold, n_clusters=None)
    for first in range(0, len(rows), _AT_ONCE):
        check()
        tree.partial_fit(rows[first : first + _AT_ONCE])
    return tree

"""HDBSCAN: clusters are where rows lie denser than around; how many there are is found, not asked for."""

from collections.abc import Callable

import numpy as np

from napari_fathom.learning.clusterers.assignment import Floats
from napari_fathom.learning.clusterers.nearest import Nearest

__all__ = ["fit_density"]

_FEWEST = 5


def fit_density(rows: Floats, clusters: int, seed: int, check: Callable[[], None]) -> Nearest:
    """Dense regions by scikit-learn; what lies between them, and later rows, goes with the nearest dense row.

    The number asked for only says how small a cluster may be: a fifth of what each of so many would have, at
    least 5 rows. Where nothing is denser than the rest there is one cluster.

    References
    ----------
    Campello, Moulavi and Sander 2013.
    """
    from sklearn.cluster import HDBSCAN

    del seed  # nothing is random
    smallest = min(max(_FEWEST, len(rows) // (5 * clusters)), len(rows))
    check()
    # All distances at once: of many features a tree takes eight times as long for the same result.
    labels = HDBSCAN(min_cluster_size=smallest, algorithm="brute", copy=True).fit_predict(rows)
    check()
    dense = labels >= 0
    if not dense.any():
        return Nearest.of_centres(rows.mean(axis=0, keepdims=True))
    return Nearest(rows[dense], labels[dense].astype(np.uint16))

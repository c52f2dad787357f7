"""Spectral clustering: rows that a chain of near neighbours joins belong together, however bent the chain."""

import warnings
from collections.abc import Callable

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from napari_fathom.learning.clusterers.assignment import Floats
from napari_fathom.learning.clusterers.nearest import Nearest

__all__ = ["fit_spectral"]

_NEIGHBOURS = 10  # scikit-learn's own; the paper doesn't say


def fit_spectral(rows: Floats, clusters: int, seed: int, check: Callable[[], None]) -> Nearest:
    """Cut the graph of nearest neighbours; later rows go with the nearest of these.

    Where the graph falls into more pieces than there shall be clusters, neighbours are doubled until it
    doesn't: the eigenvectors could otherwise tell some pieces only. Fewer pieces than clusters are cut as any
    graph is.

    References
    ----------
    Shi and Malik 2000; von Luxburg 2007, section 4; AILARON, section 4.3. Solved by scikit-learn.
    """
    from sklearn.cluster import spectral_clustering

    affinity, neighbours = None, min(_NEIGHBOURS, len(rows))
    while affinity is None or (_pieces(affinity) > clusters and neighbours < len(rows)):
        check()
        if affinity is not None:
            neighbours = min(2 * neighbours, len(rows))
        affinity = _affinity(rows, neighbours)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Graph is not fully connected", UserWarning)  # no harm, see above
        labels = spectral_clustering(affinity, n_clusters=clusters, random_state=seed)
    check()
    return Nearest(rows, labels.astype(np.uint16))


def _affinity(rows: Floats, neighbours: int) -> csr_matrix:
    """1 between mutual neighbours, ½ where only one of the two thinks so; rows are their own neighbours."""
    from sklearn.neighbors import kneighbors_graph

    graph = kneighbors_graph(rows, neighbours, include_self=True)
    return csr_matrix((graph + graph.T) / 2)


def _pieces(affinity: csr_matrix) -> int:
    return int(connected_components(affinity, directed=False)[0])

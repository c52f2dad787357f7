"""k-means: a cluster is all that is nearer to its centre than to any other."""

from collections.abc import Callable

import torch

from napari_fathom.learning.clusterers.assignment import Floats
from napari_fathom.learning.clusterers.nearest import Nearest
from napari_fathom.learning.kmeans import best_kmeans

__all__ = ["fit_centres"]

_ITERATIONS, _STARTS = 20, 10


def fit_centres(rows: Floats, clusters: int, seed: int, check: Callable[[], None]) -> Nearest:
    """Lloyd's iterations, as `kmeans`; of ten random starts the one with the least inertia.

    References
    ----------
    Lloyd 1982; AILARON, section 4.3.
    """
    random = torch.Generator().manual_seed(seed)
    found = best_kmeans(
        torch.from_numpy(rows), clusters, _STARTS, iterations=_ITERATIONS, generator=random, check=check
    )
    return Nearest.of_centres(found.centroids.numpy())

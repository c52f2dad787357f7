"""k-means: a cluster is all that is nearer to its centre than to any other."""

from collections.abc import Callable

import torch

from napari_fathom.learning.clusterers.assignment import Floats
from napari_fathom.learning.clusterers.nearest import Nearest
from napari_fathom.learning.kmeans import kmeans

__all__ = ["fit_centres"]

_ITERATIONS = 20


def fit_centres(rows: Floats, clusters: int, seed: int, check: Callable[[], None]) -> Nearest:
    """Lloyd's iterations, as `kmeans`.

    References
    ----------
    Lloyd 1982; AILARON, section 4.3.
    """
    random = torch.Generator().manual_seed(seed)
    found = kmeans(torch.from_numpy(rows), clusters, iterations=_ITERATIONS, generator=random, check=check)
    return Nearest.of_centres(found.centroids.numpy())

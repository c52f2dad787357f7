"""Clusters of images, where no objective has learned any."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.kmeans import Clustering, kmeans

__all__ = ["find_clusters"]

_ITERATIONS = 20


def find_clusters(
    rows: npt.NDArray[np.float32], settings: ImageSettings, classes: int, check: Callable[[], None]
) -> Clustering:
    """k-means with as many clusters as the settings say for C classes, from their seed.

    Parameters
    ----------
    rows : ndarray of float32, shape (N, D)
        At least one.
    settings : ImageSettings
    classes : int
        C.
    check : callable
        Called in every iteration; raises when the user pressed Stop.
    """
    random = torch.Generator().manual_seed(settings.seed)
    clusters = settings.clusters_for(classes)
    return kmeans(torch.from_numpy(rows), clusters, iterations=_ITERATIONS, generator=random, check=check)

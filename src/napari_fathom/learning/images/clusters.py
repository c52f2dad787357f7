"""Clusters of images, where no objective has learned any, or others are wished for."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from napari_fathom.learning.clusterers import CLUSTERERS, Assignment, fit_clusters
from napari_fathom.learning.images.settings import ImageSettings

__all__ = ["find_clusters", "limit_told"]


def find_clusters(
    rows: npt.NDArray[np.float32], settings: ImageSettings, classes: int, check: Callable[[], None]
) -> Assignment:
    """As many clusters as the settings say for C classes, found as they say, from their seed.

    Parameters
    ----------
    rows : ndarray of float32, shape (N, D)
        At least one.
    settings : ImageSettings
    classes : int
        C.
    check : callable
        Called now and then; raises when the user pressed Stop.
    """
    clusters = settings.clusters_for(classes)
    return fit_clusters(_name(settings), rows, clusters, seed=settings.seed, check=check)


def limit_told(rows: int, settings: ImageSettings) -> str | None:
    """A sentence, where clusters of so many images would be found in a sample of them; else None."""
    clusterer = CLUSTERERS[_name(settings)]
    if clusterer.most_rows is None or rows <= clusterer.most_rows:
        return None
    return (
        f"{clusterer.about.title} looks at {clusterer.most_rows:,} of {rows:,} images, drawn at random; "
        "the others join the clusters found there."
    )


def _name(settings: ImageSettings) -> str:
    return "kmeans" if settings.clusterer == "own" else settings.clusterer

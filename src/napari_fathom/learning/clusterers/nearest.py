"""The cluster of a row is that of the nearest known point."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import torch

from napari_fathom.learning.clusterers.assignment import Arrays, Floats, Numbers
from napari_fathom.learning.kmeans import assign

__all__ = ["Nearest"]


@dataclass(frozen=True)
class Nearest:
    """Points, and the cluster that each stands for: centres, subclusters' centres, or rows themselves.

    Parameters
    ----------
    points : ndarray of float32, shape (M, D)
    labels : ndarray of uint16, shape (M,)
        0…K−1.
    """

    points: Floats
    labels: Numbers

    rule: ClassVar[str] = "nearest"

    @classmethod
    def of_centres(cls, centres: Floats) -> Self:
        """Each centre (K, D) is a cluster."""
        return cls(centres, np.arange(len(centres), dtype=np.uint16))

    @property
    def clusters(self) -> int:
        """K."""
        return int(self.labels.max()) + 1

    def of(self, rows: Floats) -> Numbers:
        """Cluster of the point nearest to each row (n, D), shape (n,)."""
        if rows.ndim != 2 or rows.shape[1] != self.points.shape[1]:
            raise ValueError(f"rows of shape {rows.shape}; the clusters know {self.points.shape[1]} columns")
        nearest, _ = assign(torch.from_numpy(rows), torch.from_numpy(self.points))
        return np.asarray(self.labels[nearest.numpy()], np.uint16)

    def arrays(self) -> Arrays:
        """All that it is."""
        return {"points": self.points, "labels": self.labels.astype(np.int32)}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The same again."""
        points, labels = arrays["points"], arrays["labels"]
        if points.ndim != 2 or not len(points) or labels.shape != (len(points),):
            raise ValueError(f"clusters of points {points.shape} with labels {labels.shape}")
        if labels.min() < 0 or labels.max() > np.iinfo(np.uint16).max:
            raise ValueError("clusters whose numbers aren't 0…65535")
        return cls(points, labels.astype(np.uint16))

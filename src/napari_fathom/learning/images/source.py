"""What learning asks of a collection and of its labels: arrays, read rows by rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["ArrayImages", "CachedImages", "ImageLabels", "ImageSet"]

_CHUNK = 2048  # images read at once, so that Stop is heard between two reads


class ImageSet(Protocol):
    """Grey images of one size, and what was measured of each at its original size."""

    @property
    def side(self) -> int:
        """Rows, and columns, of each image."""
        ...

    @property
    def measures(self) -> npt.NDArray[np.float32] | None:
        """Shape (N, M); NaN where unknown. None where nothing was measured."""
        ...

    def __len__(self) -> int: ...

    def read(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """Images of these rows, in this order, shape (n, side, side)."""
        ...


@dataclass(frozen=True)
class ArrayImages:
    """Images that are in memory.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (N, side, side)
    measures : ndarray of float32, shape (N, M), optional

    Raises
    ------
    ValueError
        If the shapes don't fit.
    """

    pixels: npt.NDArray[np.uint8]
    measures: npt.NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[1] != self.pixels.shape[2]:
            raise ValueError(f"images must have shape (N, side, side), found {self.pixels.shape}")
        if self.measures is not None and len(self.measures) != len(self.pixels):
            raise ValueError(f"{len(self.measures)} rows of measures for {len(self.pixels)} images")

    @property
    def side(self) -> int:
        """Rows, and columns, of each image."""
        return int(self.pixels.shape[1])

    def __len__(self) -> int:
        return len(self.pixels)

    def read(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """Images of these rows."""
        return self.pixels[rows]


@dataclass(frozen=True)
class ImageLabels:
    """What is known of each image.

    Parameters
    ----------
    target : ndarray of int, shape (N,)
        0 = nobody has said, 1…C.
    group : ndarray of int, shape (N,), optional
        Images of one group are never split between training and judging: twins, frames of one animal.
        Without it, every image is a group of its own.
    soft : ndarray of float32, shape (N, C), optional
        Share of people's votes that each class has, 1 in all where there is a target; who judges a model goes
        by the target. Without it, everybody agrees.

    Raises
    ------
    ValueError
        If the shapes don't fit, a target is negative, or shares are or don't add up.
    """

    target: npt.NDArray[np.integer]
    group: npt.NDArray[np.integer] | None = None
    soft: npt.NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if self.target.ndim != 1 or (self.target.size and self.target.min() < 0):
            raise ValueError("targets must be one row of numbers from 0 on")
        if self.group is not None and self.group.shape != self.target.shape:
            raise ValueError(f"{self.group.shape} groups for {self.target.shape} targets")
        if self.soft is not None:
            self._check_soft(self.soft)

    def _check_soft(self, soft: npt.NDArray[np.float32]) -> None:
        most = int(self.target.max(initial=0))
        if soft.ndim != 2 or len(soft) != len(self.target) or soft.shape[1] < most:
            raise ValueError(f"{soft.shape} soft labels for {len(self.target)} targets up to {most}")
        told = soft[self.target > 0]
        if told.min(initial=0) < 0 or not np.allclose(told.sum(axis=1), 1, atol=1e-3):
            raise ValueError("soft labels must be shares that add up to 1 wherever there is a target")

    @property
    def groups(self) -> npt.NDArray[np.int64]:
        """One number for each image."""
        if self.group is None:
            return np.arange(len(self.target), dtype=np.int64)
        return self.group.astype(np.int64)

    def counts(self) -> dict[int, int]:
        """Labelled images of each class that has any."""
        values, counts = np.unique(self.target[self.target > 0], return_counts=True)
        return dict(zip(values.tolist(), counts.tolist(), strict=True))


class CachedImages:
    """An image set that keeps all of its pixels in memory, if they fit into `most_bytes`.

    Training reads the same images over and over, in random order, from a store that is laid out in chunks.

    Parameters
    ----------
    images : ImageSet
    most_bytes : int
    """

    def __init__(self, images: ImageSet, most_bytes: int = 1 << 30) -> None:
        self._images, self._most = images, most_bytes
        self._kept: npt.NDArray[np.uint8] | None = None
        self.side, self.measures = images.side, images.measures

    @classmethod
    def of(cls, images: ImageSet) -> "CachedImages":
        """The same, if it is one already."""
        return images if isinstance(images, CachedImages) else cls(images)

    def __len__(self) -> int:
        return len(self._images)

    def load(self, check: Callable[[], None]) -> None:
        """Read all now, if they fit; `check` is called between reads and may raise."""
        if self._kept is not None or len(self) * self.side**2 > self._most:
            return
        kept = np.empty((len(self), self.side, self.side), np.uint8)
        for first in range(0, len(self), _CHUNK):
            check()
            rows = np.arange(first, min(first + _CHUNK, len(self)))
            kept[rows] = self._images.read(rows)
        self._kept = kept

    def read(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """Images of these rows."""
        return self._images.read(rows) if self._kept is None else self._kept[rows]

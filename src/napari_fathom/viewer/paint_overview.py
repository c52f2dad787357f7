"""All strokes of a survey at every zoom: a sparse pyramid of the labels store, in which thin strokes stay."""

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box
from napari_fathom.study.coarsen import factors_between
from napari_fathom.viewer.tiles import box_of, tiles_of

if TYPE_CHECKING:
    from napari_fathom.labels import LabelStore

__all__ = ["LabelPyramid", "pooled"]


def pooled(labels: NDArray[np.uint8], down: int, along: int) -> NDArray[np.uint8]:
    """The largest label of each block of cells, so that the thinnest stroke is still seen from afar.

    Parameters
    ----------
    labels : ndarray of uint8, shape (R, P)
        Need not be multiples of the block.
    down, along : int
        Rows and pings of a block.

    Returns
    -------
    ndarray of uint8, shape (ceil(R / down), ceil(P / along))
    """
    rows = np.maximum.reduceat(labels, np.arange(0, labels.shape[0], down), axis=0)
    return np.maximum.reduceat(rows, np.arange(0, labels.shape[1], along), axis=1)


class LabelPyramid:
    """A `PyramidSource` over a labels store: level 0 is the store, coarser levels are kept here, sparse.

    Parameters
    ----------
    store : LabelStore
        The survey's labels.
    shapes : tuple of (rows, pings)
        Those of the Sv pyramid: each level halves pings, and rows or not.
    """

    dtype: np.dtype[Any] = np.dtype(np.uint8)
    trailing: tuple[int, ...] = ()

    def __init__(self, store: "LabelStore", shapes: tuple[tuple[int, int], ...]) -> None:
        self.shapes = shapes
        self._store = store
        self._lock = threading.Lock()
        self._tiles: dict[tuple[int, int, int], NDArray[np.uint8]] = {}
        self._steps = [factors_between(shapes[0], shape) for shape in shapes]
        for box in store.painted_boxes():
            self.update(box)

    def update(self, box: Box) -> None:
        """Take over what has changed in a box of level 0; reads the store, so call it off the GUI thread."""
        if len(self.shapes) == 1:
            return
        down, along = self._steps[-1]
        rows, pings = self.shapes[0]
        top, left = box[0] // down * down, box[2] // along * along
        bottom, right = min(-(-box[1] // down) * down, rows), min(-(-box[3] // along) * along, pings)
        if bottom <= top or right <= left:
            return
        cells = self._store.read((top, bottom, left, right))
        for level in range(1, len(self.shapes)):
            down, along = self._steps[level]
            self._put(level, top // down, left // along, pooled(cells, down, along))

    def read(self, level: int, box: Box) -> NDArray[np.uint8]:
        """Labels of a box of one level, shape (h, w)."""
        if level == 0:
            return self._store.read(box)
        out = np.zeros((box[1] - box[0], box[3] - box[2]), np.uint8)
        with self._lock:
            for key in tiles_of(level, box):
                tile = self._tiles.get(key)
                if tile is not None:
                    there = box_of(key, self.shapes[level])
                    target, source = _overlap(box, there)
                    out[target] = tile[source]
        return out

    def _put(self, level: int, top: int, left: int, cells: NDArray[np.uint8]) -> None:
        box = (top, top + cells.shape[0], left, left + cells.shape[1])
        with self._lock:
            for key in tiles_of(level, box):
                there = box_of(key, self.shapes[level])
                if key not in self._tiles:
                    self._tiles[key] = np.zeros((there[1] - there[0], there[3] - there[2]), np.uint8)
                target, source = _overlap(there, box)
                self._tiles[key][target] = cells[source]


def _overlap(one: Box, other: Box) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Where two boxes meet, as slices into the array of each."""
    top, bottom = max(one[0], other[0]), min(one[1], other[1])
    left, right = max(one[2], other[2]), min(one[3], other[3])
    return (
        (slice(top - one[0], bottom - one[0]), slice(left - one[2], right - one[2])),
        (slice(top - other[0], bottom - other[0]), slice(left - other[2], right - other[2])),
    )

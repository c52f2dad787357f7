"""Surveys of any length under napari's own multiscale layers, without a read on the GUI thread.

napari asks a level for the part in view and waits for the answer. A `LazyLevel` answers at once from the
tiles at hand, fills the rest from the coarsest level (which is always in memory), and has the missing tiles
read behind the screen; then the layer is refreshed. Whoever wants numbers reads the Echogram, or takes
`numpy.asarray(level)`, which reads everything exactly.
"""

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box
from napari_fathom.viewer.tiles import TILE, Array, PyramidSource, TileCache, TileLoader, box_of, tiles_of

__all__ = ["LazyLevel", "LazyPyramid", "as_layer_data", "display_rows"]

CACHE_BYTES = 256 * 2**20

_NUMBERS = itertools.count()


def display_rows(shapes: Sequence[tuple[int, int]], stretch: float) -> list[int]:
    """Rows that each level shows on a screen where cells aren't square.

    napari picks the coarsest level that still has more cells than the canvas has pixels, along *every* axis.
    A level with fewer rows than the canvas is therefore never picked, and a stretched survey would be read
    at full resolution from end to end. So rows may only halve as fast as the screen allows: by at most
    `stretch` times the factor of the pings.

    Parameters
    ----------
    shapes : sequence of (rows, pings)
        The stored levels, finest first.
    stretch : float
        World metres of a ping over those of a row: 1 where cells are square, small where a long survey is
        pressed into the canvas.

    Returns
    -------
    list of int
        Rows of each level, never fewer than are stored.
    """
    rows, pings = shapes[0]
    shown = []
    for stored, across in shapes:
        allowed = max(1.0, stretch * pings / across)
        halvings = int(np.floor(np.log2(allowed)))
        shown.append(max(stored, -(-rows // 2**halvings)))
    return shown


def as_layer_data(levels: "Sequence[LazyLevel]") -> dict[str, Any]:
    """`data` and `multiscale` for a napari layer: a short survey has one level and isn't multiscale."""
    if len(levels) == 1:
        return {"data": levels[0], "multiscale": False}
    return {"data": list(levels), "multiscale": True}


class LazyPyramid:
    """All levels of one source, as the arrays that one napari layer shows.

    Parameters
    ----------
    source : PyramidSource
        Where the cells are; its coarsest level is read here and now.
    loader : TileLoader
        Shared by all pyramids of a window.
    arrived : callable, optional
        Called in the loader's thread after each tile that came.
    failed : callable, optional
        Called in the loader's thread with the error of a tile that can't be read.
    """

    def __init__(
        self,
        source: PyramidSource,
        loader: TileLoader,
        *,
        arrived: Callable[[], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self.source = source
        self.cache = TileCache(CACHE_BYTES)
        self._loader = loader
        self._arrived, self._failed = arrived, failed
        self._asker = next(_NUMBERS)
        self._generation = 0
        self._lock = threading.Lock()
        self._coarsest = self._read_coarsest()
        self.hole: Box | None = None
        """Level-0 cells that are shown as 0: another layer shows them."""

    def levels(self, stretch: float = 1.0) -> "list[LazyLevel]":
        """What a layer shows: `Image(**as_layer_data(pyramid.levels()), …)`.

        Parameters
        ----------
        stretch : float
            As for `display_rows`; ask again after the aspect changed.
        """
        rows = display_rows(self.source.shapes, stretch)
        return [LazyLevel(self, number, shown) for number, shown in enumerate(rows)]

    def view(self, level: int, box: Box) -> Array:
        """What is known of a box of stored cells now; missing tiles are wished for.

        Returns
        -------
        ndarray, shape (h, w, *trailing)
        """
        top, bottom, left, right = box
        out = np.empty((bottom - top, right - left, *self.source.trailing), self.source.dtype)
        missing = []
        for key in tiles_of(level, box):
            there = box_of(key, self.source.shapes[level])
            inside = _common(there, box)
            target = out[inside[0] - top : inside[1] - top, inside[2] - left : inside[3] - left]
            tile = self.cache.get(key)
            if tile is None:
                target[:] = self._guess(level, inside)
                missing.append(key)
            else:
                target[:] = tile[
                    inside[0] - there[0] : inside[1] - there[0], inside[2] - there[2] : inside[3] - there[2]
                ]
        self._wish(missing, box)
        self._cut_hole(out, level, box)
        return out

    def forget(self, box: Box | None = None) -> None:
        """Read again what changed in the source.

        Parameters
        ----------
        box : Box, optional
            Cells of level 0 that changed; everything without it.
        """
        with self._lock:
            self._generation += 1
        self._coarsest = self._read_coarsest()
        self.cache.forget(lambda key: box is None or _touches(key, box, self.source.shapes))

    def close(self) -> None:
        """Nothing is read for this pyramid any more."""
        self._loader.wish(self._asker, [])
        self._arrived = self._failed = None

    def _read_coarsest(self) -> Array:
        rows, pings = self.source.shapes[-1]
        return self.source.read(len(self.source.shapes) - 1, (0, rows, 0, pings))

    def _guess(self, level: int, box: Box) -> Array:
        """Cells of a level as the coarsest one has them."""
        rows, pings = self.source.shapes[level]
        coarse_rows, coarse_pings = self._coarsest.shape[:2]
        down = np.arange(box[0], box[1]) * coarse_rows // rows
        along = np.arange(box[2], box[3]) * coarse_pings // pings
        guess: Array = self._coarsest.take(along, axis=1).take(
            down, axis=0
        )  # four times as fast as one gather
        return guess

    def _cut_hole(self, out: Array, level: int, box: Box) -> None:
        if self.hole is None:
            return
        (full_rows, full_pings), (rows, pings) = self.source.shapes[0], self.source.shapes[level]
        top, bottom = self.hole[0] * rows // full_rows, -(-self.hole[1] * rows // full_rows)
        left, right = self.hole[2] * pings // full_pings, -(-self.hole[3] * pings // full_pings)
        out[
            max(0, top - box[0]) : max(0, bottom - box[0]), max(0, left - box[2]) : max(0, right - box[2])
        ] = 0

    def _wish(self, missing: list[tuple[int, int, int]], box: Box) -> None:
        middle = ((box[0] + box[1]) / 2 / TILE[0], (box[2] + box[3]) / 2 / TILE[1])
        missing.sort(key=lambda key: abs(key[1] + 0.5 - middle[0]) + abs(key[2] + 0.5 - middle[1]))
        self._loader.wish(self._asker, [lambda key=key: self._fetch(key) for key in missing])  # type: ignore[misc]

    def _fetch(self, key: tuple[int, int, int]) -> None:
        """Read one tile in the loader's thread; one that changed meanwhile is dropped."""
        with self._lock:
            generation = self._generation
        try:
            tile = self.source.read(key[0], box_of(key, self.source.shapes[key[0]]))
        except Exception as error:  # noqa: BLE001 - handed on: the layer's owner tells the user
            if self._failed is not None:
                self._failed(error)
            return
        with self._lock:
            if generation == self._generation:
                self.cache.put(key, tile)
        if self._arrived is not None:
            self._arrived()


class LazyLevel:
    """One level as napari wants it: shape, dtype, and an answer to every slice at once.

    Parameters
    ----------
    pyramid : LazyPyramid
        Whose level this is.
    number : int
        0 is the finest.
    rows : int
        Rows shown; where fewer are stored they are repeated.
    """

    def __init__(self, pyramid: LazyPyramid, number: int, rows: int) -> None:
        self._pyramid, self._number = pyramid, number
        self._stored_rows, pings = pyramid.source.shapes[number]
        self.shape = (rows, pings, *pyramid.source.trailing)
        self.dtype = pyramid.source.dtype
        self.ndim = len(self.shape)
        self.size = int(np.prod(self.shape))
        self.chunks = (min(TILE[0], rows), min(TILE[1], pings), *pyramid.source.trailing)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Array:
        """What is known now; see the module's own words."""
        down, along, *rest = _full_key(key, self.ndim)
        rows, columns = _numbers(down, self.shape[0]), _numbers(along, self.shape[1])
        flat_rows, flat_columns = np.atleast_1d(rows), np.atleast_1d(columns)
        if not (flat_rows.size and flat_columns.size):
            return np.empty((flat_rows.size, flat_columns.size, *self.shape[2:]), self.dtype)
        stored = flat_rows * self._stored_rows // self.shape[0]
        box = (stored.min(), stored.max() + 1, flat_columns.min(), flat_columns.max() + 1)
        top, bottom, left, right = (int(edge) for edge in box)
        cells = _pick(
            self._pyramid.view(self._number, (top, bottom, left, right)), stored - top, flat_columns - left
        )
        shaped: Array = cells.reshape((*rows.shape, *columns.shape, *self.shape[2:]))
        return shaped[(..., *rest)] if rest else shaped

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Every cell, read exactly; on the coarsest level that costs nothing."""
        whole = (0, self._stored_rows, 0, self.shape[1])
        coarsest = self._number == len(self._pyramid.source.shapes) - 1
        cells = self._pyramid._coarsest if coarsest else self._pyramid.source.read(self._number, whole)
        rows = np.arange(self.shape[0]) * self._stored_rows // self.shape[0]
        return np.asarray(cells[rows], dtype)


def _numbers(key: Any, length: int) -> NDArray[np.int64]:
    """Which of 0…length−1 a key asks for; the part in view of a million pings, without the million."""
    return np.arange(*key.indices(length)) if isinstance(key, slice) else np.arange(length)[key]


def _pick(cells: Array, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Array:
    """Rows (perhaps repeated) and columns of a box; a plain box is handed on without a copy."""
    if not np.array_equal(rows, np.arange(cells.shape[0])):
        cells = cells[rows]
    if not np.array_equal(columns, np.arange(cells.shape[1])):
        cells = cells[:, columns]
    return cells


def _full_key(key: Any, ndim: int) -> tuple[Any, ...]:
    key = key if isinstance(key, tuple) else (key,)
    if Ellipsis in key:
        at = key.index(Ellipsis)
        key = (*key[:at], *(slice(None),) * (ndim - len(key) + 1), *key[at + 1 :])
    return (*key, *(slice(None),) * (ndim - len(key)))


def _common(one: Box, other: Box) -> Box:
    return (max(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), min(one[3], other[3]))


def _touches(key: tuple[int, int, int], box: Box, shapes: Sequence[tuple[int, int]]) -> bool:
    """Whether a tile shows any of the level-0 cells in `box`."""
    there = box_of(key, shapes[key[0]])
    down, along = shapes[0][0] / shapes[key[0]][0], shapes[0][1] / shapes[key[0]][1]
    return (
        there[0] * down < box[1]
        and box[0] < there[1] * down
        and there[2] * along < box[3]
        and box[2] < there[3] * along
    )

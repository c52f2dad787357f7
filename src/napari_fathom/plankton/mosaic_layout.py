"""Where the tiles of a mosaic lie, and which tiles lie where: arithmetic only, nothing is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_fathom.events import Box
from napari_fathom.plankton.mosaic import Arrangement

__all__ = ["Heading", "MosaicLayout", "TileSize", "columns_for_width", "columns_that_fit"]


@dataclass(frozen=True)
class TileSize:
    """Measures of a mosaic, in pixels of its canvas.

    Parameters
    ----------
    side : int
        Of one square tile.
    gap : int
        Between tiles, and below the tiles of a group.
    heading : int
        Height of the strip above each group; 0 for none.
    """

    side: int = 64
    gap: int = 4
    heading: int = 0

    def __post_init__(self) -> None:
        if self.side < 1 or self.gap < 0 or self.heading < 0:
            raise ValueError(
                f"tiles of side {self.side}, gap {self.gap}, heading {self.heading}; expected ≥ 1, 0, 0"
            )

    @property
    def pitch(self) -> int:
        """From one tile to the next."""
        return self.side + self.gap


@dataclass(frozen=True)
class Heading:
    """The strip above one group.

    Parameters
    ----------
    group : object
        What its objects have in common; None where nothing is known.
    count : int
        Objects.
    box : Box
        Where on the canvas.
    """

    group: Any
    count: int
    box: Box


@dataclass(frozen=True, eq=False)
class MosaicLayout:
    """Tiles from left to right and down, a group below the other.

    Parameters
    ----------
    arrangement : Arrangement
    columns : int
        Tiles side by side.
    size : TileSize
    """

    arrangement: Arrangement
    columns: int
    size: TileSize = TileSize()

    def __post_init__(self) -> None:
        if self.columns < 1:
            raise ValueError(f"a mosaic of {self.columns} columns; expected at least 1")

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the canvas."""
        return max(1, int(self._tops[-1])), self.columns * self.size.pitch

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The strips above the groups; none if their height is 0."""
        if not self.size.heading:
            return ()
        return tuple(
            Heading(group, count, (top, top + self.size.heading, 0, self.shape[1]))
            for group, count, top in zip(
                self.arrangement.groups,
                self.arrangement.counts.tolist(),
                self._tops[:-1].tolist(),
                strict=True,
            )
        )

    def corners(self, rows: ArrayLike) -> NDArray[np.int64]:
        """Top left corner of the tiles of some objects.

        Parameters
        ----------
        rows : array of int, shape (n,)
            Rows of the collection.

        Returns
        -------
        ndarray of int64, shape (n, 2)
            y and x on the canvas; −1 where an object is not shown.
        """
        position = self.arrangement.position[np.asarray(rows, np.int64)]
        found = self._corners[position]
        found[position < 0] = -1
        return found

    def rows_at(self, y: ArrayLike, x: ArrayLike) -> NDArray[np.int64]:
        """Find the objects whose tiles lie under points of the canvas.

        Parameters
        ----------
        y, x : array of float, broadcast to each other

        Returns
        -------
        ndarray of int64, of the broadcast shape
            Rows of the collection; −1 on headings, gaps and beside the mosaic.
        """
        return self._rows(self._lines_at(np.asarray(y)), self._columns_at(np.asarray(x)))

    def row_map(self, box: Box, step: int = 1, frame: int | None = None) -> NDArray[np.int64]:
        """Row of the collection at every `step`-th pixel of a box: a label image is `values[map]`.

        Parameters
        ----------
        box : Box
        step : int
        frame : int, optional
            Only in a frame of so many pixels along each tile's edge; −1 inside of it.

        Returns
        -------
        ndarray of int64, shape (ceil(height / step), ceil(width / step))
            −1 where there is no tile.
        """
        y, x = np.arange(box[0], box[1], step), np.arange(box[2], box[3], step)
        lines, line = np.unique(self._lines_at(y), return_inverse=True)
        columns, column = np.unique(self._columns_at(x), return_inverse=True)
        rows = self._rows(lines[:, None], columns[None, :])[line][:, column]  # each tile is found only once
        if frame is not None:
            inner_y = y - np.append(self._line_tops, 0)[lines[line]]
            rows[np.ix_(self._inside(inner_y, frame), self._inside(x % self.size.pitch, frame))] = -1
        return rows

    def rows_in(self, box: Box) -> NDArray[np.int64]:
        """Objects whose tiles a box of the canvas touches, in the order they are shown."""
        top, bottom, left, right = box
        first = np.searchsorted(self._line_tops + self.size.side, top, "right")
        last = np.searchsorted(self._line_tops, bottom, "left")
        if first >= last or bottom <= top or right <= left:
            return np.zeros(0, np.int64)
        position = np.arange(self._line_starts[first], self._line_starts[last])
        x = self._corners[position, 1]
        rows: NDArray[np.int64] = self.arrangement.order[position[(x < right) & (x + self.size.side > left)]]
        return rows

    def rows_under(
        self, mask: NDArray[np.bool_], origin: tuple[int, int] = (0, 0), least: int = 1
    ) -> NDArray[np.int64]:
        """Objects whose tiles a painted mask covers, in the order they are shown.

        Parameters
        ----------
        mask : ndarray of bool, shape (h, w)
        origin : (int, int)
            y and x of the mask's first pixel on the canvas.
        least : int
            Painted pixels that a tile must have: a brush that grazes the neighbour need not mean it.
        """
        y, x = np.nonzero(mask)
        rows = self.rows_at(y + origin[0], x + origin[1])
        touched, pixels = np.unique(rows[rows >= 0], return_counts=True)
        touched = touched[pixels >= least]
        return touched[np.argsort(self.arrangement.position[touched])]

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return self.arrangement.order if len(self.arrangement) else np.array([-1], np.int64)

    @cached_property
    def _lines(self) -> NDArray[np.int64]:
        """Lines of tiles in each group."""
        return -(-self.arrangement.counts // self.columns)

    @cached_property
    def _tops(self) -> NDArray[np.int64]:
        """Where each group begins on the canvas, and where the last one ends."""
        heights = self.size.heading + self._lines * self.size.pitch
        return np.concatenate([[0], np.cumsum(heights)]).astype(np.int64)

    @cached_property
    def _line_in_group(self) -> NDArray[np.int64]:
        """Number of each line within its group, from 0."""
        first = np.cumsum(self._lines) - self._lines
        return (np.arange(self._lines.sum()) - np.repeat(first, self._lines)).astype(np.int64)

    @cached_property
    def _line_tops(self) -> NDArray[np.int64]:
        """Where the tiles of each line begin, ascending."""
        first_tops = np.repeat(self._tops[:-1] + self.size.heading, self._lines)
        return (first_tops + self._line_in_group * self.size.pitch).astype(np.int64)

    @cached_property
    def _line_starts(self) -> NDArray[np.int64]:
        """Place in the arrangement's order of each line's first tile, and of the end (twice if no line)."""
        starts = np.repeat(self.arrangement.starts[:-1], self._lines) + self._line_in_group * self.columns
        end = len(self.arrangement)
        return np.concatenate([starts, [end] if len(starts) else [end, end]]).astype(np.int64)

    @cached_property
    def _corners(self) -> NDArray[np.int64]:
        """Corners of all tiles in the arrangement's order, shape (M, 2), and of none at the end."""
        counts = np.diff(self._line_starts)[: len(self._line_tops)]
        column = np.arange(len(self.arrangement)) - np.repeat(self._line_starts[: len(counts)], counts)
        shown = np.stack([np.repeat(self._line_tops, counts), column * self.size.pitch], axis=1)
        return np.concatenate([shown, [[-1, -1]]]).astype(np.int64)

    def _lines_at(self, y: NDArray[Any]) -> NDArray[np.int64]:
        """Line of tiles at each height; −1 between and beside them."""
        line = np.searchsorted(self._line_tops, y, "right") - 1
        tops = np.append(self._line_tops, -self.size.side)[line]  # a line −1 ends where the canvas begins
        return np.where(y - tops < self.size.side, line, -1).astype(np.int64)

    def _columns_at(self, x: NDArray[Any]) -> NDArray[np.int64]:
        """Column of tiles at each x; −1 between and beside them."""
        column, within = np.divmod(np.floor(x).astype(np.int64), self.size.pitch)
        return np.where((column < self.columns) & (within < self.size.side), np.maximum(column, -1), -1)

    def _rows(self, line: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
        """Objects by line and column; −1 where either is, or the line has no such tile."""
        position = self._line_starts[line] + column
        there = (line >= 0) & (column >= 0) & (position < self._line_starts[line + 1])
        return np.where(there, self._order[np.where(there, position, 0)], -1)

    def _inside(self, within: NDArray[np.int64], frame: int) -> NDArray[np.bool_]:
        return (within >= frame) & (within < self.size.side - frame)


def columns_for_width(width: float, size: TileSize) -> int:
    """How many tiles fit side by side into a width in pixels of the canvas; at least 1."""
    return max(1, int((width + size.gap) // size.pitch))


def columns_that_fit(arrangement: Arrangement, window: tuple[float, float], size: TileSize) -> int:
    """Choose the number of columns with which the whole mosaic is largest in a window.

    Parameters
    ----------
    arrangement : Arrangement
    window : (float, float)
        Height and width, in any unit.
    size : TileSize

    Returns
    -------
    int
        Of several numbers that are as good, the smallest.
    """
    height, width = (max(side, 1e-9) for side in window)

    def zoom(columns: int) -> float:
        canvas = MosaicLayout(arrangement, columns, size).shape
        return min(height / canvas[0], width / canvas[1])

    def wide(columns: int) -> bool:
        canvas = MosaicLayout(arrangement, columns, size).shape
        return canvas[1] / width >= canvas[0] / height

    low, high = 1, max(1, len(arrangement))
    while low < high:  # more columns never make the canvas higher or narrower
        middle = (low + high) // 2
        if wide(middle):
            high = middle
        else:
            low = middle + 1
    return max(range(max(1, low - 1), low + 1), key=lambda columns: (zoom(columns), -columns))

"""A mosaic drawn, at every zoom: the objects' pictures, and frames that tell their classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box
from napari_fathom.plankton.options import shrink

if TYPE_CHECKING:
    from napari_fathom.plankton.model import Collection
    from napari_fathom.plankton.mosaic_layout import MosaicLayout

__all__ = [
    "GROUND",
    "AmbiguitySource",
    "ClassSource",
    "PictureSource",
    "Said",
    "draw_mosaic",
    "levels_of",
    "speck_levels",
]

GROUND = 24
"""Grey between the tiles: darker than the backgrounds of most instruments, lighter than black."""
LEAST = 512
"""The coarsest level is at most so large, in pixels of its longer side: it is always in memory."""
FRAME = 4
"""Width of the frame that tells a class, in pixels of the full mosaic."""
DASH = 6
"""Length of the dashes that a frame has where only a machine says so."""


def levels_of(shape: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """Shapes of the levels of a mosaic, each half of the one before, down to one that is always at hand."""
    shapes = [shape]
    while max(shapes[-1]) > LEAST:
        shapes.append((-(-shapes[-1][0] // 2), -(-shapes[-1][1] // 2)))
    return tuple(shapes)


class PictureSource:
    """The objects' pictures, a pyramid that is read by level and box.

    Down to an eighth a level is drawn of vignettes, from there on of specks and their means: a mosaic of a
    million objects is drawn without a look at their pictures.

    Parameters
    ----------
    collection : Collection
    layout : MosaicLayout
        Its tiles are as large as the collection's vignettes.
    specks : sequence of ndarray, shapes (N, s, s), uint8
        As `speck_levels` makes them of the smallest pictures kept.
    """

    dtype: np.dtype[Any] = np.dtype(np.uint8)
    trailing: tuple[int, ...] = ()

    def __init__(
        self, collection: Collection, layout: MosaicLayout, specks: Sequence[NDArray[np.uint8]]
    ) -> None:
        self._collection, self._layout = collection, layout
        self.shapes = levels_of(layout.shape)
        self._first_speck = (layout.size.side // specks[0].shape[1]).bit_length() - 1
        self._specks = specks

    def read(self, level: int, box: Box) -> NDArray[np.uint8]:
        """Grey values of a box of a level, shape (h, w)."""
        dots = self._first_speck + len(self._specks) - 1
        if level < dots:
            return self._drawn(level, box)
        return _halved(self._dotted(dots, _scaled(box, 2 ** (level - dots))), level - dots)

    def _dotted(self, level: int, box: Box) -> NDArray[np.uint8]:
        """A pixel for each object: pasting a million of them would take a second."""
        rows = _rows_seen(self._layout, level, box)
        return np.where(rows >= 0, self._specks[-1][:, 0, 0][rows], np.uint8(GROUND))

    def _drawn(self, level: int, box: Box) -> NDArray[np.uint8]:
        """Pictures pasted side by side, at a level where each has more than a pixel of its own."""
        step = 2**level
        top, bottom, left, right = box
        out = np.full((bottom - top, right - left), GROUND, np.uint8)
        rows = self._layout.rows_in(_scaled(box, step))
        if not len(rows):
            return out
        pictures = self._pictures(rows, level)
        corners = self._layout.corners(rows) // step - (top, left)
        side = pictures.shape[1]
        y, x = np.arange(side) + corners[:, :1], np.arange(side) + corners[:, 1:]
        there = ((y >= 0) & (y < out.shape[0]))[:, :, None] & ((x >= 0) & (x < out.shape[1]))[:, None, :]
        flat = (y * out.shape[1])[:, :, None] + x[:, None, :]
        out.reshape(-1)[flat[there]] = pictures[there]
        return out

    def _pictures(self, rows: NDArray[np.int64], level: int) -> NDArray[np.uint8]:
        if level >= self._first_speck:
            return np.asarray(self._specks[level - self._first_speck][rows])
        ascending, back = np.unique(rows, return_inverse=True)
        pictures = self._collection.thumbnails(ascending)[back]
        return pictures if level == 0 else shrink(pictures, self._layout.size.side >> level)


def speck_levels(specks: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """Return specks, then their means, down to one pixel an object; a second for a million.

    Parameters
    ----------
    specks : ndarray, shape (N, s, s), uint8
        The smallest picture kept of each object; s is a power of two.
    """
    smaller = [specks]
    while (fine := smaller[-1]).shape[1] > 1:
        rows = np.add(fine[:, ::2], fine[:, 1::2], dtype=np.uint16)
        means = (rows[:, :, ::2] + rows[:, :, 1::2]).astype(np.float32) / 4
        smaller.append(np.rint(means, out=means).astype(np.uint8))
    return tuple(smaller)


@dataclass(frozen=True, eq=False)
class Said:
    """What each object is said to be.

    Parameters
    ----------
    values : ndarray of uint16, shape (N,)
        Classes; 0 = nothing is said.
    sure : ndarray of bool, shape (N,)
        A person says so; else a machine proposes it.
    """

    values: NDArray[np.uint16]
    sure: NDArray[np.bool_]


class ClassSource:
    """Frames in the colour of a class, whole where a person says so, dashed for a machine.

    A pyramid that is read by level and box, as all drawing here.

    Where a tile has fewer than four pixels it is filled as a whole; `filled` ones always are.

    Parameters
    ----------
    layout : MosaicLayout
    said : Said
        Replaced as a whole when labels change; the owner then tells the layer to read again.
    largest : int
        No class is above it. napari shows bytes at once, and compiles for seconds before wider numbers.
    filled : bool
        Fill the tiles instead of framing them.
    """

    trailing: tuple[int, ...] = ()

    def __init__(
        self, layout: MosaicLayout, said: Said, *, largest: int = 2**16 - 1, filled: bool = False
    ) -> None:
        self._layout, self.said = layout, said
        self.dtype: np.dtype[Any] = np.dtype(np.uint8 if largest < 2**8 else np.uint16)
        self._framed = 0 if filled else layout.size.side // 4
        self.shapes = levels_of(layout.shape)

    def read(self, level: int, box: Box) -> NDArray[Any]:
        """Class values of a box of a level, shape (h, w); 0 inside the frames and between them."""
        step, said = 2**level, self.said
        framed = step <= self._framed
        rows = _rows_seen(self._layout, level, box, max(FRAME, step) if framed else None)
        there = rows >= 0
        values = np.where(there, said.values[rows], 0).astype(self.dtype)
        if framed:
            dash = max(DASH, step)
            down, along = (
                (np.arange(*ends) * step + step // 2) // dash for ends in ((box[0], box[1]), (box[2], box[3]))
            )
            gap = (down[:, None] + along) % 2 == 1
            values[gap & there & ~said.sure[rows]] = 0
        return values


class AmbiguitySource:
    """Tiles filled with a number in [0, 1]; NaN between them and where nothing is known.

    Parameters
    ----------
    layout : MosaicLayout
    values : ndarray of float32, shape (N,)
    """

    dtype: np.dtype[Any] = np.dtype(np.float32)
    trailing: tuple[int, ...] = ()

    def __init__(self, layout: MosaicLayout, values: NDArray[np.float32]) -> None:
        self._layout, self._values = layout, values
        self.shapes = levels_of(layout.shape)

    def read(self, level: int, box: Box) -> NDArray[np.float32]:
        """Values of a box of a level, shape (h, w)."""
        rows = _rows_seen(self._layout, level, box)
        return np.where(rows >= 0, self._values[rows], np.float32(np.nan))


def draw_mosaic(
    collection: Collection, layout: MosaicLayout, said: Said, colours: Mapping[int, str]
) -> NDArray[np.uint8]:
    """Draw a whole mosaic with its frames, for a picture of a small collection.

    Parameters
    ----------
    collection : Collection
        Looked at.
    layout : MosaicLayout
    said : Said
    colours : mapping of int to str
        `#rrggbb` of each class value.

    Returns
    -------
    ndarray, shape (h, w, 3), uint8
    """
    box = (0, layout.shape[0], 0, layout.shape[1])
    specks = speck_levels(np.asarray(collection.specks[:]))
    grey = PictureSource(collection, layout, specks).read(0, box)
    picture = np.repeat(grey[:, :, None], 3, axis=2)
    values = ClassSource(layout, said).read(0, box)
    for value, colour in colours.items():
        picture[values == value] = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return picture


def _rows_seen(layout: MosaicLayout, level: int, box: Box, frame: int | None = None) -> NDArray[np.int64]:
    """Row of the object in the middle of each pixel of a box of a level, shape (h, w); −1 for none.

    With `frame` only in that many pixels of the full mosaic along each tile's edge.
    """
    step = 2**level
    top, bottom, left, right = (edge + step // 2 for edge in _scaled(box, step))
    rows = layout.row_map((top, bottom, left, right), step, frame)
    return rows[: box[1] - box[0], : box[3] - box[2]]


def _scaled(box: Box, factor: int) -> Box:
    return (box[0] * factor, box[1] * factor, box[2] * factor, box[3] * factor)


def _halved(fine: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """Means of squares of 2^times pixels; the picture's sides are multiples of that."""
    if times == 0:
        return fine
    step = 2**times
    height, width = fine.shape[0] // step, fine.shape[1] // step
    means = fine.reshape(height, step, width, step).mean(axis=(1, 3), dtype=np.float32)
    return np.asarray(np.rint(means), np.uint8)

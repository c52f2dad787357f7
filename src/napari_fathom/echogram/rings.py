"""Outlines of patches of cells: cut so that no hole is lost, then traced along the cells' sides."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

__all__ = ["simple_pieces", "trace"]

Mask = NDArray[np.bool_]


def simple_pieces(mask: Mask) -> Iterator[tuple[int, int, Mask]]:
    """Cut one patch into pieces that a single outline describes, first piece leftmost.

    Polygons of other programs have no holes. A patch with holes is cut from top to bottom along the ping
    border through the middle of a hole, again and again, until none is left: the pieces share that border,
    lose no cell, and never touch themselves, not even at a corner.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        One patch, connected along the sides of its cells.

    Yields
    ------
    top, left : int
        Where the piece lies in `mask`.
    piece : ndarray of bool
        Its cells; the water around them is connected to the outside along sides.
    """
    waiting = [(0, 0, mask)]
    while waiting:
        top, left, piece = waiting.pop()
        column = _cut_through_a_hole(piece)
        if column is None:
            yield top, left, piece
            continue
        for offset, side in ((column, piece[:, column:]), (0, piece[:, :column])):
            numbers, _ = ndimage.label(side)
            for number, (rows, columns) in enumerate(ndimage.find_objects(numbers), start=1):
                part = numbers[rows, columns] == number
                waiting.append((top + rows.start, left + offset + columns.start, part))


def _cut_through_a_hole(piece: Mask) -> int | None:
    """Column border through the hole nearest the middle, for halves about equal; None without holes."""
    water, _ = ndimage.label(~np.pad(piece, 1))
    water[water == water[0, 0]] = 0
    spans = [(box[1].start - 1, box[1].stop - 1) for box in ndimage.find_objects(water) if box is not None]
    if not spans:
        return None
    middle = piece.shape[1] / 2
    start, stop = min(spans, key=lambda span: abs(sum(span) / 2 - middle))
    # rounding up keeps a hole one ping wide inside the left half, where the cut opens it
    return int(start + stop + 1) // 2


def trace(piece: Mask) -> NDArray[np.int64]:
    """Walk once round a piece, clockwise as seen on screen (range down, pings to the right).

    Parameters
    ----------
    piece : ndarray of bool, shape (h, w)
        As yielded by `simple_pieces`.

    Returns
    -------
    ndarray of int, shape (N, 2)
        Corners (row border, ping border) one unit step apart; the last one is a step from the first.
    """
    rows, columns = piece.shape
    framed = np.pad(piece, 1)
    inner = framed[1:-1, 1:-1]
    follower = np.full((rows + 1) * (columns + 1), -1, np.int64)
    for neighbour, begin, end in (
        (framed[:-2, 1:-1], (0, 0), (0, 1)),  # along the top, to the right
        (framed[1:-1, 2:], (0, 1), (1, 1)),  # down the right side
        (framed[2:, 1:-1], (1, 1), (1, 0)),  # back along the bottom
        (framed[1:-1, :-2], (1, 0), (0, 0)),  # up the left side
    ):
        row, column = np.nonzero(inner & ~neighbour)
        at = (row + begin[0]) * (columns + 1) + column + begin[1]
        follower[at] = (row + end[0]) * (columns + 1) + column + end[1]
    first = int(np.argmax(follower >= 0))
    walk = [first]
    steps = follower.tolist()
    while (corner := steps[walk[-1]]) != first:
        walk.append(corner)
    return np.stack(np.divmod(np.array(walk, np.int64), columns + 1), axis=1)

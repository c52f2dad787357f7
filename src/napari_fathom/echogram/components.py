"""Connected patches of each class, found slab by slab so that a survey need not fit in memory."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_fathom.events import Box

__all__ = ["Component", "ReadLabels", "Slab", "stream_components"]

ReadLabels = Callable[[Box], NDArray[np.uint8]]
"""Returns the labels of a box, shape (bottom - top, right - left)."""


@dataclass(frozen=True, eq=False)
class Component:
    """One patch of cells that touch along their sides.

    Parameters
    ----------
    value : int
        Its class.
    box : Box
        Where it lies in the survey.
    mask : ndarray of bool, shape (bottom - top, right - left)
        Its own cells within the box.
    """

    value: int
    box: Box
    mask: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Slab:
    """What became whole when the survey had been read up to `pings_done`."""

    pings_done: int
    components: tuple[Component, ...]


def stream_components(
    read: ReadLabels,
    shape: tuple[int, int],
    values: Collection[int],
    *,
    slab_pings: int = 2048,
    longest_pings: int = 8192,
) -> Iterator[Slab]:
    """Find the patches of each class in one pass from the first ping to the last.

    A patch that reaches the end of what has been read is held back and completed with the next slab. One that
    grows longer than `longest_pings` (a layer, the open water) is cut there, so that memory stays below
    (slab_pings + longest_pings) × ranges cells.

    Parameters
    ----------
    read : callable
        Box → uint8 labels.
    shape : tuple of int
        (ranges, pings) of the survey.
    values : collection of int
        The classes looked for; all else counts as outside.
    """
    ranges, pings = shape
    held = np.zeros((ranges, 0), np.uint8)
    for left in range(0, pings, slab_pings):
        right = min(left + slab_pings, pings)
        start = left - held.shape[1]
        block = np.concatenate([held, read((0, ranges, left, right))], axis=1)
        whole: list[Component] = []
        going_on: list[Component] = []
        for part in _components(block, start, values):
            (going_on if right < pings and _may_go_on(part, right, longest_pings) else whole).append(part)
        held = _drawn(going_on, ranges, right)
        yield Slab(right, tuple(whole))


def _components(block: NDArray[np.uint8], start: int, values: Collection[int]) -> Iterator[Component]:
    for value in sorted(set(np.flatnonzero(np.bincount(block.ravel())).tolist()) & set(values)):
        numbers, _ = ndimage.label(block == value)
        for number, (rows, columns) in enumerate(ndimage.find_objects(numbers), start=1):
            box = (rows.start, rows.stop, start + columns.start, start + columns.stop)
            yield Component(value, box, numbers[rows, columns] == number)


def _may_go_on(part: Component, end: int, longest_pings: int) -> bool:
    return part.box[3] == end and end - part.box[2] < longest_pings


def _drawn(parts: list[Component], ranges: int, end: int) -> NDArray[np.uint8]:
    """Draw patches on an empty sheet that ends at ping `end` and is as wide as they need."""
    start = min((part.box[2] for part in parts), default=end)
    sheet = np.zeros((ranges, end - start), np.uint8)
    for part in parts:
        top, bottom, left, right = part.box
        sheet[top:bottom, left - start : right - start][part.mask] = part.value
    return sheet

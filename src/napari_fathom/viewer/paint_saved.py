"""What the store holds of the paint window: by it, every change of the layer is found. Knows no Qt."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box
from napari_fathom.viewer.paint_diff import Change, difference
from napari_fathom.viewer.paint_region import contains

if TYPE_CHECKING:
    from napari_fathom.labels import LabelEvent, LabelStore

__all__ = ["ACCEPT", "SavedCells", "store_change"]

ACCEPT = "accept"
"""Origin of answers that became labels."""


class SavedCells:
    """A copy of the window's cells as they were last handed to the store.

    Attributes
    ----------
    box : Box or None
        The window, in cells of the survey; None while there is none.
    """

    def __init__(self) -> None:
        self.box: Box | None = None
        self._cells: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)

    def forget(self) -> None:
        """There is no window any more."""
        self.box = None

    def replace(self, box: Box, cells: NDArray[np.uint8]) -> None:
        """The window is another one."""
        self.box, self._cells = box, cells.copy()

    def change_to(self, cells: NDArray[np.uint8]) -> Change | None:
        """How `cells`, shape (h, w) of the window, differ; in the window's own rows and columns.

        Returns
        -------
        Change or None
            None where nothing differs, or where `cells` are of another window than this one.
        """
        if self.box is None or cells.shape != self._cells.shape:
            return None
        return difference(self._cells, cells)

    def take(self, change: Change) -> None:
        """The store has this change, or will have."""
        top, bottom, left, right = change.box
        self._cells[top:bottom, left:right][change.mask] = change.values[change.mask]

    def former(self, change: Change) -> NDArray[np.uint8]:
        """What was in the change's box before it."""
        top, bottom, left, right = change.box
        return self._cells[top:bottom, left:right].copy()

    def within(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns of the window that a box of the survey takes.

        Raises
        ------
        ValueError
            If the box reaches beyond the window.
        """
        if self.box is None or not contains(self.box, box):
            raise ValueError(f"{box} is not within the window {self.box}")
        top, left = self.box[0], self.box[2]
        return slice(box[0] - top, box[1] - top), slice(box[2] - left, box[3] - left)

    def in_survey(self, change: Change) -> Change:
        """The same change, counted in cells of the survey."""
        return change if self.box is None else change.moved(self.box[0], self.box[2])


def store_change(store: "LabelStore", change: Change, origin: str) -> "LabelEvent":
    """Write a change in cells of the survey to the store.

    Each patch of an accepted answer is a stroke of its own, so that some can be held out when training; what
    a hand painted in one go is one stroke.
    """
    strokes, values = None, np.where(change.mask, change.values, 0)  # of what lies around nothing is said
    if origin == ACCEPT:
        from napari_fathom.learning.field import connected_strokes

        strokes = np.maximum(connected_strokes(values), 1)
    return store.write(change.box, values, change.mask, origin=origin, strokes=strokes)

"""What a hand has changed: the difference between the window and its last saved copy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box

__all__ = ["Change", "difference"]

STRIP = 64
"""Rows compared at once: a strip stays in the processor's cache and most strips are equal."""


@dataclass(frozen=True, eq=False)
class Change:
    """Cells that differ.

    Parameters
    ----------
    box : Box
        The smallest that holds them all, in cells of the compared arrays.
    values : ndarray of uint8, shape (h, w)
        The new values of the whole box, a copy.
    mask : ndarray of bool, shape (h, w)
        Which of them are new.
    """

    box: Box
    values: NDArray[np.uint8]
    mask: NDArray[np.bool_]

    def moved(self, down: int, right: int) -> "Change":
        """The same change, its box counted from elsewhere."""
        top, bottom, left, end = self.box
        return Change((top + down, bottom + down, left + right, end + right), self.values, self.mask)


def difference(saved: NDArray[np.uint8], now: NDArray[np.uint8]) -> Change | None:
    """Find the cells of `now` that aren't as saved.

    Parameters
    ----------
    saved, now : ndarray of uint8, shape (R, P)
        Compared in strips, so that a stroke in a window of 16 million cells is found in milliseconds.

    Returns
    -------
    Change or None
        None where they are equal.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if saved.shape != now.shape:
        raise ValueError(f"a window of {now.shape} can't be compared with a copy of {saved.shape}")
    tops = [top for top in range(0, len(now), STRIP) if _differs(saved, now, top)]
    if not tops:
        return None
    first, last = tops[0], min(tops[-1] + STRIP, len(now))
    unlike = saved[first:last] != now[first:last]
    rows, columns = np.flatnonzero(unlike.any(axis=1)), np.flatnonzero(unlike.any(axis=0))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    box = (first + top, first + bottom, left, right)
    values = now[box[0] : box[1], left:right].copy()
    return Change(box, values, unlike[top:bottom, left:right].copy())


def _differs(saved: NDArray[np.uint8], now: NDArray[np.uint8], top: int) -> bool:
    return not np.array_equal(saved[top : top + STRIP], now[top : top + STRIP])

"""The connected patch of one class under the cursor. Knows no Qt."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box

__all__ = ["patch_at"]

_FIRST = 256  # cells to each side that are read at first; most schools fit


def patch_at(
    read: Callable[[Box], NDArray[np.uint8]], shape: tuple[int, int], cell: tuple[int, int], limit: int = 4096
) -> tuple[Box, NDArray[np.bool_]] | None:
    """Grow from a cell over all neighbours (also diagonal ones) of its class.

    Parameters
    ----------
    read : callable
        Box → class values.
    shape : (int, int)
        Rows and pings of the survey.
    cell : (int, int)
        Row and ping under the cursor.
    limit : int
        Cells to each side of `cell` beyond which the patch is cut: background may be the whole survey.

    Returns
    -------
    (Box, ndarray of bool) or None
        The patch's box and its cells in it; None where nothing is predicted at `cell`.
    """
    from scipy import ndimage

    reach = _FIRST
    while True:
        box = _around(cell, reach, shape)
        values = np.asarray(read(box))
        at = (cell[0] - box[0], cell[1] - box[2])
        if not values[at]:
            return None
        parts, _ = ndimage.label(values == values[at], structure=np.ones((3, 3)))
        patch: NDArray[np.bool_] = parts == parts[at]
        if reach >= limit or not _reaches_edge(patch, box, shape):
            return _cropped(box, patch)
        reach = min(2 * reach, limit)


def _around(cell: tuple[int, int], reach: int, shape: tuple[int, int]) -> Box:
    return (
        max(0, cell[0] - reach),
        min(shape[0], cell[0] + reach + 1),
        max(0, cell[1] - reach),
        min(shape[1], cell[1] + reach + 1),
    )


def _reaches_edge(patch: NDArray[np.bool_], box: Box, shape: tuple[int, int]) -> bool:
    """Whether the patch goes on beyond the box (and not because the survey ends there)."""
    return bool(
        (box[0] > 0 and patch[0].any())
        or (box[1] < shape[0] and patch[-1].any())
        or (box[2] > 0 and patch[:, 0].any())
        or (box[3] < shape[1] and patch[:, -1].any())
    )


def _cropped(box: Box, patch: NDArray[np.bool_]) -> tuple[Box, NDArray[np.bool_]]:
    rows, columns = np.flatnonzero(patch.any(axis=1)), np.flatnonzero(patch.any(axis=0))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    left, right = int(columns[0]), int(columns[-1]) + 1
    return (
        (box[0] + top, box[0] + bottom, box[2] + left, box[2] + right),
        patch[top:bottom, left:right],
    )

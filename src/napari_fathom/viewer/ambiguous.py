"""Where to look next: the window of the survey that the model is least sure about. Knows no Qt."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box

__all__ = ["most_ambiguous_window"]

_OVERLAP = 0.5  # a window that shares more than this with one already shown is no news


def most_ambiguous_window(
    ambiguity: NDArray[np.floating],
    survey: tuple[int, int],
    window: tuple[int, int],
    shown: Iterable[Box] = (),
) -> Box | None:
    """The window with the highest mean ambiguity among those not shown yet.

    Parameters
    ----------
    ambiguity : ndarray, shape (h, w)
        In [0, 1]; NaN where nothing is predicted. May be a coarse level of the survey's.
    survey : (int, int)
        Rows and pings of the whole survey.
    window : (int, int)
        Rows and pings to look at, in the survey's cells.
    shown : iterable of Box
        Windows that were looked at before, in the survey's cells.

    Returns
    -------
    Box or None
        In the survey's cells; None when everything was shown or nothing is predicted.
    """
    h, w = ambiguity.shape
    if not h or not w:
        return None
    down, along = h / survey[0], w / survey[1]
    size = (min(h, max(1, round(window[0] * down))), min(w, max(1, round(window[1] * along))))
    rows, columns = _starts(h, size[0]), _starts(w, size[1])
    known = np.isfinite(ambiguity)
    total = _window_sums(np.where(known, ambiguity, 0.0), rows, columns, size)
    count = _window_sums(known.astype(float), rows, columns, size)
    score = np.where(count > 0, total / np.maximum(count, 1), -np.inf)
    former = tuple(shown)
    for at in np.argsort(score, axis=None)[::-1]:
        i, j = np.unravel_index(at, score.shape)
        if not np.isfinite(score[i, j]):
            return None
        box = (
            int(rows[i] / down),
            min(survey[0], round((rows[i] + size[0]) / down)),
            int(columns[j] / along),
            min(survey[1], round((columns[j] + size[1]) / along)),
        )
        if not any(_shared(box, other) > _OVERLAP for other in former):
            return box
    return None


def _starts(length: int, size: int) -> NDArray[np.int64]:
    """Window origins at half-window steps, the last one flush with the end."""
    return np.unique(np.append(np.arange(0, length - size, max(1, size // 2)), length - size))


def _window_sums(
    values: NDArray[np.float64], rows: NDArray[np.int64], columns: NDArray[np.int64], size: tuple[int, int]
) -> NDArray[np.float64]:
    table = np.pad(values, ((1, 0), (1, 0))).cumsum(0, dtype=np.float64).cumsum(1)
    top, bottom = rows[:, None], rows[:, None] + size[0]
    left, right = columns[None, :], columns[None, :] + size[1]
    sums: NDArray[np.float64] = (
        table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
    )
    return sums


def _shared(box: Box, other: Box) -> float:
    rows = min(box[1], other[1]) - max(box[0], other[0])
    pings = min(box[3], other[3]) - max(box[2], other[2])
    area = (box[1] - box[0]) * (box[3] - box[2])
    return max(0, rows) * max(0, pings) / area if area else 0.0

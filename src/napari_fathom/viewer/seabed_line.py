"""The seabed as a line with few corners, and back. Pure: rows over pings, NaN where there is no seabed."""

import heapq

import numpy as np
from numpy.typing import NDArray

__all__ = ["Path", "corners", "line_of", "merge_edit"]

Line = NDArray[np.float64]
Path = NDArray[np.float64]
"""Corners (row, ping) of one unbroken stretch, shape (N, 2), in the order of pings."""

MOST_CORNERS = 1500
"""Of all stretches together: napari's Shapes layer redraws that in a blink, and hands can't edit more."""

TOLERANCE_ROWS = 0.5


def corners(line: Line, most: int = MOST_CORNERS) -> list[Path]:
    """Corners of a line, as few as keep it within half a row, or within what `most` corners allow.

    Parameters
    ----------
    line : ndarray, shape (P,)
        Row of the seabed at each ping, NaN for none.
    most : int
        Corners in all; the ends of every stretch are kept even so.

    Returns
    -------
    list of ndarray, shape (N, 2)
        One path for each stretch without NaN of at least two pings.
    """
    stretches = _stretches(line)
    kept = {ping for stretch in stretches for ping in stretch}
    waiting: list[tuple[float, int, int, int]] = []
    for first, last in stretches:
        _push(waiting, line, first, last)
    # the worst place first: whenever the corners run out, the line is as close as that many allow
    while waiting and len(kept) < most:
        _, first, split, last = heapq.heappop(waiting)
        kept.add(split)
        _push(waiting, line, first, split)
        _push(waiting, line, split, last)
    at = np.array(sorted(kept), dtype=np.int64)
    inside = [at[(at >= first) & (at <= last)] for first, last in stretches]
    return [np.column_stack([line[pings], pings]).astype(np.float64) for pings in inside]


def line_of(paths: list[Path], pings: int) -> Line:
    """Row of the seabed at each ping, straight between corners; where paths overlap the last one counts.

    Parameters
    ----------
    paths : list of ndarray, shape (N, 2)
        As drawn: corners may come in any order and reach beyond the survey.
    pings : int
        Length of the survey.
    """
    line = np.full(pings, np.nan)
    for path in paths:
        order = np.argsort(path[:, 1], kind="stable")
        rows, at = path[order, 0], path[order, 1]
        first, last = max(0, int(np.ceil(at[0] - 0.5))), min(pings - 1, int(np.floor(at[-1] + 0.5)))
        if first <= last:
            inside = np.arange(first, last + 1)
            line[inside] = np.interp(inside, at, rows)
    return line


def merge_edit(line: Line, before: list[Path], after: list[Path]) -> Line:
    """Take over what a hand has changed, and keep every ping that it has not touched.

    The corners are fewer than the pings, so an untouched stretch must not become straight between them.

    Parameters
    ----------
    line : ndarray, shape (P,)
        The seabed as it was, ping by ping.
    before, after : list of ndarray, shape (N, 2)
        The paths as they were shown and as they are now.

    Returns
    -------
    ndarray, shape (P,)
    """
    old, new = line_of(before, len(line)), line_of(after, len(line))
    same = np.isclose(old, new, rtol=0, atol=1e-3, equal_nan=True)
    return np.where(same, line, new)


def _stretches(line: Line) -> list[tuple[int, int]]:
    """First and last ping of each stretch of two or more pings with a seabed."""
    known = np.concatenate([[False], np.isfinite(line), [False]])
    edges = np.flatnonzero(known[1:] != known[:-1])
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= 2]


def _push(waiting: list[tuple[float, int, int, int]], line: Line, first: int, last: int) -> None:
    """Note where a straight line from ping to ping is farthest off, if that is too far."""
    if last - first < 2:
        return
    inside = np.arange(first + 1, last)
    off = np.abs(line[inside] - np.interp(inside, [first, last], [line[first], line[last]]))
    worst = int(np.argmax(off))
    if off[worst] > TOLERANCE_ROWS:
        heapq.heappush(waiting, (-float(off[worst]), first, first + 1 + worst, last))

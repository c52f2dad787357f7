"""Echoview lines (EVL): a depth along time, such as a seabed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.coordinates import Depths, Grid, Times, check_grid, sense, transducer_depth
from napari_fathom.echogram.echoview_text import (
    MISSING_DEPTH_M,
    TICK,
    encode_lines,
    format_times,
    parse_times,
    read_lines,
)
from napari_fathom.errors import FormatError
from napari_fathom.files import replace_bytes

__all__ = [
    "BAD",
    "GOOD",
    "NONE",
    "UNVERIFIED",
    "Line",
    "line_to_range",
    "range_to_line",
    "read_evl",
    "write_evl",
]

NONE, UNVERIFIED, BAD, GOOD = 0, 1, 2, 3
"""What Echoview says of each point of a line."""

_HEAD = "EVBD 3 13.0.378.44817"  # the version real readers have seen most


@dataclass(frozen=True, eq=False)
class Line:
    """Points of one line, in the order of the file.

    Parameters
    ----------
    time : ndarray of datetime64[ns], shape (N,)
    depth_m : ndarray, shape (N,)
        Metres below the surface; NaN where the line has no depth.
    status : ndarray of uint8, shape (N,)
        `NONE`, `UNVERIFIED`, `BAD` or `GOOD`.
    """

    time: Times
    depth_m: Depths
    status: NDArray[np.uint8]


def read_evl(path: Path) -> Line:
    """Read an Echoview line.

    Raises
    ------
    FormatError
        Not an EVL file, fewer points than it announces, or a point that cannot be read.
    """
    path = Path(path)
    lines = read_lines(path, "EVBD")
    count = _count(path, lines)
    words = [line.split() for line in lines[2 : 2 + count]]
    for number, point in enumerate(words, start=3):
        if len(point) != 4:
            raise FormatError(
                path,
                f"line {number} has {len(point)} words ({' '.join(point)[:60]!r}), {count} points announced",
                "Each point is 'CCYYMMDD HHmmSSssss depth status'; export the line again.",
            )
    if len(words) < count:
        raise FormatError(
            path, f"{len(words)} points, {count} announced", "The file is cut short; export it again."
        )
    try:
        columns = np.array(words, dtype=str).reshape(-1, 4)
        time = parse_times(columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64))
        depth, status = columns[:, 2].astype(np.float64), columns[:, 3].astype(np.uint8)
    except ValueError as error:
        raise FormatError(
            path, f"a point is no number or no time ({error})", "Export the line again."
        ) from error
    return Line(time, np.where(depth <= -9999, np.nan, depth), status)


def _count(path: Path, lines: list[str]) -> int:
    found = lines[1].strip() if len(lines) > 1 else "nothing"
    if not found.isdecimal():
        raise FormatError(
            path, f"line 2 is {found[:40]!r}", "It should be the number of points; export it again."
        )
    return int(found)


def write_evl(path: Path, line: Line) -> None:
    """Write a line as Echoview does; NaN becomes its missing depth."""
    depth = np.where(np.isfinite(line.depth_m), line.depth_m, MISSING_DEPTH_M)
    points = (
        f"{time}  {metres:.6f} {status} "
        for time, metres, status in zip(
            format_times(line.time), depth.tolist(), line.status.tolist(), strict=True
        )
    )
    replace_bytes(Path(path), encode_lines([_HEAD, str(len(depth)), *points]))


def range_to_line(grid: Grid, range_m: Depths) -> Line:
    """Turn a range per ping (a seabed) into a line of depths.

    Parameters
    ----------
    range_m : ndarray, shape (P,)
        Metres from the transducer, NaN where unknown (written as missing, status `NONE`).
    """
    check_grid(grid)
    depth = transducer_depth(grid) + sense(grid) * np.asarray(range_m, np.float64)
    status = np.where(np.isfinite(depth), GOOD, NONE).astype(np.uint8)
    return Line(grid.ping_time.astype("datetime64[ns]"), depth, status)


def line_to_range(line: Line, grid: Grid) -> Depths:
    """Lay a line on the survey's pings: metres from the transducer, shape (P,).

    Straight between neighbouring points; NaN before the first and after the last, beside a missing depth, and
    beside a point that Echoview calls bad.
    """
    check_grid(grid)
    usable = np.where(line.status == BAD, np.nan, line.depth_m)
    order = np.argsort(line.time, kind="stable")
    if len(order) == 0:
        return np.full(len(grid.ping_time), np.nan)
    origin = line.time[order[0]]
    # in whole ticks of the file, so that a ping meets the point that was made from it
    where = np.rint((line.time[order] - origin) / TICK)
    pings = np.rint((grid.ping_time - origin) / TICK)
    depth: Depths = _straight(pings, where, usable[order])
    return (depth - transducer_depth(grid)) * sense(grid)


def _straight(x: Depths, known_x: Depths, known_y: Depths) -> Depths:
    """Interpolate so that NaN fills the gaps to its neighbours but never reaches a point that is known."""
    after = np.searchsorted(known_x, x, side="left").clip(0, len(known_x) - 1)
    before = np.where(known_x[after] == x, after, after - 1).clip(0)
    width = known_x[after] - known_x[before]
    share = np.divide(x - known_x[before], width, out=np.zeros_like(x), where=width > 0)
    value = np.where(width > 0, known_y[before] + share * (known_y[after] - known_y[before]), known_y[after])
    return np.where((x < known_x[0]) | (x > known_x[-1]), np.nan, value)

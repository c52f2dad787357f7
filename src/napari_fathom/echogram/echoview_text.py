"""What Echoview's text files share: the mark at their head, their line ends, times in tenths of ms."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.coordinates import Times
from napari_fathom.errors import FormatError

__all__ = ["MISSING_DEPTH_M", "TICK", "encode_lines", "format_times", "parse_times", "read_lines"]

MISSING_DEPTH_M = -10000.99
"""Echoview's own word for "no depth here"."""

TICK = np.timedelta64(100, "us")
"""The finest time that its files hold."""

_BOM = "\ufeff"


def read_lines(path: Path, magic: str) -> list[str]:
    """Read a text file with or without byte-order mark, whatever its line ends.

    Raises
    ------
    FormatError
        If the first line does not start with `magic`, or the bytes are not text.
    """
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # older Echoview wrote notes in the machine's code page
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[0].startswith(magic):
        raise FormatError(path, f"line 1 is {lines[0][:40]!r}", f"An Echoview file starts with {magic!r}.")
    return lines


def encode_lines(lines: Iterable[str]) -> bytes:
    """Join lines as Echoview itself does: byte-order mark, CR LF after every line."""
    return (_BOM + "".join(f"{line}\r\n" for line in lines)).encode("utf-8")


def parse_times(dates: NDArray[np.int64], clocks: NDArray[np.int64]) -> Times:
    """Turn CCYYMMDD and HHmmSSssss (ssss = 0.1 ms) into times.

    Parameters
    ----------
    dates, clocks : ndarray of int, shape (N,)
        The two words, read as whole numbers.

    Returns
    -------
    ndarray of datetime64[ns], shape (N,)

    Raises
    ------
    ValueError
        A month, day, hour, minute or second that does not exist.
    """
    year, month, day = dates // 10000, dates // 100 % 100, dates % 100
    hour, minute = clocks // 10**8, clocks // 10**6 % 100
    second, tick = clocks // 10**4 % 100, clocks % 10**4
    for what, value, low, high in (
        ("month", month, 1, 12),
        ("day", day, 1, 31),
        ("hour", hour, 0, 24),
        ("minute", minute, 0, 59),
        ("second", second, 0, 60),
    ):
        wrong = np.flatnonzero((value < low) | (value > high))
        if len(wrong):
            raise ValueError(f"{what} {value[wrong[0]]} in '{dates[wrong[0]]:08d} {clocks[wrong[0]]:010d}'")
    months = (year * 12 + month - 1 - 1970 * 12).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    ticks = ((hour * 60 + minute) * 60 + second) * 10**4 + tick
    result: Times = days.astype("datetime64[ns]") + ticks * TICK
    return result


def format_times(times: Times) -> list[str]:
    """Write times as `CCYYMMDD HHmmSSssss`, rounded to 0.1 ms."""
    half = np.timedelta64(50, "us")
    rounded = times.astype("datetime64[ns]") + half
    days = rounded.astype("datetime64[D]")
    ticks = ((rounded - days) // TICK).astype(np.int64)
    dates = np.datetime_as_string(days)
    seconds, tick = ticks // 10**4, ticks % 10**4
    return [
        f"{date.replace('-', '')} {s // 3600:02d}{s // 60 % 60:02d}{s % 60:02d}{t:04d}"
        for date, s, t in zip(dates.tolist(), seconds.tolist(), tick.tolist(), strict=True)
    ]

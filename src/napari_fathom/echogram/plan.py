"""The survey's one grid, settled before any Sv is read: which pings, in which order, on which ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.readers.base import Channel, Part, Source
from napari_fathom.errors import FormatError

__all__ = ["Plan", "PlannedPart", "plan_survey"]

MOST_ROWS = 1_000_000  # a damaged header can claim cells of a tenth of a millimetre
PREFERRED_HZ = 38_000.0  # where several frequencies are equally fine, the one acousticians refer to


@dataclass(frozen=True, eq=False)
class PlannedPart:
    """A part and its place in the survey.

    Attributes
    ----------
    part : Part
    axis_frequency_hz : float
        Whose pings are the columns: the main frequency, or the finest one of a part that lacks it.
    keep : ndarray of int
        Which of that frequency's pings are columns.
    start : int
        The survey's column of the first.
    """

    part: Part
    axis_frequency_hz: float
    keep: NDArray[np.intp]
    start: int

    @property
    def stop(self) -> int:
        """The survey's column after the last."""
        return self.start + len(self.keep)


@dataclass(frozen=True, eq=False)
class Plan:
    """The grid `(frequency, range, ping)` of a survey, and where each part lies on it."""

    frequency_hz: NDArray[np.float64]
    range_m: NDArray[np.float64]
    ping_time: NDArray[np.datetime64]
    main_frequency_hz: float
    half_interval: np.timedelta64
    parts: tuple[PlannedPart, ...]
    notes: tuple[str, ...]


def plan_survey(source: Source, main_frequency_hz: float | None = None) -> Plan:
    """Settle the grid of a survey.

    Parts are put in the order of their first ping. Where one begins before the former has ended, its
    overlapping pings are left out; where time runs backwards inside a part, the pings after the jump are kept
    and their times moved on to one median interval after the jump. Both are said in the notes.

    Parameters
    ----------
    source : Source
    main_frequency_hz : float, optional
        Whose range cells and pings are the grid. Default: the finest range step; among equals 38 kHz, else
        the lowest frequency.

    Raises
    ------
    FormatError
        If there is no ping at all, or no channel of the main frequency.
    """
    parts = [part for part in source.parts if any(len(channel.ping_time) for channel in part.channels)]
    if not parts:
        raise FormatError(source.name, "no ping in any file", "Expected at least one; choose other files.")
    frequencies = sorted({channel.frequency_hz for part in parts for channel in part.channels})
    main = _choose_main(source.name, parts, frequencies, main_frequency_hz)
    range_m, notes = _range_vector(source.name, parts, main)
    planned, ping_time, order_notes = _join([(part, _axis_channel(part, main)) for part in parts])
    notes += order_notes + _missing_channels(parts, frequencies, main)
    interval = np.median(np.diff(ping_time.astype(np.int64))) if len(ping_time) > 1 else 1e9
    return Plan(
        frequency_hz=np.array(frequencies, dtype=np.float64),
        range_m=range_m,
        ping_time=ping_time,
        main_frequency_hz=main,
        half_interval=np.timedelta64(int(interval // 2), "ns"),
        parts=tuple(planned),
        notes=tuple(notes),
    )


def _channels(parts: Sequence[Part], frequency_hz: float) -> list[Channel]:
    return [channel for part in parts for channel in part.channels if channel.frequency_hz == frequency_hz]


def _choose_main(name: str, parts: Sequence[Part], frequencies: list[float], asked: float | None) -> float:
    if asked is not None:
        if asked not in frequencies:
            found = ", ".join(f"{frequency / 1000:g}" for frequency in frequencies)
            raise FormatError(
                name,
                f"no {asked / 1000:g} kHz channel (found {found} kHz)",
                "Choose another main frequency.",
            )
        return asked
    finest = {
        frequency: min(channel.range_step_m for channel in _channels(parts, frequency))
        for frequency in frequencies
    }
    best = min(finest.values())
    equals = [frequency for frequency in frequencies if finest[frequency] <= best * 1.001]
    return PREFERRED_HZ if PREFERRED_HZ in equals else equals[0]


def _range_vector(name: str, parts: Sequence[Part], main: float) -> tuple[NDArray[np.float64], list[str]]:
    channels = _channels(parts, main)
    step = min(channel.range_step_m for channel in channels)
    first = min(channel.first_range_m for channel in channels)
    last = max(channel.last_range_m for channel in channels)
    if (last - first) / step > MOST_ROWS:
        raise FormatError(
            name,
            f"cells of {step:g} m down to {last:g} m at {main / 1000:g} kHz",
            "No sounder has so many; leave the damaged file out, or choose another main frequency.",
        )
    range_m: NDArray[np.float64] = np.asarray(first + step * np.arange(round((last - first) / step) + 1))
    deeper = {
        channel.frequency_hz: channel.last_range_m
        for part in parts
        for channel in part.channels
        if channel.last_range_m > range_m[-1] + max(step, channel.range_step_m)
    }
    if not deeper:
        return range_m, []
    reach = ", ".join(f"{frequency / 1000:g} kHz" for frequency in sorted(deeper))
    note = (
        f"{reach} reach deeper (to {max(deeper.values()):.1f} m) than the main frequency {main / 1000:g} kHz "
        f"({range_m[-1]:.1f} m); what lies below is left out. Choose another main frequency to keep it."
    )
    return range_m, [note]


def _axis_channel(part: Part, main: float) -> Channel:
    return min(part.channels, key=lambda channel: (channel.frequency_hz != main, channel.range_step_m))


def _join(parts: list[tuple[Part, Channel]]) -> tuple[list[PlannedPart], NDArray[np.datetime64], list[str]]:
    """Put the parts in the order of time; decide which pings stay and when they were."""
    parts = sorted(parts, key=lambda pair: (pair[1].ping_time.min(), len(pair[1].ping_time)))
    planned: list[PlannedPart] = []
    axes: list[NDArray[np.datetime64]] = []
    notes: list[str] = []
    overlapping: list[tuple[str, int]] = []
    former = np.datetime64("0001-01-01", "us")
    for part, channel in parts:
        times, jumps = _forward(channel.ping_time.astype("datetime64[ns]"))
        if jumps:
            notes.append(
                f"{part.name}: time stands still or runs backwards {jumps} times; the pings are kept and "
                "moved on, so that each is later than the one before."
            )
        keep = np.flatnonzero(times > former)
        if len(keep) < len(times):
            overlapping.append((part.name, len(times) - len(keep)))
        if not len(keep):
            continue
        planned.append(PlannedPart(part, channel.frequency_hz, keep, sum(map(len, axes))))
        axes.append(times[keep])
        former = times[-1]
    return planned, np.concatenate(axes), notes + _overlap_notes(overlapping)


def _overlap_notes(overlapping: list[tuple[str, int]]) -> list[str]:
    if not overlapping:
        return []
    files = list(dict.fromkeys(name for name, _ in overlapping))
    named = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
    pings = sum(count for _, count in overlapping)
    return [f"{named}: {pings} pings are from a time that another file covers; they are left out."]


def _forward(times: NDArray[np.datetime64]) -> tuple[NDArray[np.datetime64], int]:
    """Make the times strictly increase; returns them and how often they did not."""
    nanoseconds = times.astype(np.int64).copy()
    steps = np.diff(nanoseconds)
    backwards = np.flatnonzero(steps <= 0)
    if not len(backwards):
        return times, 0
    onward = steps[steps > 0]
    interval = int(np.median(onward)) if len(onward) else 1_000_000_000
    steps[backwards] = interval
    nanoseconds[1:] = nanoseconds[0] + np.cumsum(steps)
    return nanoseconds.astype("datetime64[ns]"), len(backwards)


def _missing_channels(parts: Sequence[Part], frequencies: list[float], main: float) -> list[str]:
    notes = []
    for part in parts:
        lacking = sorted(set(frequencies) - {channel.frequency_hz for channel in part.channels})
        if lacking:
            what = ", ".join(f"{frequency / 1000:g} kHz" for frequency in lacking)
            whose = " (its pings follow its finest channel)" if main in lacking else ""
            notes.append(f"{part.name}: no {what}; missing there{whose}.")
    return notes

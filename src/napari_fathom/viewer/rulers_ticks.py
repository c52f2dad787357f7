"""Where the ticks of the axes on the canvas stand, and what they say. Arithmetic only, no Qt."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["PingClock", "Tick", "Weight", "clock_step_s", "depth_ticks", "nice_step", "without_overlap"]

DEPTH_SPACING_PX = 48.0
TIME_SPACING_PX = 96.0
"""Least distance between ticks: room for a label and as much air."""

_CLOCK_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
_MINUTE_S, _DAY_S = 60, 86400
_NS = 1_000_000_000
_LEAST_STEP_S = 0.001  # pings are never closer; below, labels would only grow
_GAP_STEPS = 2  # an interval between pings that is longer than this is a pause, not jitter


class Weight(IntEnum):
    """What a tick tells beyond the next step; where labels would overlap, the heavier one stays."""

    STEP = 0
    GAP = 1
    """The first ping after a pause, with its own time."""
    DAY = 2
    """The first ping of a day."""


@dataclass(frozen=True)
class Tick:
    """A mark on an axis.

    Parameters
    ----------
    at_px : float
        Pixels from the axis' beginning.
    text : str
        Its label.
    weight : Weight
        What it tells.
    """

    at_px: float
    text: str
    weight: Weight = Weight.STEP


def nice_step(least: float) -> float:
    """The smallest of 1, 2 or 5 times a power of ten that is not below `least`.

    Raises
    ------
    ValueError
        If `least` is not above 0.
    """
    if not least > 0:
        raise ValueError(f"the step of an axis must be above 0, not {least}")
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def clock_step_s(least_s: float) -> float:
    """The smallest step that people count time by (1-2-5 below a second, then as clocks do, then days).

    Parameters
    ----------
    least_s : float
        Seconds.
    """
    if least_s <= 1:
        return nice_step(max(least_s, _LEAST_STEP_S))
    if least_s <= _CLOCK_S[-1]:
        return _CLOCK_S[bisect_left(_CLOCK_S, least_s)]
    return _DAY_S * nice_step(max(least_s / _DAY_S, 1))


def depth_ticks(
    first_m: float, last_m: float, length_px: float, within_m: tuple[float, float]
) -> tuple[Tick, ...]:
    """Ticks of a depth axis.

    Parameters
    ----------
    first_m, last_m : float
        Depth at the axis' two ends; the first is the shallower one.
    length_px : float
        Its length.
    within_m : (float, float)
        Shallowest and deepest of the survey: there are no ticks beyond.

    Returns
    -------
    tuple of Tick
        From above to below; none where the axis has no length.
    """
    if not (length_px > 0 and last_m > first_m):
        return ()
    metres_per_px = (last_m - first_m) / length_px
    step = nice_step(DEPTH_SPACING_PX * metres_per_px)
    begin = math.ceil(round(max(first_m, within_m[0]) / step, 6))
    end = math.floor(round(min(last_m, within_m[1]) / step, 6))
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple(
        Tick((number * step - first_m) / metres_per_px, f"{number * step:.{decimals}f}")
        for number in range(begin, end + 1)
    )


class PingClock:
    """The time of every ping, asked by position.

    Pings stand side by side whatever the time between them: a tick stands at the beginning of the first ping
    at or after its time, and the first ping after a pause tells its own.

    Parameters
    ----------
    ping_time : ndarray, shape (P,), datetime64
        UTC. Where time runs backwards, the latest so far counts.
    """

    def __init__(self, ping_time: NDArray[np.datetime64]) -> None:
        self._ns = np.maximum.accumulate(ping_time.astype("datetime64[ns]").astype(np.int64))

    def day_at(self, ping: float) -> str:
        """The date (ISO 8601) of the ping nearest to a position."""
        return f"{self._moment(self._nearest(ping)):%Y-%m-%d}"

    def ticks(self, first: float, last: float, length_px: float) -> tuple[Tick, ...]:
        """Ticks of a time axis.

        Parameters
        ----------
        first, last : float
            Fractional pings at its two ends, cell centres whole; they may lie outside the survey.
        length_px : float
            Its length.

        Returns
        -------
        tuple of Tick
            From left to right; none where no ping is in view.
        """
        if not (length_px > 0 and last > first and last > -0.5 and first < len(self._ns) - 0.5):
            return ()
        px_per_ping = length_px / (last - first)
        seen = np.linspace(self._nearest(first), self._nearest(last), math.ceil(length_px) + 1)
        pings = np.unique(seen.round().astype(np.int64))
        step_ns = self._step_ns(pings, px_per_ping)
        steps = self._ns[pings] // step_ns
        passed = np.unique(steps[1:][np.diff(steps) > 0])
        found = np.unique(np.searchsorted(self._ns, passed * step_ns))
        return tuple(
            self._tick(int(ping), step_ns, (float(ping) - 0.5 - first) * px_per_ping) for ping in found
        )

    def _nearest(self, ping: float) -> int:
        return min(max(round(ping), 0), len(self._ns) - 1)

    def _step_ns(self, pings: NDArray[np.int64], px_per_ping: float) -> int:
        """Nanoseconds between ticks, as fits most pings on the axis; never below the time between two."""
        if len(pings) < 2:
            return _NS
        typical_s = float(np.median(np.diff(self._ns[pings]) / np.diff(pings))) / _NS
        return round(clock_step_s(typical_s * max(TIME_SPACING_PX / px_per_ping, 1.0)) * _NS)

    def _tick(self, ping: int, step_ns: int, at_px: float) -> Tick:
        now, before = int(self._ns[ping]), int(self._ns[ping - 1])
        day, fresh = now // (_DAY_S * _NS), now // (_DAY_S * _NS) > before // (_DAY_S * _NS)
        paused = now - before > _GAP_STEPS * step_ns
        told = now if paused else now // step_ns * step_ns
        if not fresh and step_ns < _DAY_S * _NS:
            return Tick(at_px, _clock_words(told, step_ns), Weight.GAP if paused else Weight.STEP)
        words = _day_words(day * _DAY_S * _NS)
        if paused and step_ns < _DAY_S * _NS:
            words = f"{words} {_clock_words(told, step_ns)}"
        return Tick(at_px, words, Weight.DAY)

    def _moment(self, ping: int) -> datetime:
        return _moment(int(self._ns[ping]))


def without_overlap(
    spans: Sequence[tuple[float, float]], weights: Sequence[int], least_px: float = 6.0
) -> tuple[int, ...]:
    """Which of some labels can be drawn with air between them.

    Parameters
    ----------
    spans : sequence of (float, float)
        Where each label begins and ends.
    weights : sequence of int
        The heavier ones are placed first, of equal ones the leftmost.
    least_px : float
        Air between two of them.

    Returns
    -------
    tuple of int
        Indices, ascending.
    """
    kept: list[int] = []
    for index in sorted(range(len(spans)), key=lambda index: (-weights[index], spans[index][0])):
        begin, end = spans[index]
        if all(end + least_px <= spans[other][0] or spans[other][1] + least_px <= begin for other in kept):
            kept.append(index)
    return tuple(sorted(kept))


def _moment(ns: int) -> datetime:
    moment: datetime = np.datetime64(ns // 1000, "us").item()
    return moment


def _day_words(ns: int) -> str:
    moment = _moment(ns)
    return f"{moment.day} {moment:%b}"


def _clock_words(ns: int, step_ns: int) -> str:
    """As exact as the step: minutes, seconds or parts of one."""
    moment = _moment(ns)
    if step_ns >= _MINUTE_S * _NS:
        return f"{moment:%H:%M}"
    if step_ns >= _NS:
        return f"{moment:%H:%M:%S}"
    decimals = math.ceil(math.log10(_NS / step_ns) - 1e-9)
    return f"{moment:%H:%M:%S}.{moment:%f}"[: len("HH:MM:SS.") + decimals]

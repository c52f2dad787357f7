"""A survey's track cut into intervals, by pings or by distance sailed: when, where, how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from napari_fathom.echogram.coordinates import Depths, Grid
from napari_fathom.errors import LabelError

__all__ = [
    "METRES_PER_NAUTICAL_MILE",
    "Interval",
    "describe_intervals",
    "distance_intervals",
    "ping_intervals",
    "track_distance",
]

METRES_PER_NAUTICAL_MILE = 1852.0
_EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG


@dataclass(frozen=True)
class Interval:
    """A stretch of a survey.

    Parameters
    ----------
    interval : int
        Its number, from 0.
    first_ping, last_ping : int
        Both belong to it.
    time_start, time_end : str
        Of those pings, UTC, ISO 8601.
    latitude, longitude : float
        Degrees, of the known position nearest its middle ping; NaN where none of its pings has one.
    length_nmi : float
        Distance sailed from its first ping to the next interval's; NaN where the track is not known.
    """

    interval: int
    first_ping: int
    last_ping: int
    time_start: str
    time_end: str
    latitude: float
    longitude: float
    length_nmi: float


def describe_intervals(
    grid: Grid, bounds: Sequence[int], latitude: Depths | None = None, longitude: Depths | None = None
) -> list[Interval]:
    """Say of each interval when, where and how long it is.

    Parameters
    ----------
    grid : Grid
    bounds : sequence of int, shape (I + 1,)
        First ping of each interval and the end of the last.
    latitude, longitude : ndarray, shape (P,), optional
        Degrees, NaN where unknown.
    """
    pings = len(grid.ping_time)
    north = np.full(pings, np.nan) if latitude is None else np.asarray(latitude, np.float64)
    east = np.full(pings, np.nan) if longitude is None else np.asarray(longitude, np.float64)
    known = np.isfinite(north) & np.isfinite(east)
    sailed = track_distance(north, east) if np.count_nonzero(known) > 1 else np.full(pings, np.nan)
    described = []
    for number, (first, end) in enumerate(pairwise(bounds)):
        places = first + np.flatnonzero(known[first:end])
        near = places[np.abs(places - (first + end - 1) / 2).argmin()] if len(places) else None
        described.append(
            Interval(
                number,
                first,
                end - 1,
                str(grid.ping_time[first]),
                str(grid.ping_time[end - 1]),
                np.nan if near is None else float(north[near]),
                np.nan if near is None else float(east[near]),
                float(sailed[min(end, pings - 1)] - sailed[first]),
            )
        )
    return described


def ping_intervals(pings: int, length: int) -> list[int]:
    """Bounds of intervals of `length` pings; the last one may be shorter."""
    return [*range(0, pings, length), pings]


def track_distance(latitude: Depths, longitude: Depths) -> Depths:
    """Distance sailed up to each ping, nautical miles, by great circles; positions missing are bridged
    straight.

    Parameters
    ----------
    latitude, longitude : ndarray, shape (P,)
        Degrees, NaN where unknown.

    Raises
    ------
    LabelError
        If fewer than two positions are known.
    """
    known = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    if len(known) < 2:
        raise LabelError(
            "The survey has no positions along its track; use intervals of pings instead of distance."
        )
    north, east = np.radians(latitude[known]), np.unwrap(np.radians(longitude[known]))
    half = (
        np.sin(np.diff(north) / 2) ** 2
        + np.cos(north[:-1]) * np.cos(north[1:]) * np.sin(np.diff(east) / 2) ** 2
    )
    steps = 2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(half.clip(0, 1))) / METRES_PER_NAUTICAL_MILE
    distance: Depths = np.interp(np.arange(len(latitude)), known, np.concatenate([[0.0], np.cumsum(steps)]))
    return distance


def distance_intervals(distance_nmi: Depths, length_nmi: float) -> list[int]:
    """Bounds of intervals of `length_nmi` along a track; stretches without a ping make none."""
    number = np.floor(distance_nmi / length_nmi).astype(np.int64)
    return [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(distance_nmi)]

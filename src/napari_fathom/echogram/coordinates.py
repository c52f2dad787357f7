"""Where the cells of a survey lie in time and depth: all that regions, lines and exchange files need."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import LabelError

__all__ = [
    "Coordinates",
    "Depths",
    "Grid",
    "Times",
    "check_grid",
    "ping_edges",
    "range_edges",
    "sense",
    "transducer_depth",
]

Times = NDArray[np.datetime64]
Depths = NDArray[np.float64]

_HALF_LONELY_PING = np.timedelta64(500_000_000, "ns")
_HALF_LONELY_CELL_M = 0.5


class Grid(Protocol):
    """Anything with a survey's coordinates: an `Echogram`, or bare `Coordinates`."""

    @property
    def range_m(self) -> Depths:
        """Centre of each cell, metres from the transducer, shape (R,), rising."""
        ...

    @property
    def ping_time(self) -> Times:
        """UTC, `datetime64[ns]`, shape (P,), never running backwards, not uniform."""
        ...

    @property
    def transducer_depth_m(self) -> Depths:
        """Depth of the transducer at each ping, shape (P,), NaN where unknown."""
        ...

    @property
    def upward(self) -> bool:
        """True where the sounder looks up: depth = transducer depth − range then, + range otherwise."""
        ...


@dataclass(frozen=True, eq=False)
class Coordinates:
    """The plainest `Grid`.

    Parameters
    ----------
    range_m : ndarray, shape (R,)
        Metres from the transducer to each cell's centre.
    ping_time : ndarray of datetime64[ns], shape (P,)
        UTC.
    transducer_depth_m : ndarray, shape (P,)
        Metres below the surface.
    upward : bool
        Whether the sounder looks up.
    """

    range_m: Depths
    ping_time: Times
    transducer_depth_m: Depths
    upward: bool = False


def check_grid(grid: Grid) -> tuple[int, int]:
    """Return (R, P) after checking that cells can be found by time and depth.

    Raises
    ------
    LabelError
        Vectors of different length, ranges that do not rise, or times that run backwards.
    """
    ranges, pings = len(grid.range_m), len(grid.ping_time)
    if len(grid.transducer_depth_m) != pings:
        raise LabelError(
            f"{pings} ping times but {len(grid.transducer_depth_m)} transducer depths; "
            "convert the survey again."
        )
    if np.any(np.diff(grid.range_m) <= 0):
        raise LabelError("The survey's ranges do not rise from cell to cell; convert the survey again.")
    backwards = np.flatnonzero(np.diff(grid.ping_time) < np.timedelta64(0, "ns"))
    if len(backwards):
        raise LabelError(
            f"Time runs backwards after ping {backwards[0]} ({grid.ping_time[backwards[0]]}); regions are "
            "found by time, so the pings must be in order. Convert the survey again: conversion sorts them."
        )
    return ranges, pings


def transducer_depth(grid: Grid) -> Depths:
    """Depth of the transducer at each ping, shape (P,): gaps filled along time, 0 if nothing is known."""
    depth = np.asarray(grid.transducer_depth_m, np.float64)
    known = np.flatnonzero(np.isfinite(depth))
    if not len(known):
        return np.zeros_like(depth)
    return np.interp(np.arange(len(depth)), known, depth[known])


def sense(grid: Grid) -> int:
    """Say how depth grows with range: depth = transducer depth + sense × range; +1 down, −1 up."""
    return -1 if grid.upward else 1


def ping_edges(ping_time: Times) -> Times:
    """Borders between pings, half-way in time, shape (P + 1,); the outer ones mirror their neighbour."""
    times = ping_time.astype("datetime64[ns]")
    if len(times) < 2:
        return np.concatenate([times - _HALF_LONELY_PING, times + _HALF_LONELY_PING])
    half = np.diff(times) // 2
    return np.concatenate([[times[0] - half[0]], times[:-1] + half, [times[-1] + half[-1]]])


def range_edges(range_m: Depths) -> Depths:
    """Borders between cells, half-way in range, shape (R + 1,); the outer ones mirror their neighbour."""
    centres = np.asarray(range_m, np.float64)
    if len(centres) < 2:
        return np.concatenate([centres - _HALF_LONELY_CELL_M, centres + _HALF_LONELY_CELL_M])
    half = np.diff(centres) / 2
    return np.concatenate([[centres[0] - half[0]], centres[:-1] + half, [centres[-1] + half[-1]]])

"""Nautical area scattering coefficient of each class, by intervals along the track and layers of depth."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.components import ReadLabels
from napari_fathom.echogram.coordinates import Depths, Grid, check_grid, range_edges, sense, transducer_depth
from napari_fathom.errors import LabelError
from napari_fathom.events import Box
from napari_fathom.files import replace_text

__all__ = [
    "METRES_PER_NAUTICAL_MILE",
    "Nasc",
    "ReadSv",
    "distance_intervals",
    "integrate_nasc",
    "ping_intervals",
    "track_distance",
    "write_nasc",
]

METRES_PER_NAUTICAL_MILE = 1852.0
_EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
_SLAB_PINGS = 2048

ReadSv = Callable[[Box], NDArray[np.floating]]
"""Returns Sv of one frequency, dB re 1 m⁻¹, NaN where missing, shape (bottom - top, right - left)."""


@dataclass(frozen=True)
class Nasc:
    """One row of the table: one class in one interval and one layer."""

    interval: int
    first_ping: int
    last_ping: int
    time_start: str
    time_end: str
    layer_top_m: float
    layer_bottom_m: float
    class_value: int
    class_name: str
    nasc_m2_nmi2: float
    cells: int
    pings: int


def integrate_nasc(
    read_sv: ReadSv,
    read_labels: ReadLabels,
    grid: Grid,
    class_names: Mapping[int, str],
    intervals: Sequence[int],
    layers_m: Sequence[float],
    *,
    seabed_range_m: Depths | None = None,
) -> Iterator[Nasc]:
    """Integrate each class over depth and average it over pings.

    s_A = 4π · 1852² · (1/P) Σ_pings ∫ sv dz, in m² nmi⁻², where P counts all pings of the interval, with and
    without the class. A cell belongs to the layer that its centre is in. Missing cells add nothing.

    Parameters
    ----------
    read_sv : callable
        Box → Sv of one frequency, dB re 1 m⁻¹.
    read_labels : callable
        Box → uint8 classes.
    grid : Grid
    class_names : mapping of int to str
        The classes to integrate.
    intervals : sequence of int, shape (I + 1,)
        First ping of each interval and the end of the last; see `ping_intervals`, `distance_intervals`.
    layers_m : sequence of float, shape (L + 1,)
        Depths below the surface that bound the layers, rising.
    seabed_range_m : ndarray, shape (P,), optional
        Cells whose centre is at or beyond it add nothing; NaN = no seabed.

    Yields
    ------
    Nasc
        By interval, layer, class; zeros included, so that a mean over rows is right.

    Raises
    ------
    LabelError
        Intervals or layers that do not rise or leave the survey.

    References
    ----------
    MacLennan, Fernandes and Dalen 2002, ICES J. Mar. Sci. 59, 365–369, Eq. 5.
    """
    ranges, pings = check_grid(grid)
    _check_rising("Intervals", intervals, 0, pings)
    _check_rising("Layers", layers_m, -np.inf, np.inf)
    depth_of_ping = transducer_depth(grid)
    seabed = np.full(pings, np.nan) if seabed_range_m is None else np.asarray(seabed_range_m)
    height = np.diff(range_edges(grid.range_m))
    shape = (len(layers_m) - 1, max(class_names, default=0) + 1)
    for interval, (first, end) in enumerate(pairwise(intervals)):
        area, cells = np.zeros(shape), np.zeros(shape, np.int64)
        for left in range(first, end, _SLAB_PINGS):
            right = min(left + _SLAB_PINGS, end)
            box = (0, ranges, left, right)
            sv = 10 ** (read_sv(box).astype(np.float64) / 10)
            classes = read_labels(box)
            depth = depth_of_ping[left:right] + sense(grid) * grid.range_m[:, None]
            layer = np.searchsorted(layers_m, depth, side="right") - 1
            counts = np.isfinite(sv) & np.isin(classes, list(class_names)) & (layer >= 0) & (layer < shape[0])
            counts &= ~(grid.range_m[:, None] >= seabed[left:right])
            where = (layer[counts], classes[counts])
            np.add.at(area, where, (sv * height[:, None])[counts])
            np.add.at(cells, where, 1)
        scale = 4 * np.pi * METRES_PER_NAUTICAL_MILE**2 / (end - first)
        start, stop = str(grid.ping_time[first]), str(grid.ping_time[end - 1])
        for layer_index in range(shape[0]):
            for value, name in class_names.items():
                yield Nasc(
                    interval,
                    first,
                    end - 1,
                    start,
                    stop,
                    float(layers_m[layer_index]),
                    float(layers_m[layer_index + 1]),
                    value,
                    name,
                    float(scale * area[layer_index, value]),
                    int(cells[layer_index, value]),
                    end - first,
                )


def _check_rising(what: str, bounds: Sequence[float], low: float, high: float) -> None:
    steps = np.diff(np.asarray(bounds, np.float64))
    if len(bounds) < 2 or (steps <= 0).any() or bounds[0] < low or bounds[-1] > high:
        raise LabelError(
            f"{what} {list(bounds)[:6]}: give at least two rising bounds within {low:g} and {high:g}."
        )


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


def write_nasc(path: Path, rows: Iterator[Nasc] | Sequence[Nasc]) -> None:
    """Write the table as CSV, one header line, full precision."""
    text = io.StringIO()
    names = [field.name for field in fields(Nasc)]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([getattr(row, name) for name in names] for row in rows)
    replace_text(Path(path), text.getvalue())

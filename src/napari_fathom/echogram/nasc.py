"""Nautical area scattering coefficient of each class, by intervals along the track and layers of depth."""

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.components import ReadLabels
from napari_fathom.echogram.coordinates import Depths, Grid, check_grid, range_edges, sense, transducer_depth
from napari_fathom.echogram.intervals import METRES_PER_NAUTICAL_MILE, Interval, describe_intervals
from napari_fathom.errors import LabelError
from napari_fathom.events import Box
from napari_fathom.files import replace_text

__all__ = [
    "Nasc",
    "ReadSv",
    "integrate_nasc",
    "write_nasc",
]

_SLAB_PINGS = 2048

ReadSv = Callable[[Box], NDArray[np.floating]]
"""Returns Sv of one frequency, dB re 1 m⁻¹, NaN where missing, shape (bottom - top, right - left)."""


@dataclass(frozen=True)
class Nasc(Interval):
    """One row of the table: one class in one interval and one layer.

    Parameters
    ----------
    frequency_hz : float
        NaN where nobody said it.
    layer_top_m, layer_bottom_m : float
        Depths below the surface; below 0 above an upward-looking transducer of unknown depth.
    class_value, class_name : int, str
    nasc_m2_nmi2 : float
        Mean over all pings of the interval, m² nmi⁻².
    cells, pings : int
        Cells of the class, and pings of the interval.
    """

    frequency_hz: float
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
    frequency_hz: float = float("nan"),
    latitude: Depths | None = None,
    longitude: Depths | None = None,
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
    frequency_hz : float, optional
        Of that Sv, for the table.
    latitude, longitude : ndarray, shape (P,), optional
        Degrees, NaN where unknown, for the table.
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
    for interval in describe_intervals(grid, intervals, latitude, longitude):
        first, end = interval.first_ping, interval.last_ping + 1
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
        for layer_index in range(shape[0]):
            for value, name in class_names.items():
                yield Nasc(
                    **asdict(interval),
                    frequency_hz=frequency_hz,
                    layer_top_m=float(layers_m[layer_index]),
                    layer_bottom_m=float(layers_m[layer_index + 1]),
                    class_value=value,
                    class_name=name,
                    nasc_m2_nmi2=float(scale * area[layer_index, value]),
                    cells=int(cells[layer_index, value]),
                    pings=end - first,
                )


def _check_rising(what: str, bounds: Sequence[float], low: float, high: float) -> None:
    steps = np.diff(np.asarray(bounds, np.float64))
    if len(bounds) < 2 or (steps <= 0).any() or bounds[0] < low or bounds[-1] > high:
        raise LabelError(
            f"{what} {list(bounds)[:6]}: give at least two rising bounds within {low:g} and {high:g}."
        )


def write_nasc(path: Path, rows: Iterator[Nasc] | Sequence[Nasc]) -> None:
    """Write the table as CSV, one header line, full precision; what is unknown (NaN) is left empty."""
    text = io.StringIO()
    names = [field.name for field in fields(Nasc)]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(value) for value in astuple(row)] for row in rows)
    replace_text(Path(path), text.getvalue())


def _cell(value: float | str) -> float | str:
    return "" if isinstance(value, float) and math.isnan(value) else value

"""The NASC of a study's classes as a table."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from napari_fathom.echogram.components import ReadLabels
from napari_fathom.echogram.intervals import distance_intervals, ping_intervals, track_distance
from napari_fathom.echogram.model import Echogram
from napari_fathom.echogram.nasc import Nasc, integrate_nasc, write_nasc
from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event, Progress

__all__ = ["NascOptions", "write_study_nasc"]


class NascOptions(BaseModel):
    """How the NASC is gathered."""

    model_config = ConfigDict(frozen=True)

    frequency_hz: float | None = Field(None, description="Which frequency; the main one without it.")
    layer_m: float = Field(10.0, gt=0, description="Height of a depth layer, metres.")
    interval_nmi: float | None = Field(
        0.1, gt=0, description="Length of an interval in nautical miles, where positions are known."
    )
    interval_pings: int = Field(100, ge=1, description="Length of an interval in pings, where they are not.")


def write_study_nasc(
    path: Path, echogram: Echogram, read: ReadLabels, class_names: Mapping[int, str], options: NascOptions
) -> Iterator[Event[Path]]:
    """Integrate each class and write the table as CSV.

    Yields
    ------
    Progress per interval, last Done(path)

    Raises
    ------
    StudyError
        If the survey has no such frequency.
    """
    channel = _channel(echogram, options.frequency_hz or echogram.main_frequency_hz)
    intervals, layers = _intervals(echogram, options), _layers(echogram, options.layer_m)
    rows: list[Nasc] = []
    for row in integrate_nasc(
        lambda box: echogram.read(box)[channel],
        read,
        echogram,
        class_names,
        intervals,
        layers,
        frequency_hz=float(echogram.frequency_hz[channel]),
        latitude=echogram.latitude,
        longitude=echogram.longitude,
        seabed_range_m=echogram.seabed_range_m,
    ):
        if row.interval and (not rows or row.interval != rows[-1].interval):
            yield Progress("nasc", row.interval, len(intervals) - 1)
        rows.append(row)
    write_nasc(path, rows)
    yield Done(path)


def _channel(echogram: Echogram, frequency_hz: float) -> int:
    found = np.flatnonzero(np.isclose(echogram.frequency_hz, frequency_hz))
    if not len(found):
        has = ", ".join(f"{hertz / 1000:g}" for hertz in echogram.frequency_hz)
        raise StudyError(f"{echogram.name}: no {frequency_hz / 1000:g} kHz channel (found {has} kHz).")
    return int(found[0])


def _intervals(echogram: Echogram, options: NascOptions) -> list[int]:
    known = np.isfinite(echogram.latitude) & np.isfinite(echogram.longitude)
    if options.interval_nmi is None or np.count_nonzero(known) < 2:
        return ping_intervals(echogram.shape[2], options.interval_pings)
    return distance_intervals(track_distance(echogram.latitude, echogram.longitude), options.interval_nmi)


def _layers(echogram: Echogram, layer_m: float) -> list[float]:
    """Bounds of the layers, from the surface down as far as there are cells.

    Under an upward-looking sounder of unknown depth they lie below 0, the transducer, as its cells do.
    """
    reach = float(echogram.range_m[-1]) + echogram.range_step_m
    deepest = float(echogram.depth_of_ping_m.max())
    if not echogram.upward:
        return [layer_m * index for index in range(int(np.ceil((deepest + reach) / layer_m)) + 1)]
    if np.isfinite(echogram.transducer_depth_m).any():  # what lies above the surface is its echo, no water
        return [layer_m * index for index in range(int(np.ceil(deepest / layer_m)) + 1)]
    return [layer_m * index for index in range(-int(np.ceil(reach / layer_m)), 1)]

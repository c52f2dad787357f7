"""Sv and MVBS that echopype wrote, of any version, as netCDF or zarr."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.readers.arrays import ping_slices
from napari_fathom.echogram.readers.base import Block, Channel, ChannelBlock, Part
from napari_fathom.echogram.readers.opening import closed_on_failure, load, open_dataset
from napari_fathom.echogram.readers.ranges import group_by_range
from napari_fathom.echogram.readers.track import interpolate, interpolate_longitude
from napari_fathom.errors import FormatError

__all__ = ["SV_NAMES", "read_dataset"]

SV_NAMES = ("Sv", "MVBS")
CHANNEL_DIMS = ("channel", "frequency", "frequency_nominal")
METRE_DIMS = ("echo_range", "depth", "range")
RANGE_VARIABLES = ("echo_range", "range", "depth")
_ROLES = ("channel_", "ping_", "range_")  # what the dimensions are called here, whatever the file calls them


@dataclass(frozen=True, eq=False)
class _Survey:
    """One dataset with its names settled; arrays stay on disk.

    `sv_db` has the dimensions (channel, ping, range); `range_m` may lack the first two.
    """

    name: str
    sv_db: Any
    range_m: Any
    frequency_hz: NDArray[np.float64]
    ping_time: NDArray[np.datetime64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    transducer_depth_m: NDArray[np.float64]

    def ranges(self, channel: int, pings: slice) -> NDArray[np.float64]:
        """Range of every sample of some pings, shape (p, r)."""
        chosen = _pick(self.range_m, channel, pings)
        shape = (len(self.ping_time[pings]), self.sv_db.shape[2])
        return np.broadcast_to(load(self.name, chosen), shape)

    def linear(self, channel: int, pings: slice) -> NDArray[np.float64]:
        """Linear sv of some pings, shape (p, r)."""
        return np.asarray(10.0 ** (load(self.name, _pick(self.sv_db, channel, pings)) / 10.0))


def read_dataset(path: Path) -> tuple[list[Part], list[str]]:
    """Look at an Sv or MVBS dataset.

    Accepted are the dimensions `channel` or, of older versions, `frequency`; `ping_time`; and `range_sample`
    or `range_bin` (with a variable `echo_range`, `range` or `depth`), or else `echo_range`, `depth` or
    `range` in metres.

    Returns
    -------
    parts : list of Part
    notes : list of str

    Raises
    ------
    FormatError
        If it can't be opened, or lacks frequencies, times or ranges.
    """
    dataset = open_dataset(path)
    with closed_on_failure(dataset):
        notes: list[str] = []
        survey = _settle(path, dataset, notes)
        chosen = _distinct(survey, notes)
        cells = len(chosen) * survey.sv_db.shape[2]
        parts = []
        for pings in ping_slices(len(survey.ping_time), cells):
            channels = tuple(_channels(survey, chosen, pings))
            if channels:
                read = partial(_read, survey, chosen, pings)
                parts.append(Part(path.name, channels, read, dataset.close))
        return parts, notes


def _settle(path: Path, dataset: Any, notes: list[str]) -> _Survey:
    sv_db = next(dataset[name] for name in SV_NAMES if name in dataset)
    channel_dim = next((name for name in CHANNEL_DIMS if name in sv_db.dims), None)
    range_dim = next((name for name in sv_db.dims if name not in (channel_dim, "ping_time")), None)
    if channel_dim is None or range_dim is None or sv_db.ndim != 3 or "ping_time" not in sv_db.dims:
        raise FormatError(
            path,
            f"Sv over {', '.join(map(str, sv_db.dims)) or 'nothing'}",
            "Expected the dimensions channel, ping_time and range_sample, or older names of them.",
        )
    frequency = dataset.get("frequency_nominal", dataset.coords.get("frequency"))
    range_m = _range_variable(dataset, range_dim)
    lacks = [
        what
        for what, missing in (
            ("ping_time", "ping_time" not in dataset.coords),
            ("frequency_nominal", frequency is None),
            ("echo_range or depth", range_m is None),
        )
        if missing
    ]
    if lacks or frequency is None or range_m is None:
        raise FormatError(
            path, f"Sv without {', '.join(lacks)}", "Add them, or save the array as npy and say them."
        )
    order = (channel_dim, "ping_time", range_dim)
    if not set(range_m.dims) <= set(order):
        raise FormatError(
            path, f"{range_m.name} over {', '.join(map(str, range_m.dims))}", f"Expected {', '.join(order)}."
        )
    if not np.issubdtype(dataset["ping_time"].dtype, np.datetime64) or dataset["ping_time"].isnull().any():
        raise FormatError(
            path,
            "ping_time that is no time",
            "Expected CF units such as 'seconds since 1970-01-01', none missing.",
        )
    if range_m.name == "depth":
        notes.append(f"{path.name}: ranges are depths below the surface.")
    times = dataset["ping_time"].values.astype("datetime64[ns]")
    range_m = range_m.transpose(*(name for name in order if name in range_m.dims))
    return _Survey(
        name=path.name,
        sv_db=sv_db.transpose(*order).rename(dict(zip(order, _ROLES, strict=True))),
        range_m=range_m.rename(
            {name: role for name, role in zip(order, _ROLES, strict=True) if name in range_m.dims}
        ),
        frequency_hz=np.asarray(frequency.values, dtype=np.float64),
        ping_time=times,
        latitude=_along(dataset, "latitude", times),
        longitude=_along(dataset, "longitude", times),
        transducer_depth_m=_transducer_depth(dataset, range_m, len(times)),
    )


def _range_variable(dataset: Any, range_dim: str) -> Any | None:
    if range_dim in METRE_DIMS and range_dim in dataset.coords:
        middles = dataset[range_dim]
        starts = f"{range_dim} is the interval start" in str(
            next((dataset[name].attrs.get("cell_methods", "") for name in SV_NAMES if name in dataset), "")
        )
        if starts and len(middles) > 1:
            half = float(middles[1] - middles[0]) / 2
            return middles.copy(data=middles.values + half)
        return middles
    return next((dataset[name] for name in RANGE_VARIABLES if name in dataset.variables), None)


def _transducer_depth(dataset: Any, range_m: Any, pings: int) -> NDArray[np.float64]:
    """Depth less range where a file has both; 0 where its ranges are depths; else unknown."""
    if range_m.name == "depth":
        return np.zeros(pings)
    if "depth" not in dataset.variables or "ping_time" not in dataset["depth"].dims:
        return np.full(pings, np.nan)
    first = {name: 0 for name in dataset["depth"].dims if name != "ping_time"}
    near = {name: 0 for name in range_m.dims if name != "ping_time"}
    difference = dataset["depth"].isel(first) - range_m.isel(near)
    return np.broadcast_to(difference.values.astype(np.float64), (pings,))


def _along(dataset: Any, name: str, times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    if name not in dataset.variables or dataset[name].ndim != 1:
        return np.full(len(times), np.nan)
    values = dataset[name]
    clock = values[values.dims[0]].values
    if not np.issubdtype(clock.dtype, np.datetime64):
        return np.full(len(times), np.nan)
    follow = interpolate_longitude if name == "longitude" else interpolate
    return follow(clock, values.values.astype(np.float64), times)


def _distinct(survey: _Survey, notes: list[str]) -> list[int]:
    """Channels in the order of frequency, one for each."""
    frequencies, first = np.unique(survey.frequency_hz, return_index=True)
    if len(frequencies) < len(survey.frequency_hz):
        notes.append(f"{survey.name}: several channels of one frequency; the first is used.")
    return [int(channel) for channel in first]


def _channels(survey: _Survey, chosen: list[int], pings: slice) -> Iterator[Channel]:
    for channel in chosen:
        ranges = survey.ranges(channel, pings)
        groups = group_by_range(0.0, np.arange(len(ranges)), ranges, ranges)
        if not groups:
            continue
        rows = np.sort(np.concatenate([group.pings for group in groups]))
        steps = [_step(group.range_m) for group in groups]
        yield Channel(
            float(survey.frequency_hz[channel]),
            survey.ping_time[pings][rows],
            min(steps),
            min(float(group.range_m[0]) for group in groups),
            max(float(group.range_m[-1]) for group in groups),
        )


def _step(range_m: NDArray[np.float64]) -> float:
    return float((range_m[-1] - range_m[0]) / (len(range_m) - 1)) if len(range_m) > 1 else 1.0


def _read(survey: _Survey, chosen: list[int], pings: slice) -> Block:
    times = survey.ping_time[pings]
    every = np.arange(len(times))
    blocks: list[ChannelBlock] = []
    for channel in chosen:
        frequency = float(survey.frequency_hz[channel])
        linear = survey.linear(channel, pings)
        blocks += group_by_range(frequency, every, survey.ranges(channel, pings), linear)
    return Block(
        times,
        tuple(blocks),
        transducer_depth_m=survey.transducer_depth_m[pings],
        latitude=survey.latitude[pings],
        longitude=survey.longitude[pings],
        seabed_range_m=np.full(len(times), np.nan),
    )


def _pick(array: Any, channel: int, pings: slice) -> Any:
    where = {_ROLES[0]: channel, _ROLES[1]: pings}
    return array.isel({name: index for name, index in where.items() if name in array.dims})

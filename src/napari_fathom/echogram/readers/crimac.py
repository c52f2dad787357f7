"""CRIMAC's gridded surveys: `NAME_sv.zarr` in linear units, with its seabed and labels beside it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.crimac_incoming import read_crimac_bottom
from napari_fathom.echogram.readers.arrays import Track, array_parts
from napari_fathom.echogram.readers.base import Part
from napari_fathom.echogram.readers.opening import closed_on_failure, load, open_dataset
from napari_fathom.errors import FormatError

__all__ = ["crimac_bottom", "read_crimac"]

DIMS = ("frequency", "ping_time", "range")
SUFFIX = "_sv.zarr"


def read_crimac(path: Path) -> tuple[list[Part], list[str], dict[str, str]]:
    """Look at a CRIMAC survey.

    Returns
    -------
    parts : list of Part
    notes : list of str
    companions : dict of str to str
        `labels` if a `_labels.zarr` lies beside it.

    Raises
    ------
    FormatError
        If it can't be opened, or `sv` has other dimensions or holds dB.
    """
    dataset = open_dataset(path)
    with closed_on_failure(dataset):
        sv = dataset["sv"]
        if set(sv.dims) != set(DIMS) or any(name not in dataset.coords for name in DIMS):
            raise FormatError(
                path,
                f"sv over {', '.join(map(str, sv.dims))}",
                f"Expected {', '.join(DIMS)}, each with its values.",
            )
        sv = sv.transpose(*DIMS)
        frequency = dataset["frequency"].values.astype(np.float64)
        range_m = dataset["range"].values.astype(np.float64)
        times = dataset["ping_time"].values.astype("datetime64[ns]")
        track = _track(path, dataset, times, range_m)
        order = np.argsort(frequency, kind="stable")
        linear = [partial(_linear, path, sv, int(channel)) for channel in order]
        parts = array_parts(
            path.name, frequency[order].tolist(), range_m, times, linear, track, close=dataset.close
        )
        labels = _beside(path, "_labels.zarr")
        return parts, [], {"labels": str(labels.resolve())} if labels.is_dir() else {}


def crimac_bottom(path: Path) -> Path:
    """Where the seabed of a survey `NAME_sv.zarr` would be: `NAME_bottom.zarr`."""
    return _beside(path, "_bottom.zarr")


def _linear(path: Path, sv: Any, channel: int, pings: slice) -> NDArray[np.float64]:
    values = load(path, sv.isel(frequency=channel, ping_time=pings))
    if np.any(values < 0):
        raise FormatError(path, "negative sv", "CRIMAC's sv is linear (m⁻¹); this holds dB or is damaged.")
    return values


def _track(path: Path, dataset: Any, times: NDArray[np.datetime64], range_m: NDArray[np.float64]) -> Track:
    track: Track = {}
    for name in ("latitude", "longitude"):
        if name in dataset.variables and dataset[name].dims == ("ping_time",):
            track[name] = dataset[name].values.astype(np.float64)
    if "transducer_draft" in dataset.variables:
        draft = dataset["transducer_draft"]
        others = [name for name in draft.dims if name != "ping_time"]
        track["transducer_depth_m"] = np.broadcast_to(
            draft.mean(others).values.astype(np.float64), times.shape
        )
    bottom = crimac_bottom(path)
    if bottom.is_dir():
        grid = Coordinates(range_m, times, np.zeros(len(times)))
        track["seabed_range_m"] = read_crimac_bottom(bottom, grid)
    return track


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name.removesuffix(SUFFIX) + suffix)

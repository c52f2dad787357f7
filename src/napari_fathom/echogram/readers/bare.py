"""Bare arrays in npy, npz and mat files, with what `PlainOptions` says of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.plain import PlainOptions, plain_array, unknown
from napari_fathom.echogram.readers.arrays import array_parts
from napari_fathom.echogram.readers.base import Part
from napari_fathom.errors import FormatError

__all__ = ["read_bare"]

ORDER = ("frequency", "range", "ping")


def read_bare(path: Path, options: PlainOptions | None) -> tuple[list[Part], list[str]]:
    """Look at a bare array.

    Returns
    -------
    parts : list of Part
    notes : list of str
        What was assumed.

    Raises
    ------
    FormatError
        If something that must be known is not, or contradicts the array; the message lists it.
    """
    said = options or PlainOptions()
    values = plain_array(path, said.variable)
    in_db = _scale(values) if said.scale is None else said.scale
    missing = unknown(said.model_copy(update={"scale": in_db}), values.ndim)
    if missing:
        raise FormatError(
            path,
            f"an array of {' × '.join(map(str, values.shape))} that doesn't say {', '.join(missing)}",
            "Say them under Open ▸ Plain array, or with the options of `fathom convert`.",
        )
    axes = said.axes or ()
    frequencies = said.frequencies_hz or ()
    step, interval = said.range_step_m or 0.0, said.ping_interval_s or 0.0
    if len(axes) != values.ndim or len(set(axes)) != len(axes) or not {"range", "ping"} <= set(axes):
        raise FormatError(path, f"{values.ndim} axes", f"{axes} does not name each of them once.")
    grid = np.moveaxis(values if values.ndim == 3 else values[np.newaxis], *_moves(axes))
    if len(frequencies) != grid.shape[0] or len(set(frequencies)) != len(frequencies):
        raise FormatError(
            path,
            f"{grid.shape[0]} frequencies, but {len(frequencies)} values for them",
            "Say each frequency once, in the array's order.",
        )
    notes = (
        [f"{path.name}: taken to be {'dB' if in_db == 'db' else 'linear sv'}."] if said.scale is None else []
    )
    if said.start is None:
        notes.append(f"{path.name}: time of the first ping unknown; counted from 1970-01-01.")
    first = step / 2 if said.first_range_m is None else said.first_range_m
    linear = [partial(_linear, grid[channel], in_db == "db") for channel in range(grid.shape[0])]
    parts = array_parts(
        path.name,
        list(frequencies),
        np.asarray(first + step * np.arange(grid.shape[1]), dtype=np.float64),
        _times(said, interval, grid.shape[2]),
        linear,
    )
    return parts, notes


def _moves(axes: tuple[str, ...]) -> tuple[list[int], list[int]]:
    named = axes if len(axes) == 3 else ("frequency", *axes)
    return [named.index(name) for name in ORDER], [0, 1, 2]


def _times(said: PlainOptions, interval_s: float, pings: int) -> NDArray[np.datetime64]:
    start = np.datetime64(0, "ns")
    if said.start is not None:
        start = np.datetime64(round(said.start.timestamp() * 1e6), "us").astype("datetime64[ns]")
    return start + np.round(np.arange(pings) * interval_s * 1e9).astype("timedelta64[ns]")


def _scale(values: NDArray[Any]) -> Any:
    """DB has negatives; linear sv is 0 or more and well below 1; else it can't be told."""
    some = values.reshape(-1)[:: max(1, values.size // 100_000)]
    some = some[np.isfinite(some)]
    if some.size and some.min() < 0:
        return "db"
    return "linear" if some.size and some.max() < 1 else None


def _linear(values: NDArray[Any], in_db: bool, pings: slice) -> NDArray[np.float64]:
    piece = np.asarray(values[:, pings].T, dtype=np.float64)
    return 10.0 ** (piece / 10.0) if in_db else piece

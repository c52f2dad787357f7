"""Parts over anything that can be sliced along pings: numpy arrays, memory maps, zarr arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.readers.base import Block, Channel, ChannelBlock, Part

__all__ = ["PART_CELLS", "Track", "array_parts", "ping_slices"]

PART_CELLS = 4 * 1024**2
"""Cells of all frequencies that a part may hold: 32 MB of float64."""

Slice = Callable[[slice], NDArray[np.floating]]
Track = dict[str, NDArray[np.float64]]
"""Any of `transducer_depth_m`, `latitude`, `longitude`, `seabed_range_m`, each of shape (P,)."""


def ping_slices(pings: int, cells_per_ping: int) -> list[slice]:
    """Cut a long survey into pieces of at most `PART_CELLS` cells."""
    width = max(1, PART_CELLS // max(1, cells_per_ping))
    return [slice(start, min(start + width, pings)) for start in range(0, pings, width)]


def array_parts(
    name: str,
    frequency_hz: Sequence[float],
    range_m: NDArray[np.float64],
    ping_time: NDArray[np.datetime64],
    linear: Sequence[Slice],
    track: Track | None = None,
    *,
    close: Callable[[], None] | None = None,
) -> list[Part]:
    """Make parts of a survey that is on one grid already.

    Parameters
    ----------
    name : str
        The file's name.
    frequency_hz : sequence of F floats
    range_m : ndarray, shape (R,)
    ping_time : ndarray, shape (P,), datetime64
    linear : sequence of F callables
        Each returns the linear sv of a slice of pings, shape (p, R), NaN = missing.
    track : Track, optional
    close : callable, optional
        Lets go of the file behind them.
    """
    step = float((range_m[-1] - range_m[0]) / (len(range_m) - 1)) if len(range_m) > 1 else 1.0
    parts = []
    for pings in ping_slices(len(ping_time), len(frequency_hz) * len(range_m)):
        times = ping_time[pings].astype("datetime64[ns]")
        channels = tuple(
            Channel(float(frequency), times, step, float(range_m[0]), float(range_m[-1]))
            for frequency in frequency_hz
        )
        read = partial(_read, pings, times, frequency_hz, range_m, linear, track or {})
        parts.append(Part(name, channels, read) if close is None else Part(name, channels, read, close))
    return parts


def _read(
    pings: slice,
    ping_time: NDArray[np.datetime64],
    frequency_hz: Sequence[float],
    range_m: NDArray[np.float64],
    linear: Sequence[Slice],
    track: Track,
) -> Block:
    every = np.arange(len(ping_time))
    channels = tuple(
        ChannelBlock(float(frequency), every, range_m, of_pings(pings))
        for frequency, of_pings in zip(frequency_hz, linear, strict=True)
    )
    unknown = np.full(len(ping_time), np.nan)
    known = {name: np.asarray(values[pings], dtype=np.float64) for name, values in track.items()}
    return Block(
        ping_time,
        channels,
        transducer_depth_m=known.get("transducer_depth_m", unknown),
        latitude=known.get("latitude", unknown),
        longitude=known.get("longitude", unknown),
        seabed_range_m=known.get("seabed_range_m", unknown),
    )

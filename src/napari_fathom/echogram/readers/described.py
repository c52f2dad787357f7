"""The npz that needs no question: `sv_db` or `sv`, `frequency_hz`, `range_m`, `ping_time_s`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.readers.arrays import Track, array_parts
from napari_fathom.echogram.readers.base import Part
from napari_fathom.errors import FormatError
from napari_fathom.npz import read_npz

__all__ = ["REQUIRED", "read_described"]

REQUIRED = ("frequency_hz", "range_m", "ping_time_s")
TRACK = ("transducer_depth_m", "latitude", "longitude", "seabed_range_m")


def read_described(path: Path) -> list[Part]:
    """Parts of a self-describing npz.

    It holds `sv_db` (dB re 1 m⁻¹) or `sv` (linear), shape (F, R, P); `frequency_hz` (F,); `range_m` (R,);
    `ping_time_s` (P,), seconds since 1970-01-01 UTC; and may hold `transducer_depth_m`, `latitude`,
    `longitude`, `seabed_range_m` (P,).

    Raises
    ------
    FormatError
        If an array is missing, damaged, or of another shape.
    """
    try:
        content = read_npz(path, ("sv_db", "sv", *REQUIRED, *TRACK))
    except ValueError as error:
        raise FormatError(path, f"an npz that can't be read ({error})", "Write it again.") from error
    in_db = "sv_db" in content
    values = content["sv_db" if in_db else "sv"]
    shape = tuple(content[name].size for name in REQUIRED)
    if values.shape != shape:
        raise FormatError(
            path,
            f"{'sv_db' if in_db else 'sv'} of shape {values.shape}",
            f"Expected (frequency, range, ping) = {shape} as frequency_hz, range_m and ping_time_s have it.",
        )
    frequency_hz = content["frequency_hz"].tolist()
    if len(set(frequency_hz)) < len(frequency_hz):
        raise FormatError(
            path, f"frequency_hz {frequency_hz}", "Expected each frequency once; leave out the others."
        )
    seconds = content["ping_time_s"].astype(np.float64)
    if not np.all(np.isfinite(seconds)) or np.any(np.diff(content["range_m"]) <= 0):
        raise FormatError(
            path, "times that are not finite or ranges that don't increase", "Mend ping_time_s and range_m."
        )
    track: Track = {
        name: content[name].astype(np.float64)
        for name in TRACK
        if name in content and content[name].size == shape[2]
    }
    linear = [partial(_linear, values[channel], in_db) for channel in range(shape[0])]
    times = np.round(seconds * 1e9).astype(np.int64).astype("datetime64[ns]")
    return array_parts(
        path.name,
        frequency_hz,
        content["range_m"].astype(np.float64),
        times,
        linear,
        track,
    )


def _linear(values: NDArray[Any], in_db: bool, pings: slice) -> NDArray[np.float64]:
    piece = values[:, pings].T.astype(np.float64)
    return 10.0 ** (piece / 10.0) if in_db else piece

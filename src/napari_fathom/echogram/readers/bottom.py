"""The seabed that the sounder saw: a `.bot` beside the `.raw`."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.readers.datagrams import open_datagrams

__all__ = ["Bottom", "read_bottom"]

COUNT = struct.Struct("<I")


@dataclass(frozen=True, eq=False)
class Bottom:
    """Seabed depths of one file.

    Attributes
    ----------
    time : ndarray, shape (N,), datetime64[ns], increasing
    depth_m : ndarray, shape (N,)
        Below the surface: median of the channels that found it, NaN where none did.
    """

    time: NDArray[np.datetime64]
    depth_m: NDArray[np.float64]

    def depth_at(self, times: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Depth at these ping times, NaN where the file says nothing within 1 ms."""
        have = self.time.astype(np.int64)
        want = times.astype("datetime64[ns]").astype(np.int64)
        place = np.minimum(np.searchsorted(have, want - 1_000_000), len(have) - 1)
        return np.where(np.abs(have[place] - want) <= 1_000_000, self.depth_m[place], np.nan)


def read_bottom(path: Path) -> tuple[Bottom | None, list[str]]:
    """Read a `.bot` if there is one; what is damaged in it is left out and said.

    Returns
    -------
    bottom : Bottom or None
    notes : list of str
    """
    if not path.is_file():
        return None, []
    if path.stat().st_size == 0:
        return None, [f"{path.name}: an empty file; the seabed is unknown."]
    found: dict[np.datetime64, float] = {}
    end = 0
    with open_datagrams(path) as datagrams:
        for datagram in datagrams:
            end = datagram.stop
            if datagram.kind == "BOT0":
                found[datagram.time] = _median_depth(datagrams.payload(datagram))
        size = datagrams.size
    notes = (
        [] if end == size else [f"{path.name}: damaged or cut short; the seabed is known up to there only."]
    )
    if not found:
        return None, notes
    time = np.array(sorted(found), dtype="datetime64[us]")
    depth = np.array([found[moment] for moment in sorted(found)])
    return Bottom(time.astype("datetime64[ns]"), depth), notes


def _median_depth(payload: bytes) -> float:
    if len(payload) < COUNT.size:
        return float("nan")
    count = min(COUNT.unpack_from(payload)[0], (len(payload) - COUNT.size) // 8)
    depths = np.frombuffer(payload, dtype="<f8", count=count, offset=COUNT.size)
    seen = depths[np.isfinite(depths) & (depths > 0)]
    return float(np.median(seen)) if seen.size else float("nan")

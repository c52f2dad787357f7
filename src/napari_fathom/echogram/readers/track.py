"""Positions brought to the pings' times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["interpolate", "interpolate_longitude"]

FARTHEST_NS = (
    60 * 1_000_000_000
)  # before the first and after the last fix, the nearest one holds for a minute


def interpolate(
    time: NDArray[np.datetime64], values: NDArray[np.floating], wanted: NDArray[np.datetime64]
) -> NDArray[np.float64]:
    """Interpolate linearly in time; unknown more than a minute beyond the first or last known value.

    Parameters
    ----------
    time : ndarray, shape (N,), datetime64
    values : ndarray, shape (N,)
        NaN = unknown.
    wanted : ndarray, shape (P,), datetime64

    Returns
    -------
    ndarray, shape (P,)
    """
    known = np.isfinite(values) & ~np.isnat(time)
    if not known.any():
        return np.full(len(wanted), np.nan)
    have = time[known].astype("datetime64[ns]").astype(np.int64)
    order = np.argsort(have, kind="stable")
    have, want = have[order], wanted.astype("datetime64[ns]").astype(np.int64)
    result = np.interp(want, have, values[known][order])
    return np.where((want < have[0] - FARTHEST_NS) | (want > have[-1] + FARTHEST_NS), np.nan, result)


def interpolate_longitude(
    time: NDArray[np.datetime64], values: NDArray[np.floating], wanted: NDArray[np.datetime64]
) -> NDArray[np.float64]:
    """Interpolate as `interpolate` does, the short way across the date line; in [−180, 180)."""
    known = np.isfinite(values)
    unwrapped = np.unwrap(values[known], period=360.0)
    return (interpolate(time[known], unwrapped, wanted) + 180.0) % 360.0 - 180.0

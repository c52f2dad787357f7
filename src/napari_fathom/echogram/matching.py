"""Cells of one file found in another whose times and ranges are almost the same."""

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.coordinates import Depths, Times

__all__ = ["match_pings", "match_ranges"]

_LEAST_PING_TOLERANCE = np.timedelta64(1_000_000, "ns")  # writers round ping times to a millisecond or so


def match_pings(source: Times, wanted: Times) -> NDArray[np.int64]:
    """Find the ping of `source` nearest in time to each wanted ping.

    Parameters
    ----------
    source, wanted : ndarray of datetime64, shape (S,), (P,)
        `source` may be in any order.

    Returns
    -------
    ndarray of int, shape (P,)
        Index into `source`; −1 where the nearest is further away than half the usual time between wanted
        pings (and more than 1 ms, since programs round ping times differently).
    """
    steps = np.diff(wanted.astype("datetime64[ns]"))
    usual = np.median(steps) / 2 if len(steps) else np.timedelta64(500_000_000, "ns")
    tolerance = float(max(usual, _LEAST_PING_TOLERANCE) / np.timedelta64(1, "ns"))
    return _nearest(
        source.astype("datetime64[ns]").view(np.int64),
        wanted.astype("datetime64[ns]").view(np.int64),
        tolerance,
    )


def match_ranges(source: Depths, wanted: Depths) -> NDArray[np.int64]:
    """Find the cell of `source` nearest to each wanted range; −1 beyond half a cell outside of it."""
    steps = np.diff(source)
    tolerance = float(np.nanmedian(np.abs(steps))) / 2 if len(steps) else np.inf
    # the last digits of a range differ between float32 and float64 files
    return _nearest(np.asarray(source, np.float64), np.asarray(wanted, np.float64), tolerance * (1 + 1e-4))


def _nearest(
    source: NDArray[np.int64] | Depths, wanted: NDArray[np.int64] | Depths, tolerance: float
) -> NDArray[np.int64]:
    order = np.argsort(source, kind="stable")
    order = order[np.isfinite(source[order])]  # joined files are padded with NaN
    if not len(order):
        return np.full(len(wanted), -1, np.int64)
    rising = source[order]
    after = np.searchsorted(rising, wanted).clip(0, len(rising) - 1)
    before = (after - 1).clip(0)
    nearest = np.where(np.abs(wanted - rising[before]) <= np.abs(rising[after] - wanted), before, after)
    near = np.abs(rising[nearest] - wanted) <= tolerance
    return np.where(near, order[nearest], -1).astype(np.int64)

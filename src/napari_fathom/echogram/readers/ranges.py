"""Pings that share one range vector, told apart from those that don't."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.readers.base import ChannelBlock

__all__ = ["group_by_range"]


def group_by_range(
    frequency_hz: float, pings: NDArray[np.intp], range_m: NDArray[np.floating], sv: NDArray[np.floating]
) -> list[ChannelBlock]:
    """Split one channel's pings by their range vector, and drop the NaN that pads short ones.

    Parameters
    ----------
    frequency_hz : float
    pings : ndarray, shape (q,), int
        Which of the block's pings the rows are.
    range_m : ndarray, shape (q, r)
        Range of every sample, NaN beyond a ping's last one and in pings without any.
    sv : ndarray, shape (q, r)
        Linear.

    Returns
    -------
    list of ChannelBlock
        Pings without any range are in none.
    """
    known = np.isfinite(range_m)
    count = known.sum(axis=1)
    first = np.argmax(known, axis=1)
    last = range_m.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    rows = np.arange(len(pings))
    keys = np.stack([first, last, range_m[rows, first], range_m[rows, last]], axis=1)
    blocks = []
    for key in np.unique(keys[count > 0], axis=0):
        chosen = np.flatnonzero((count > 0) & np.all(keys == key, axis=1))
        cells = slice(int(key[0]), int(key[1]) + 1)
        vector = range_m[chosen[0], cells].astype(np.float64)
        blocks.append(ChannelBlock(frequency_hz, pings[chosen], vector, sv[chosen, cells]))
    return blocks

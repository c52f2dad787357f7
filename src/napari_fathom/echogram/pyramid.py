"""Coarser levels of a survey: the dB of the mean sv, made chunk by chunk from the level above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.grid import to_db

__all__ = ["build_columns", "column_starts", "halve"]


def halve(sv_db: NDArray[np.float32], rows: bool) -> NDArray[np.float32]:
    """Halve the pings, and the ranges if `rows`: each cell becomes the dB of the mean of the known sv in it.

    Parameters
    ----------
    sv_db : ndarray, shape (..., R, P), float32
        dB, NaN = missing. An odd last row or ping makes a cell of its own.
    rows : bool
        Halve the range axis as well.

    Returns
    -------
    ndarray, shape (..., ⌈R/2⌉ or R, ⌈P/2⌉), float32
        NaN only where every covered cell is.
    """
    linear = 10.0 ** (sv_db.astype(np.float64) / 10.0)
    known = np.isfinite(linear).astype(np.float64)
    total = np.where(known > 0, linear, 0.0)
    axes = (-2, -1) if rows else (-1,)
    for axis in axes:
        total, known = _pair_sum(total, axis), _pair_sum(known, axis)
    mean = np.full(total.shape, np.nan)
    np.divide(total, known, out=mean, where=known > 0)
    return to_db(mean)


def column_starts(array: Any) -> range:
    """Where the columns of chunks of one level begin."""
    return range(0, array.shape[2], array.chunks[2])


def build_columns(finer: Any, coarser: Any, start: int) -> None:
    """Write one column of chunks of `coarser`, holding one chunk's cover of `finer` at a time."""
    stop = min(start + coarser.chunks[2], coarser.shape[2])
    rows_halve = coarser.shape[1] < finer.shape[1]
    factor = 2 if rows_halve else 1
    for channel, top, bottom in _chunk_rows(coarser):
        covered = finer[channel, factor * top : factor * bottom, 2 * start : 2 * stop]
        coarser[channel, top:bottom, start:stop] = halve(np.asarray(covered), rows_halve)


def _chunk_rows(array: Any) -> Iterator[tuple[int, int, int]]:
    for channel in range(array.shape[0]):
        for top in range(0, array.shape[1], array.chunks[1]):
            yield channel, top, min(top + array.chunks[1], array.shape[1])


def _pair_sum(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    if values.shape[axis] % 2:
        width = [(0, 0)] * values.ndim
        width[axis] = (0, 1)
        values = np.pad(values, width)
    starts = np.arange(0, values.shape[axis], 2)
    return np.asarray(np.add.reduceat(values, starts, axis=axis))

"""Coarser levels of a survey: the dB of the mean sv, made chunk by chunk from the level above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.grid import to_db

__all__ = ["build_step", "halve", "steps"]

Number = TypeVar("Number", np.float32, np.float64)

STEP_CELLS = 1024**2
"""What is written at once, where one column of chunks is less: a record is kept of each step."""


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
    known = np.isfinite(sv_db)
    total = np.where(known, 10.0 ** (sv_db.astype(np.float64) / 10.0), 0.0)
    count = known.astype(np.float32)
    for axis in (-2, -1) if rows else (-1,):
        total, count = _pair_sum(total, axis), _pair_sum(count, axis)
    mean = np.full(total.shape, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return to_db(mean)


def steps(array: Any) -> list[tuple[int, int]]:
    """Cut the pings of a level into (start, stop) of one or more whole chunks."""
    channels, rows, pings = array.shape
    width = array.chunks[2]
    width *= max(1, STEP_CELLS // (channels * rows * width))
    return [(start, min(start + width, pings)) for start in range(0, pings, width)]


def build_step(finer: Any, coarser: Any, start: int, stop: int) -> None:
    """Write some columns of chunks of `coarser`, holding one row of chunks' cover of `finer` at a time."""
    rows_halve = coarser.shape[1] < finer.shape[1]
    factor = 2 if rows_halve else 1
    for channel, top, bottom in _chunk_rows(coarser):
        covered = finer[channel, factor * top : factor * bottom, 2 * start : 2 * stop]
        coarser[channel, top:bottom, start:stop] = halve(np.asarray(covered), rows_halve)


def _chunk_rows(array: Any) -> Iterator[tuple[int, int, int]]:
    for channel in range(array.shape[0]):
        for top in range(0, array.shape[1], array.chunks[1]):
            yield channel, top, min(top + array.chunks[1], array.shape[1])


def _pair_sum(values: NDArray[Number], axis: int) -> NDArray[Number]:
    if values.shape[axis] % 2:
        width = [(0, 0)] * values.ndim
        width[axis] = (0, 1)
        values = np.pad(values, width)
    starts = np.arange(0, values.shape[axis], 2)
    return np.asarray(np.add.reduceat(values, starts, axis=axis))

"""From every sounder's own cells to one grid, in the linear domain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.readers.base import Block, ChannelBlock

__all__ = ["FLOOR_DB", "Columns", "grid_block", "resample", "to_db"]

FLOOR_DB = -200.0
"""What a linear sv of exactly 0 becomes: below anything a sounder can hear, above −∞."""

SAME_CELL = 0.01  # of a step: cells that agree this well are taken as they are, not blended


@dataclass(frozen=True, eq=False)
class Columns:
    """Pings on the survey's grid.

    Attributes
    ----------
    sv_db : ndarray, shape (F, R, p), float32
    vectors : dict of str to ndarray, shape (p,)
        Transducer depth, latitude, longitude and seabed range.
    """

    sv_db: NDArray[np.float32]
    vectors: dict[str, NDArray[np.float64]]


def to_db(sv: NDArray[np.floating]) -> NDArray[np.float32]:
    """Sv = 10 · log₁₀(sv); 0 and less become `FLOOR_DB`, NaN stays NaN."""
    floored = np.maximum(sv, 10.0 ** (FLOOR_DB / 10.0))
    return np.asarray(10.0 * np.log10(floored), dtype=np.float32)


def resample(
    sv: NDArray[np.floating], range_m: NDArray[np.float64], target_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean linear sv over each target cell, weighted by how much of it each source cell covers.

    One rule serves both ways. Coarsening, a target cell gets the mean of the cells inside it; refining, it
    gets the value of the cell it lies in, or the blend of the two it straddles. Where both grids span the
    same water and nothing is missing, ∫ sv dr is conserved. A target cell with less than half of its height
    covered by known cells is missing.

    Parameters
    ----------
    sv : ndarray, shape (p, r)
        Linear, NaN = missing.
    range_m : ndarray, shape (r,)
        Middles of the source cells, increasing.
    target_m : ndarray, shape (R,)
        Middles of the target cells, increasing.

    Returns
    -------
    ndarray, shape (p, R), float64
        Linear, NaN = missing.
    """
    shift = _whole_cell_shift(range_m, target_m)
    if shift is not None:
        return _shifted(sv, shift, len(target_m))
    weights = _overlaps(range_m.tobytes(), target_m.tobytes())
    known = np.isfinite(sv)
    total = (weights @ np.where(known, sv, 0.0).T.astype(np.float64)).T
    cover = (weights @ known.T.astype(np.float64)).T
    result = np.full(total.shape, np.nan)
    np.divide(total, cover, out=result, where=cover >= 0.5 - 1e-9)
    return result


def grid_block(
    block: Block,
    frequency_hz: NDArray[np.float64],
    range_m: NDArray[np.float64],
    axis_pings: NDArray[np.intp],
    half_interval: np.timedelta64,
) -> Columns:
    """Put one block on the survey's grid.

    Parameters
    ----------
    block : Block
    frequency_hz : ndarray, shape (F,)
    range_m : ndarray, shape (R,)
    axis_pings : ndarray, shape (p,), int
        The pings of the block that are columns of the survey: its main frequency's.
    half_interval : timedelta64
        A channel that pinged at other times is matched to its nearest ping within this; else it is missing.

    Returns
    -------
    Columns
        p pings wide.
    """
    sv_db = np.full((len(frequency_hz), len(range_m), len(axis_pings)), np.nan, dtype=np.float32)
    rows = {float(frequency): row for row, frequency in enumerate(frequency_hz)}
    for frequency in {channel.frequency_hz for channel in block.channels} & rows.keys():
        channels = [channel for channel in block.channels if channel.frequency_hz == frequency]
        nearest = _nearest_pings(block, channels, axis_pings, half_interval)
        for channel in channels:
            place = np.searchsorted(channel.pings, nearest)
            columns = np.flatnonzero(channel.pings[np.minimum(place, len(channel.pings) - 1)] == nearest)
            linear = resample(channel.sv[place[columns]], channel.range_m, range_m)
            sv_db[rows[frequency]][:, columns] = to_db(linear).T
    return Columns(
        sv_db,
        {
            "transducer_depth_m": block.transducer_depth_m[axis_pings],
            "latitude": block.latitude[axis_pings],
            "longitude": block.longitude[axis_pings],
            "seabed_range_m": block.seabed_range_m[axis_pings],
        },
    )


def _nearest_pings(
    block: Block, channels: list[ChannelBlock], axis_pings: NDArray[np.intp], half_interval: np.timedelta64
) -> NDArray[np.intp]:
    """For each column the ping that fills it: itself, else the nearest, −1 where none is close."""
    pings = np.concatenate([channel.pings for channel in channels])
    wanted = block.ping_time[axis_pings].astype("datetime64[ns]").astype(np.int64)
    times = block.ping_time[pings].astype("datetime64[ns]").astype(np.int64)
    order = np.argsort(times, kind="stable")
    times, pings = times[order], pings[order]
    after = np.clip(np.searchsorted(times, wanted), 0, len(times) - 1)
    before = np.maximum(after - 1, 0)
    closest = np.where(np.abs(times[before] - wanted) < np.abs(times[after] - wanted), before, after)
    distance = np.abs(times[closest] - wanted)
    limit = half_interval.astype("timedelta64[ns]").astype(np.int64)
    nearest = np.where(distance <= limit, pings[closest], -1)
    return np.where(np.isin(axis_pings, pings), axis_pings, nearest)


def _edges(middles: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(middles) == 1:
        return np.array([middles[0] - 0.5, middles[0] + 0.5])
    between = (middles[:-1] + middles[1:]) / 2
    return np.concatenate(([2 * middles[0] - between[0]], between, [2 * middles[-1] - between[-1]]))


def _whole_cell_shift(range_m: NDArray[np.float64], target_m: NDArray[np.float64]) -> int | None:
    """How many cells the source starts below the target when both have the same cells, else None."""
    if len(target_m) < 2:
        return 0 if len(range_m) == 1 and np.allclose(range_m, target_m) else None
    step = (target_m[-1] - target_m[0]) / (len(target_m) - 1)
    shift = round(float((range_m[0] - target_m[0]) / step))
    expected = target_m[0] + step * (shift + np.arange(len(range_m)))
    return shift if np.max(np.abs(range_m - expected)) <= SAME_CELL * step else None


def _shifted(sv: NDArray[np.floating], shift: int, rows: int) -> NDArray[np.float64]:
    result = np.full((len(sv), rows), np.nan)
    first, last = max(0, shift), min(rows, shift + sv.shape[1])
    if last > first:
        result[:, first:last] = sv[:, first - shift : last - shift]
    return result


@lru_cache(maxsize=32)  # a survey has few range vectors, each met in every block
def _overlaps(range_bytes: bytes, target_bytes: bytes) -> Any:
    """Sparse (R, r): the share of each target cell that each source cell covers."""
    from scipy.sparse import csr_array

    source = _edges(np.frombuffer(range_bytes))
    target = _edges(np.frombuffer(target_bytes))
    cuts = np.union1d(source, target)
    middles = (cuts[:-1] + cuts[1:]) / 2
    column = np.searchsorted(source, middles, side="right") - 1
    row = np.searchsorted(target, middles, side="right") - 1
    inside = (column >= 0) & (column < len(source) - 1) & (row >= 0) & (row < len(target) - 1)
    column, row, height = column[inside], row[inside], np.diff(cuts)[inside]
    share = height / np.diff(target)[row]
    return csr_array((share, (row, column)), shape=(len(target) - 1, len(source) - 1))

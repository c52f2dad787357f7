"""Coarser views of an answer: what is drawn when a pixel of the screen covers many cells."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["factors_between", "majority", "mean", "nearest"]

T = TypeVar("T", bound=np.generic)


def factors_between(full: tuple[int, int], coarse: tuple[int, int]) -> tuple[int, int]:
    """Cells of level 0 in one cell of a level whose sides were halved, rounding up, some number of times."""
    return _factor(full[0], coarse[0]), _factor(full[1], coarse[1])


def _factor(full: int, coarse: int) -> int:
    factor = 1
    while -(-full // factor) > coarse:
        factor *= 2
    return factor


def nearest(values: NDArray[np.uint16], factors: tuple[int, int]) -> NDArray[np.uint16]:
    """Take the first cell of each block (of clusters there is no better: ids have no order and no majority).

    Parameters
    ----------
    values : ndarray, shape (h, w)
    factors : (int, int)
        Cells of a block, down and along.

    Returns
    -------
    ndarray, shape (⌈h/factor⌉, ⌈w/factor⌉)
    """
    return values[:: factors[0], :: factors[1]].copy()


def majority(values: NDArray[np.uint8], factors: tuple[int, int]) -> NDArray[np.uint8]:
    """Take the commonest class of each block; 0 (no answer yet) only where there is nothing else.

    Ties go to the larger value: background is class 1 by custom, and a school should not vanish when one
    zooms out.

    Parameters
    ----------
    values : ndarray of uint8, shape (h, w)
    factors : (int, int)
        Cells of a block, down and along.

    Returns
    -------
    ndarray of uint8, shape (⌈h/factor⌉, ⌈w/factor⌉)
    """
    cells = _blocks(values, factors, np.uint8(0))
    best = np.zeros(cells.shape[1:], np.uint8)
    most = np.zeros(cells.shape[1:], np.uint32)
    for value in np.unique(values[values > 0]):  # ascending, so that a tie goes to the larger one
        count = np.count_nonzero(cells == value, axis=0).astype(np.uint32)
        wins = (count > 0) & (count >= most)
        best[wins], most[wins] = value, count[wins]
    return best


def mean(values: NDArray[np.float16], factors: tuple[int, int]) -> NDArray[np.float16]:
    """Average the known (finite) cells of each block; NaN where there is none.

    Parameters
    ----------
    values : ndarray of float16, shape (h, w)
    factors : (int, int)
        Cells of a block, down and along.

    Returns
    -------
    ndarray of float16, shape (⌈h/factor⌉, ⌈w/factor⌉)
    """
    cells = _blocks(values.astype(np.float32), factors, np.float32(np.nan))
    known = np.isfinite(cells)
    total = np.where(known, cells, np.float32(0)).sum(axis=0)
    count = known.sum(axis=0)
    average = np.full(total.shape, np.nan, np.float32)
    np.divide(total, count, out=average, where=count > 0)
    return average.astype(np.float16)


def _blocks(values: NDArray[T], factors: tuple[int, int], fill: T) -> NDArray[T]:
    """Cells of each block along a new first axis; the last blocks are filled up."""
    height, width = values.shape
    down, along = -(-height // factors[0]), -(-width // factors[1])
    padded = np.full((down * factors[0], along * factors[1]), fill, values.dtype)
    padded[:height, :width] = values
    split = padded.reshape(down, factors[0], along, factors[1])
    return split.transpose(1, 3, 0, 2).reshape(-1, down, along)

"""Columns of numbers on one footing: each value by its rank in the collection, in standard deviations."""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

__all__ = ["fit_quantiles", "normal_scores"]

_QUANTILES = 201
_FAR = 3.0
"""Standard deviations: beyond the quantiles nothing is known of how far a value lies."""


def fit_quantiles(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Quantiles of each column, from the smallest value to the largest.

    Parameters
    ----------
    rows : ndarray of float, shape (N, D)
        At least one; what is known of a collection, labelled or not.

    Returns
    -------
    ndarray of float32, shape (201, D)

    Raises
    ------
    ValueError
        If there are no rows or a value isn't finite.
    """
    if rows.ndim != 2 or len(rows) == 0 or not np.isfinite(rows).all():
        raise ValueError(f"expected finite rows (N, D) with N > 0, found {rows.shape}")
    quantiles: npt.NDArray[np.float32] = np.quantile(rows, np.linspace(0, 1, _QUANTILES), axis=0).astype(
        np.float32
    )
    return quantiles


def normal_scores(
    rows: npt.NDArray[np.floating], quantiles: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Φ⁻¹ of each value's rank among the quantiles, at most 3 from 0.

    Sizes that span three decades and shares between 0 and 1 come out alike, whatever their units; no outlier
    is far away. Values that many rows share get the middle of their ranks.

    Parameters
    ----------
    rows : ndarray of float, shape (n, D)
    quantiles : ndarray of float32, shape (Q, D)
        As `fit_quantiles`. A column of one value says nothing and becomes 0.

    Returns
    -------
    ndarray of float32, shape (n, D)

    Raises
    ------
    ValueError
        If D is another.
    """
    if rows.ndim != 2 or rows.shape[1] != quantiles.shape[1]:
        raise ValueError(f"rows of shape {rows.shape}; the quantiles are of {quantiles.shape[1]} columns")
    ranks = np.linspace(0, 1, len(quantiles))
    found = np.empty(rows.shape, np.float32)
    for column in range(rows.shape[1]):
        values, steps = rows[:, column], quantiles[:, column]
        first = -np.interp(-values, -steps[::-1], -ranks[::-1])  # of equal steps the first one's rank …
        last = np.interp(values, steps, ranks)  # … and the last one's
        found[:, column] = np.clip(ndtri((first + last) / 2), -_FAR, _FAR)
    found[:, quantiles[0] == quantiles[-1]] = 0.0
    return found

"""What many voices add up to: pure functions of votes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tally", "agreement", "entropy_bits", "latest_of_each", "soft_labels", "tally", "winners"]

_VALUES = 1 << 16  # values and annotators are uint16: row × this + value is one key


@dataclass(frozen=True, eq=False)
class Tally:
    """How many voices each class has on each object; only pairs that have any.

    Parameters
    ----------
    objects : int
        Rows counted, N.
    rows : ndarray of int64, shape (P,)
        Object of each pair, ascending, in 0…N−1.
    values : ndarray of uint16, shape (P,)
        Class of each pair.
    votes : ndarray of int64, shape (P,)
        Voices.
    latest : ndarray of int64, shape (P,)
        Place of the pair's last vote in what was counted.
    """

    objects: int
    rows: NDArray[np.int64]
    values: NDArray[np.uint16]
    votes: NDArray[np.int64]
    latest: NDArray[np.int64]

    @cached_property
    def voices(self) -> NDArray[np.int64]:
        """Votes on each object, shape (N,)."""
        return np.bincount(self.rows, self.votes, minlength=self.objects).astype(np.int64)


def latest_of_each(rows: NDArray[Any], annotators: NDArray[Any]) -> NDArray[np.int64]:
    """Find each annotator's last vote on each object.

    Parameters
    ----------
    rows, annotators : ndarray of int, shape (V,)
        Votes in the order they were cast.

    Returns
    -------
    ndarray of int64
        Their places, ascending.
    """
    keys = rows.astype(np.int64) * _VALUES + annotators
    _, from_behind = np.unique(keys[::-1], return_index=True)
    return np.sort(len(keys) - 1 - from_behind).astype(np.int64)


def tally(rows: NDArray[Any], values: NDArray[np.uint16], objects: int) -> Tally:
    """Count the votes for each class on each object.

    Parameters
    ----------
    rows : ndarray of int, shape (V,)
        Objects voted on, in 0…objects−1, in the order the votes were cast.
    values : ndarray of uint16, shape (V,)
        Classes they were given.
    objects : int
    """
    keys = rows.astype(np.int64) * _VALUES + values
    pairs, from_behind, votes = np.unique(keys[::-1], return_index=True, return_counts=True)
    return Tally(
        objects,
        pairs // _VALUES,
        (pairs % _VALUES).astype(np.uint16),
        votes.astype(np.int64),
        (len(keys) - 1 - from_behind).astype(np.int64),
    )


def winners(counted: Tally) -> NDArray[np.int64]:
    """Find the pair that wins each object: most votes, of several with as many the one voted for last.

    Returns
    -------
    ndarray of int64, shape (N,)
        Index of a pair; −1 where nobody voted.
    """
    order = np.lexsort((counted.latest, counted.votes, counted.rows))
    won = np.full(counted.objects, -1, np.int64)
    won[counted.rows[order]] = order  # of several assignments to one place the last one stays
    return won


def soft_labels(counted: Tally, values: tuple[int, ...]) -> NDArray[np.float32]:
    """Share of an object's voices that each class has.

    Parameters
    ----------
    counted : Tally
    values : tuple of int
        The classes, in the order of the columns.

    Returns
    -------
    ndarray of float32, shape (N, C)
        Rows sum to 1; all 0 where nobody voted.
    """
    column = np.full(_VALUES, -1, np.int64)
    column[list(values)] = np.arange(len(values))
    soft = np.zeros((counted.objects, len(values)), np.float32)
    soft[counted.rows, column[counted.values]] = counted.votes / counted.voices[counted.rows]
    return soft


def agreement(counted: Tally) -> NDArray[np.float32]:
    """Chance that two of an object's annotators, drawn at random, said the same.

    P_i = Σ_j n_ij (n_ij − 1) / (n_i (n_i − 1))

    Returns
    -------
    ndarray of float32, shape (N,)
        In [0, 1]; NaN where fewer than two voted.

    References
    ----------
    Fleiss (1971), Measuring nominal scale agreement among many raters, Eq. 2.
    """
    same = np.bincount(counted.rows, counted.votes * (counted.votes - 1), minlength=counted.objects)
    pairs = counted.voices * (counted.voices - 1)
    chance = np.full(counted.objects, np.nan, np.float32)
    chance[pairs > 0] = same[pairs > 0] / pairs[pairs > 0]
    return chance


def entropy_bits(counted: Tally) -> NDArray[np.float32]:
    """Spread of an object's votes over the classes.

    H_i = −Σ_j p_ij log₂ p_ij

    Returns
    -------
    ndarray of float32, shape (N,)
        Bits: 0 where all say the same, 1 where two classes share the votes evenly; NaN where nobody voted.
    """
    share = counted.votes / counted.voices[counted.rows]
    bits = np.bincount(counted.rows, -share * np.log2(share), minlength=counted.objects)
    bits = np.where(counted.voices > 0, bits, np.nan)
    return np.abs(bits).astype(np.float32)  # −1 log 1 is −0

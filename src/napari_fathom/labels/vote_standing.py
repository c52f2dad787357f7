"""What all votes come to, object by object, at one moment."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.labels.vote_box import STATUSES

__all__ = ["Standing"]


@dataclass(frozen=True, eq=False)
class Standing:
    """Never changed, so that a window may read it while another thread writes votes; arrays are read-only.

    Parameters
    ----------
    deciding : ndarray of int32, shape (N,)
        Place of the last vote for the class that won; −1 where there is none.
    labels, statuses : ndarray of uint16 and uint8, shape (N,)
        Class and status of that vote; 0 where there is none.
    hard : ndarray of uint16, shape (N,)
        The class where that vote is a person's; else 0.
    counts : ndarray of int64, shape (65536,)
        Objects of each value of `hard`.
    """

    deciding: NDArray[np.int32]
    labels: NDArray[np.uint16]
    statuses: NDArray[np.uint8]
    hard: NDArray[np.uint16]
    counts: NDArray[np.int64]

    @classmethod
    def empty(cls, objects: int) -> "Standing":
        """Before the first vote."""
        deciding, labels = np.full(objects, -1, np.int32), np.zeros(objects, np.uint16)
        return cls._sealed(deciding, labels, np.zeros(objects, np.uint8), labels, _counted(labels))

    def with_rows(
        self,
        rows: NDArray[np.int64],
        deciding: NDArray[np.int64],
        labels: NDArray[np.uint16],
        statuses: NDArray[np.uint8],
    ) -> "Standing":
        """As it stands once these rows are settled anew; a copy of the rest."""
        hard = np.where(statuses > STATUSES.index("predicted"), labels, np.uint16(0))
        return self._sealed(
            _replaced(self.deciding, rows, deciding),
            _replaced(self.labels, rows, labels),
            _replaced(self.statuses, rows, statuses),
            _replaced(self.hard, rows, hard),
            self.counts - _counted(self.hard[rows]) + _counted(hard),
        )

    @classmethod
    def _sealed(cls, *arrays: NDArray[Any]) -> "Standing":
        for array in arrays:
            array.flags.writeable = False
        return cls(*arrays)


def _replaced(array: NDArray[Any], rows: NDArray[np.int64], values: NDArray[Any]) -> NDArray[Any]:
    new = array.copy()
    new[rows] = values
    return new


def _counted(values: NDArray[np.uint16]) -> NDArray[np.int64]:
    return np.bincount(values, minlength=1 << 16)

"""A method that isn't a network: it fits rows of numbers once, and answers for rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

from napari_fathom.learning.images.settings import ImageSettings

__all__ = ["Arrays", "Floats", "KnownRows", "RowClassifier"]

Arrays = Mapping[str, npt.NDArray[Any]]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class KnownRows:
    """Rows, and what is said of them.

    Parameters
    ----------
    rows : ndarray of float32, shape (N, D)
        Labelled and unlabelled images alike.
    target : ndarray of int64, shape (N,)
        0 = nobody has said, 1…C.
    classes : int
        C.
    soft : ndarray of float32, shape (N, C), optional
        Where people disagree: the share of their votes for each class. Without it, all agree.
    """

    rows: Floats
    target: npt.NDArray[np.int64]
    classes: int
    soft: Floats | None = None

    @property
    def said(self) -> npt.NDArray[np.intp]:
        """Places of the labelled rows, ascending, shape (n,)."""
        return np.flatnonzero(self.target > 0)

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """What is said of those as shares of the classes, shape (n, C); sums to 1."""
        if self.soft is None:
            return np.eye(self.classes)[self.target[self.said] - 1]
        return self.soft[self.said].astype(np.float64)


class RowClassifier(Protocol):
    """Learned from rows, registered in `ROW_METHODS`.

    A row is what is known of one image: features of an encoder, region measures, or both, scaled.
    """

    name: ClassVar[str]
    calibrates: ClassVar[bool]
    """Its probabilities are calibrated among the labels already; a few held-out ones would unsettle them."""

    @classmethod
    def fit(cls, known: KnownRows, settings: ImageSettings, check: Callable[[], None]) -> Self:
        """Learn; `check`, called now and then, raises when the user pressed Stop."""
        ...

    def probabilities(self, rows: Floats) -> Floats:
        """Shape (n, C) for rows (n, D); sums to 1 over classes."""
        ...

    def seen(self, rows: Floats) -> Floats:
        """Where rows (n, D) lie, shape (n, F), so that what is alike is near: clusters are found there."""
        ...

    def arrays(self) -> Arrays:
        """All that it is, for the model file."""
        ...

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The same again.

        Raises
        ------
        KeyError, ValueError
            If the arrays aren't what `arrays` gives.
        """
        ...

"""What a method is given, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt

from napari_fathom.errors import FathomError
from napari_fathom.evaluation.known import KnownImages, KnownSurvey
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.settings import TrainSettings

__all__ = [
    "ImageAnswer",
    "ImageQuestion",
    "NotInstalled",
    "PixelAnswer",
    "PixelQuestion",
    "Rival",
]

K = TypeVar("K")
A = TypeVar("A")


class NotInstalled(FathomError):
    """A rival can't enter here; the run is passed over, and says why."""


@dataclass(frozen=True)
class ImageQuestion:
    """What a method of images is given.

    Parameters
    ----------
    known : KnownImages
        Whose truth it must not look at; those that have a label, others to learn from, and the judged.
    target : ndarray of int64, shape (N,)
        0 = no label, 1…C.
    shown : ndarray of bool, shape (N,)
        Images that may be looked at while learning.
    settings : ImageSettings
    """

    known: KnownImages
    target: npt.NDArray[np.int64]
    shown: npt.NDArray[np.bool_]
    settings: ImageSettings


@dataclass(frozen=True)
class ImageAnswer:
    """What it says of all images.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (N, C), optional
        None for a method that knows no classes.
    ambiguity : ndarray of float32, shape (N,), optional
        None where nothing but 1 − max p is known.
    cluster : ndarray of int, shape (N,), optional
        None for a method that groups nothing.
    calls_ambiguous : bool
        Whether `ambiguity` was learned (DC3), so that images above one half are answered by their cluster.
    seconds : float
        Of learning alone.
    """

    probabilities: npt.NDArray[np.float32] | None
    ambiguity: npt.NDArray[np.float32] | None = None
    cluster: npt.NDArray[np.integer[Any]] | None = None
    calls_ambiguous: bool = False
    seconds: float = float("nan")

    def part(self, rows: npt.NDArray[np.bool_]) -> Self:
        """Of some of the images."""
        return replace(
            self,
            probabilities=None if self.probabilities is None else self.probabilities[rows],
            ambiguity=None if self.ambiguity is None else self.ambiguity[rows],
            cluster=None if self.cluster is None else self.cluster[rows],
        )


@dataclass(frozen=True)
class PixelQuestion:
    """What a method of surveys is given.

    Parameters
    ----------
    known : KnownSurvey
        Whose truth it must not look at.
    labels : ndarray of uint8, shape (R, P)
        Painted: 0 = nobody has said, 1…C.
    strokes : ndarray of uint32, shape (R, P)
    settings : TrainSettings
    """

    known: KnownSurvey
    labels: npt.NDArray[np.uint8]
    strokes: npt.NDArray[np.uint32]
    settings: TrainSettings

    def clipped(self, sv_db: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Sv between the settings' bounds, missing values at the lower one, as networks are given it."""
        low, high = self.settings.floor_db, self.settings.ceiling_db
        return np.clip(np.nan_to_num(sv_db, nan=low), low, high)


@dataclass(frozen=True)
class PixelAnswer:
    """What it says, not calibrated, of the unseen survey and of the held-out strokes of its own.

    Parameters
    ----------
    probabilities : ndarray of float16, shape (C, R, P)
    held_out : ndarray of float32, shape (C, N)
    labels, strokes : ndarray of int, shape (N,)
        Of the held-out cells.
    source : tuple of float, length C
        Class shares that it learned to expect.
    seconds : float
        Of learning alone.
    """

    probabilities: npt.NDArray[np.float16]
    held_out: npt.NDArray[np.float32]
    labels: npt.NDArray[np.integer[Any]]
    strokes: npt.NDArray[np.int64]
    source: tuple[float, ...]
    seconds: float

    @classmethod
    def plain(cls, probabilities: npt.NDArray[np.floating[Any]], seconds: float) -> Self:
        """Of a method that holds nothing out and draws all classes alike."""
        classes, nothing = len(probabilities), np.zeros(0, np.int64)
        shares = (1 / classes,) * classes
        held_out = np.zeros((classes, 0), np.float32)
        return cls(probabilities.astype(np.float16), held_out, nothing, nothing, shares, seconds)


@dataclass(frozen=True)
class Rival(Generic[K, A]):
    """Another way to answer than the shelf's.

    Parameters
    ----------
    about : str
        What it is, in a sentence.
    answer : callable
        Raises NotInstalled where it can't enter.
    """

    about: str
    answer: Callable[[K], A]

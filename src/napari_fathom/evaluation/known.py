"""Images and surveys whose truth is known."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from napari_fathom.files import replace_file
from napari_fathom.learning.images.source import ArrayImages

__all__ = ["KnownImages", "KnownSurvey", "SoftLabels"]


@dataclass(frozen=True)
class SoftLabels:
    """What is known of simulated images beyond one class.

    Parameters
    ----------
    labels : ndarray of float64, shape (N, C)
        Soft labels.
    entropy_bits : ndarray of float64, shape (N,)
        Of these.
    votes : ndarray of int64, shape (N, V)
        Classes 1…C, as so many annotators said.
    """

    labels: npt.NDArray[np.float64]
    entropy_bits: npt.NDArray[np.float64]
    votes: npt.NDArray[np.int64]

    def part(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Self:
        """Some of the images."""
        return type(self)(*(getattr(self, each.name)[rows] for each in fields(self)))


@dataclass(frozen=True)
class KnownImages:
    """Images with measures, and what they are.

    Parameters
    ----------
    images : ArrayImages
    truth : ndarray of int64, shape (N,)
        1…C; of a soft label the most likely class.
    names : tuple of str
    soft : SoftLabels, optional
    """

    images: ArrayImages
    truth: npt.NDArray[np.int64]
    names: tuple[str, ...]
    soft: SoftLabels | None = None

    @property
    def said(self) -> npt.NDArray[np.int64]:
        """What a label says: the truth, or where that is soft, what the first annotator said."""
        return self.truth if self.soft is None else self.soft.votes[:, 0]

    def part(self, rows: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "KnownImages":
        """Some of the images."""
        measures = self.images.measures
        images = ArrayImages(self.images.pixels[rows], None if measures is None else measures[rows])
        soft = None if self.soft is None else self.soft.part(rows)
        return KnownImages(images, self.truth[rows], self.names, soft)

    def save(self, path: Path) -> None:
        """Keep them for other processes; measuring takes longer than reading."""
        arrays: dict[str, Any] = {
            "pixels": self.images.pixels,
            "truth": self.truth,
            "names": np.array(self.names),
        }
        if self.images.measures is not None:
            arrays["measures"] = self.images.measures
        if self.soft is not None:
            arrays |= vars(self.soft)
        with replace_file(path) as beside:
            np.savez(beside, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` kept."""
        with np.load(path, allow_pickle=False) as kept:
            soft = (
                SoftLabels(kept["labels"], kept["entropy_bits"], kept["votes"]) if "votes" in kept else None
            )
            images = ArrayImages(kept["pixels"], kept.get("measures"))
            return cls(images, kept["truth"], tuple(kept["names"].tolist()), soft)


@dataclass(frozen=True)
class KnownSurvey:
    """A survey to learn from, and one to be judged by: no cell is in both.

    Parameters
    ----------
    sv_db, unseen_db : ndarray of float32, shape (F, R, P)
        Sv in dB re 1 m⁻¹; NaN where nothing was measured.
    truth, unseen_truth : ndarray of uint8, shape (R, P)
        1…C; 0 where nobody knows, which never counts.
    names : tuple of str
    """

    sv_db: npt.NDArray[np.float32]
    truth: npt.NDArray[np.uint8]
    unseen_db: npt.NDArray[np.float32]
    unseen_truth: npt.NDArray[np.uint8]
    names: tuple[str, ...]

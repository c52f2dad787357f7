"""What share of the survey each class has, judged from an answer and from the strokes that were held out."""

import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError
from napari_fathom.learning.shares import ShareEstimate, bbse_shares, em_shares
from napari_fathom.study.prediction_store import PredictionStore

__all__ = ["HELD_OUT", "HeldOutStrokes", "ShareOpinion", "judge_shares", "sample_answer"]

HELD_OUT = "held_out.npz"
"""In a model's folder: what the model says of the strokes that it never learned from."""

_BLOCKS, _BLOCK, _MOST_PIXELS = 128, (32, 64), 100_000
_AGREE = 3.0  # two estimates of a share that differ by more than this factor can't both be trusted
_LEAST_STROKES = 2
_FLOOR = 1e-4  # a class that held-out strokes prove present is never estimated away


@dataclass(frozen=True)
class HeldOutStrokes:
    """Calibrated probabilities (C, N) of held-out pixels, their classes 1…C (N,) and strokes (N,)."""

    probabilities: NDArray[np.float32]
    labels: NDArray[np.uint8]
    strokes: NDArray[np.int64]

    def save(self, folder: Path) -> None:
        """Write them beside a model that is being made."""
        np.savez_compressed(
            folder / HELD_OUT,
            probabilities=self.probabilities,
            labels=self.labels,
            strokes=self.strokes,
        )

    @classmethod
    def load(cls, folder: Path) -> "HeldOutStrokes | None":
        """Read them from a model's folder; None where nothing was held out.

        Raises
        ------
        StudyError
            If the file is damaged.
        """
        path = folder / HELD_OUT
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as stored:
                return cls(stored["probabilities"], stored["labels"], stored["strokes"])
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise StudyError(f"models/{folder.name}/{HELD_OUT}: damaged ({error}). Train again.") from error

    def strokes_of(self, classes: int) -> list[int]:
        """How many strokes of each class were held out."""
        return [len(np.unique(self.strokes[self.labels == value])) for value in range(1, classes + 1)]


@dataclass(frozen=True)
class ShareOpinion:
    """An estimate, whether the evidence favours correcting for it, and why, in words."""

    estimate: ShareEstimate
    favoured: bool
    reason: str

    def to_json(self) -> dict[str, Any]:
        """As a prediction's record keeps it."""
        return asdict(self.estimate) | {"favoured": self.favoured, "reason": self.reason}


def sample_answer(store: PredictionStore, seed: int = 0) -> NDArray[np.float32]:
    """Draw the model's probabilities of random pixels of an answer, shape (C, N); the same ones each time.

    They come in small blocks, since a chunk is unpacked whole for one pixel as for many.
    """
    generator = np.random.default_rng(seed)
    top, bottom, left, right = store.record.region
    found = []
    for _ in range(_BLOCKS):
        row = int(generator.integers(top, max(top + 1, bottom - _BLOCK[0] + 1)))
        ping = int(generator.integers(left, max(left + 1, right - _BLOCK[1] + 1)))
        box = (row, min(row + _BLOCK[0], bottom), ping, min(ping + _BLOCK[1], right))
        found.append(store.read_probabilities(box).reshape(len(store.classes), -1))
    pixels = np.concatenate(found, axis=1)
    pixels = pixels[:, np.isfinite(pixels).all(axis=0)]
    if pixels.shape[1] > _MOST_PIXELS:
        pixels = pixels[:, generator.choice(pixels.shape[1], _MOST_PIXELS, replace=False)]
    return pixels


def judge_shares(probabilities: NDArray[np.float32], held_out: HeldOutStrokes | None) -> ShareOpinion:
    """Estimate the shares and say whether to correct for them.

    Calibration weighs all classes alike, so the probabilities are right for equal shares. Correction is
    favoured where the estimate by expectation-maximisation, which trusts the calibration, and the one by
    black-box shift estimation, which doesn't need it, agree.

    Parameters
    ----------
    probabilities : ndarray, shape (C, N)
        Calibrated, of pixels drawn at random from the survey.
    held_out : HeldOutStrokes or None
    """
    classes = len(probabilities)
    source = np.full(classes, 1 / classes)
    if held_out is None or min(held_out.strokes_of(classes)) < _LEAST_STROKES:
        estimate = em_shares(probabilities, source, floor=_FLOOR)
        return ShareOpinion(
            estimate, False, f"Fewer than {_LEAST_STROKES} strokes of some class were held out to judge by."
        )
    estimate = em_shares(probabilities, source, floor=_FLOOR)
    witness = bbse_shares(
        held_out.probabilities,
        held_out.labels.astype(np.int64),
        held_out.strokes,
        probabilities,
        source,
        hard=True,
        floor=_FLOOR,
    )
    ratios = np.array(estimate.shares) / np.array(witness.shares)
    apart = float(np.maximum(ratios, 1 / ratios).max())
    if apart > _AGREE:
        reason = f"Two ways of estimating the shares differ by a factor of {apart:.1f}."
    else:
        reason = "Two ways of estimating the shares agree on the held-out strokes."
    return ShareOpinion(estimate, apart <= _AGREE, reason)

"""What share of the survey each class has, judged from an answer and from the strokes that were held out."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError
from napari_fathom.learning.share_choice import choose_shares
from napari_fathom.npz import read_npz
from napari_fathom.study.class_shares import ClassShares
from napari_fathom.study.prediction_store import PredictionStore

__all__ = ["HELD_OUT", "HeldOutStrokes", "judge_shares", "sample_answer"]

HELD_OUT = "held_out.npz"
"""In a model's folder: what the model says of the strokes that it never learned from."""

_BLOCKS, _BLOCK, _MOST_PIXELS = 128, (32, 64), 100_000


@dataclass(frozen=True)
class HeldOutStrokes:
    """Calibrated probabilities (C, N) of held-out pixels, their classes 1…C (N,) and strokes (N,).

    `source` (C,) are the class shares that the probabilities are right for.
    """

    probabilities: NDArray[np.float32]
    labels: NDArray[np.uint8]
    strokes: NDArray[np.int64]
    source: NDArray[np.float64]

    @classmethod
    def none(cls, source: NDArray[np.float64]) -> "HeldOutStrokes":
        """What a model has that was judged by no stroke."""
        return cls(
            np.zeros((len(source), 0), np.float32), np.zeros(0, np.uint8), np.zeros(0, np.int64), source
        )

    def save(self, folder: Path) -> None:
        """Write them beside a model that is being made."""
        np.savez_compressed(
            folder / HELD_OUT,
            probabilities=self.probabilities,
            labels=self.labels,
            strokes=self.strokes,
            source=self.source,
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
            stored = read_npz(path, ("probabilities", "labels", "strokes", "source"))
            return cls(stored["probabilities"], stored["labels"], stored["strokes"], stored["source"])
        except (KeyError, ValueError) as error:
            raise StudyError(f"models/{folder.name}/{HELD_OUT}: damaged ({error}). Train again.") from error


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


def judge_shares(probabilities: NDArray[np.float32], held_out: HeldOutStrokes | None) -> ClassShares:
    """Estimate the shares and say whether to correct for them.

    Parameters
    ----------
    probabilities : ndarray, shape (C, N)
        Calibrated, of pixels drawn at random from the survey.
    held_out : HeldOutStrokes or None
    """
    classes = len(probabilities)
    if held_out is None:
        held_out = HeldOutStrokes.none(np.full(classes, 1 / classes))
    labels, strokes = held_out.labels.astype(np.int64), held_out.strokes
    choice = choose_shares(
        probabilities, held_out.probabilities, labels, strokes, tuple(held_out.source.tolist())
    )
    return ClassShares(
        **asdict(choice.estimate),
        target=choice.target,
        favoured=choice.favoured,
        reason=choice.reason,
        judged=bool(choice.gains),
        strokes=tuple(len(np.unique(strokes[labels == value])) for value in range(1, classes + 1)),
    )

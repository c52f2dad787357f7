"""How good an answer about a survey is, in each way of turning its probabilities into classes."""

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from napari_fathom.evaluation.answers import PixelAnswer
from napari_fathom.evaluation.class_figures import class_figures
from napari_fathom.evaluation.figures import Figures, rounded
from napari_fathom.evaluation.suite import Way
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.evaluate import HeldOutAnswers
from napari_fathom.learning.share_choice import choose_shares
from napari_fathom.learning.shares import correct

__all__ = ["answers_in_ways", "pixel_scores"]

_SAMPLE = 40_000  # cells of the survey by which class shares are estimated

Probabilities = npt.NDArray[np.float32]


def pixel_scores(
    truth: npt.NDArray[np.uint8], answer: PixelAnswer, ways: Iterable[Way], seed: int
) -> dict[Way, Figures]:
    """Figures of all cells of the unseen survey whose truth is known, by way.

    Parameters
    ----------
    truth : ndarray of uint8, shape (R, P)
        1…C; 0 doesn't count.
    answer : PixelAnswer
    ways : iterable of str
    seed : int
        Of the sample of cells.
    """
    return {
        way: rounded(class_figures(truth, told)) for way, told in answers_in_ways(answer, ways, seed).items()
    }


def answers_in_ways(answer: PixelAnswer, ways: Iterable[Way], seed: int) -> dict[Way, Probabilities]:
    """Probabilities (C, R, P) as the network says, calibrated, and as the program answers.

    A method that held nothing out can't be calibrated, nor corrected: it answers plainly alone.
    """
    raw = answer.probabilities.astype(np.float32)
    if not answer.labels.size:
        return {"plain": raw}
    found = _calibration(answer)
    calibrated, held_out = found.apply(raw), found.apply(answer.held_out)
    makers: dict[Way, Callable[[], Probabilities]] = {
        "plain": lambda: raw,
        "calibrated": lambda: calibrated,
        "chosen": lambda: _chosen(answer, calibrated, held_out, seed),
    }
    return {way: makers[way]() for way in ways}


def _calibration(answer: PixelAnswer) -> Calibration:
    labels = answer.labels.astype(np.int64)
    return HeldOutAnswers(answer.held_out, labels, answer.strokes).calibration(answer.source)


def _chosen(
    answer: PixelAnswer, calibrated: Probabilities, held_out: Probabilities, seed: int
) -> Probabilities:
    """Corrected for the survey's class shares where, and as far as, the held-out strokes favour it."""
    cells = np.random.default_rng(seed).permutation(calibrated[0].size)[:_SAMPLE]
    sample = calibrated.reshape(len(calibrated), -1)[:, cells]
    choice = choose_shares(sample, held_out, answer.labels.astype(np.int64), answer.strokes, answer.source)
    return correct(calibrated, answer.source, choice.target) if choice.favoured else calibrated

"""What an answer is worth: figures as it is, calibrated, and corrected for class shares in each way."""

from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy_runs import Answer, Run
from napari_fathom.learning.evaluate import HeldOutAnswers
from napari_fathom.learning.metrics import class_accuracy, cohen_kappa, confusion, score
from napari_fathom.learning.share_choice import FLOOR, choose_shares
from napari_fathom.learning.shares import bbse_shares, correct, em_shares

_SAMPLE = 40_000
_WHOLE = ("plain", "chosen")


def scores_of(run: Run, answer: Answer, truth: npt.NDArray[np.uint8]) -> list[dict[str, Any]]:
    """One line for each way of turning the probabilities into classes.

    Ways: `plain` as the network says; `calibrated`; `em-uncalibrated`, what people do first; `em`,
    `bbse-hard` and `bbse-soft`, calibrated and then always corrected; `chosen`, what the product does:
    corrected where, and as far as, the held-out strokes favour it; `true-shares`, corrected for the shares
    that only the simulation knows.
    """
    raw = answer.probabilities.astype(np.float32)
    labels, strokes = answer.labels.astype(np.int64), answer.strokes
    source = tuple(answer.source.tolist())
    calibration = HeldOutAnswers(answer.held_out, answer.labels, strokes).calibration(source)
    calibrated, held_out = calibration.apply(raw), calibration.apply(answer.held_out)
    cells = np.random.default_rng(run.seed).choice(truth.size, _SAMPLE, replace=False)
    sample = calibrated.reshape(len(raw), -1)[:, cells]
    estimates = {
        "em": em_shares(sample, source, floor=FLOOR),
        "em-uncalibrated": em_shares(raw.reshape(len(raw), -1)[:, cells], source, floor=FLOOR),
    }
    if len(np.unique(labels)) == len(raw):
        for hard in (True, False):
            found = bbse_shares(held_out, labels, strokes, sample, source, hard=hard, floor=FLOOR)
            estimates[found.method] = found
    choice = choose_shares(sample, held_out, labels, strokes, source)
    true = np.bincount(truth.ravel(), minlength=len(raw) + 1)[1:] / truth.size
    answers: dict[str, tuple[npt.NDArray[np.float32], Any]] = {
        "plain": (raw, None),
        "calibrated": (calibrated, None),
        "true-shares": (correct(calibrated, source, np.maximum(true, 1e-6)), true.tolist()),
        "chosen": (
            correct(calibrated, source, choice.target) if choice.favoured else calibrated,
            choice.target if choice.favoured else None,
        ),
    }
    for way, estimate in estimates.items():
        start = raw if way == "em-uncalibrated" else calibrated
        answers[way] = (correct(start, source, estimate.shares), estimate.shares)
    common = {
        **vars(run),
        "true_shares": [round(float(value), 5) for value in true],
        "temperature": round(calibration.temperature, 3),
        "held_out_strokes": calibration.strokes,
        "gain": round(max(choice.gains.values(), default=0.0), 3),
        "chosen_from": f"{choice.estimate.method} {choice.strength:g}" if choice.favoured else "",
        "seconds": round(answer.seconds, 1),
    }
    return [common | {"way": way} | _figures(truth, *answers[way], whole=way in _WHOLE) for way in answers]


def _figures(
    truth: npt.NDArray[np.uint8], probabilities: npt.NDArray[np.float32], shares: Any, *, whole: bool
) -> dict[str, Any]:
    """Kappa and accuracies of one way; if asked also what takes longer."""
    counts = confusion(truth, probabilities.argmax(axis=0) + 1, len(probabilities))
    figures = {
        "kappa": round(cohen_kappa(counts), 4),
        "class_accuracy": [round(float(value), 4) for value in class_accuracy(counts)],
        "shares": None if shares is None else [round(float(value), 5) for value in shares],
    }
    if whole:
        all_figures = score(truth, probabilities)
        figures["auc"] = [round(value, 5) for value in all_figures.auc]
        figures["f1_macro"] = round(all_figures.f1_macro, 4)
        figures["ece"] = round(all_figures.ece, 4)
    return figures

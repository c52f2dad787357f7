"""Figures of classes, the same for images and for cells."""

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_fathom.learning.metrics import class_accuracy, confusion, f1_scores, score

__all__ = ["class_figures"]


def class_figures(
    truth: npt.NDArray[np.integer[Any]], probabilities: npt.NDArray[np.floating[Any]]
) -> dict[str, object]:
    """All of them, by the names of `FIGURES` and `LISTS`.

    Parameters
    ----------
    truth : ndarray of int, shape S
        1…C; 0 doesn't count.
    probabilities : ndarray of float, shape (C, *S)
    """
    counts = confusion(truth, probabilities.argmax(axis=0) + 1, len(probabilities))
    every = score(truth, probabilities)
    auc = np.array(every.auc)
    told = auc[~np.isnan(auc)]
    return {
        "accuracy": np.trace(counts) / counts.sum() if counts.sum() else np.nan,
        "kappa": every.kappa,
        "f1_macro": every.f1_macro,
        "f1_weighted": every.f1_weighted,
        "auc": told.mean() if told.size else np.nan,
        "ece": every.ece,
        "class_accuracy": class_accuracy(counts),
        "class_f1": f1_scores(counts)[0],
        "class_auc": auc,
        "confusion": counts,
    }

"""How good an answer is: pure functions of labels and probabilities.

Labels are 1…C as everywhere in the project; cells with label 0 (nobody has said) never count. Probabilities
have the class on axis 0.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Scores",
    "auc_ovr",
    "class_accuracy",
    "cohen_kappa",
    "confusion",
    "expected_calibration_error",
    "f1_scores",
    "roc_area",
    "score",
]

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Scores:
    """Every figure that is reported for one prediction.

    Parameters
    ----------
    kappa : float
        Cohen's kappa.
    class_accuracy : tuple of float
        Share of each class's cells that got that class (recall); NaN for a class that isn't in the truth.
    auc : tuple of float
        Area under the ROC curve of each class against the rest; NaN where truth has only one side.
    f1_weighted, f1_macro : float
    ece : float
        Expected calibration error of the largest probability, 15 equal bins.
    cells : int
        Cells that counted.
    """

    kappa: float
    class_accuracy: tuple[float, ...]
    auc: tuple[float, ...]
    f1_weighted: float
    f1_macro: float
    ece: float
    cells: int


def confusion(truth: Ints, predicted: Ints, classes: int) -> NDArray[np.int64]:
    """Count cells by (true class, predicted class).

    Parameters
    ----------
    truth, predicted : array of int, same shape
        Classes 1…C. Cells with truth 0 don't count.
    classes : int
        C.

    Returns
    -------
    array of int64, shape (C, C)
        Row = truth, column = prediction.

    Raises
    ------
    ValueError
        If shapes differ or a counted cell has a class outside 1…C.
    """
    if truth.shape != predicted.shape:
        raise ValueError(f"truth has shape {truth.shape}, prediction {predicted.shape}; they must be equal")
    said = truth > 0
    rows, columns = truth[said].astype(np.int64) - 1, predicted[said].astype(np.int64) - 1
    for name, values in (("truth", rows), ("prediction", columns)):
        if values.size and (values.min() < 0 or values.max() >= classes):
            raise ValueError(f"{name} holds class {int(values.max()) + 1} or 0; expected 1…{classes}")
    flat: NDArray[np.int64] = np.bincount(rows * classes + columns, minlength=classes * classes)
    return flat.reshape(classes, classes)


def cohen_kappa(counts: NDArray[Any]) -> float:
    """Agreement beyond chance, (p_o − p_e) / (1 − p_e).

    Parameters
    ----------
    counts : array, shape (C, C)
        Confusion, counts or any non-negative weights.

    Returns
    -------
    float
        1 is perfect, 0 is chance; NaN for an empty table or where only one class is in play.

    References
    ----------
    Cohen 1960, Educational and Psychological Measurement 20, 37–46.
    """
    total = float(counts.sum())
    if total == 0:
        return float("nan")
    joint = counts / total
    observed = float(np.trace(joint))
    expected = float(joint.sum(axis=1) @ joint.sum(axis=0))
    return (observed - expected) / (1 - expected) if expected < 1 else float("nan")


def class_accuracy(counts: NDArray[Any]) -> NDArray[np.float64]:
    """Share of each class's cells that got that class.

    Parameters
    ----------
    counts : array, shape (C, C)

    Returns
    -------
    array of float64, shape (C,)
        NaN for a class that isn't in the truth.
    """
    rows = counts.sum(axis=1).astype(float)
    shares = np.divide(np.diag(counts), rows, out=np.full(len(rows), np.nan), where=rows > 0)
    return np.asarray(shares, dtype=np.float64)


def f1_scores(counts: NDArray[Any]) -> tuple[NDArray[np.float64], float, float]:
    """F1 of each class, their mean weighted by true cells, and their plain mean.

    Parameters
    ----------
    counts : array, shape (C, C)

    Returns
    -------
    per_class : array of float64, shape (C,)
        0 for a class that is neither in the truth nor predicted.
    weighted, macro : float
        The plain mean is over classes in the truth or the prediction, as scikit-learn has it.
    """
    right, rows, columns = np.diag(counts).astype(float), counts.sum(axis=1), counts.sum(axis=0)
    in_play = (rows + columns) > 0
    per_class = np.divide(2 * right, rows + columns, out=np.zeros(len(rows)), where=in_play)
    weighted = float(per_class @ rows / rows.sum()) if rows.sum() else float("nan")
    macro = float(per_class[in_play].mean()) if in_play.any() else float("nan")
    return per_class, weighted, macro


def auc_ovr(truth: Ints, probabilities: Floats) -> NDArray[np.float64]:
    """Area under the ROC curve of each class against the rest (ties count half).

    Parameters
    ----------
    truth : array of int, shape S
        Classes 1…C; 0 doesn't count.
    probabilities : array of float, shape (C, *S)

    Returns
    -------
    array of float64, shape (C,)
        NaN where every counted cell, or none, is of the class.
    """
    said = truth > 0
    labels = truth[said]
    return np.array(
        [roc_area(labels == index + 1, scores[said]) for index, scores in enumerate(probabilities)], float
    )


def roc_area(positive: NDArray[np.bool_], scores: Floats) -> float:
    """Chance that a positive's score is above a negative's (ties count half): area under the ROC curve.

    Parameters
    ----------
    positive : array of bool, shape (N,)
    scores : array of float, shape (N,)

    Returns
    -------
    float
        NaN where all, or none, are positive.
    """
    from scipy.stats import rankdata

    positives, negatives = int(positive.sum()), int(positive.size - positive.sum())
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(scores)
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / positives / negatives)


def expected_calibration_error(truth: Ints, probabilities: Floats, bins: int = 15) -> float:
    """Mean gap between how sure the answer is and how often it is right.

    Parameters
    ----------
    truth : array of int, shape S
        Classes 1…C; 0 doesn't count.
    probabilities : array of float, shape (C, *S)
    bins : int
        Equal bins of the largest probability over [0, 1].

    Returns
    -------
    float
        0 is calibrated; NaN without a counted cell.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger 2017, Eq. 3.
    """
    said = truth > 0
    if not said.any():
        return float("nan")
    chosen = probabilities[:, said]
    sure = chosen.max(axis=0).astype(np.float64)
    right = chosen.argmax(axis=0) + 1 == truth[said]
    bin_of = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)
    gap = np.bincount(bin_of, weights=right - sure, minlength=bins)
    return float(np.abs(gap).sum() / sure.size)


def score(truth: Ints, probabilities: Floats) -> Scores:
    """Every figure of one prediction, its class being the most probable one.

    Parameters
    ----------
    truth : array of int, shape S
        Classes 1…C; 0 doesn't count.
    probabilities : array of float, shape (C, *S)
    """
    counts = confusion(truth, probabilities.argmax(axis=0) + 1, len(probabilities))
    _, weighted, macro = f1_scores(counts)
    return Scores(
        kappa=cohen_kappa(counts),
        class_accuracy=tuple(float(value) for value in class_accuracy(counts)),
        auc=tuple(float(value) for value in auc_ovr(truth, probabilities)),
        f1_weighted=weighted,
        f1_macro=macro,
        ece=expected_calibration_error(truth, probabilities),
        cells=int(counts.sum()),
    )

"""Class shares of an unlabelled survey, and the answer corrected for them.

People paint classes in about equal parts while nearly all of the sea is background. A network trained on the
paint answers as if fish were common; Bayes' rule moves its answer to the survey's own shares once those are
known. All probabilities here have the class on axis 0, and are best calibrated first (`calibration`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from napari_fathom.learning.calibration import stroke_weights

__all__ = ["ShareEstimate", "Shares", "bbse_shares", "correct", "em_shares", "floor_shares"]

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Shares = Sequence[float] | Floats
Way = Literal["em", "bbse-hard", "bbse-soft"]


@dataclass(frozen=True)
class ShareEstimate:
    """What share of the survey each class has, by one way of estimating it.

    Parameters
    ----------
    shares : tuple of float, length C
        Of the survey; sum to 1.
    method : str
        'em', 'bbse-hard', 'bbse-soft', or who else gave them.
    source_shares : tuple of float, length C
        The shares that the probabilities are right for as they come from the network.
    evidence : mapping of str to float
        Figures that speak for or against it.
    """

    shares: tuple[float, ...]
    method: str
    source_shares: tuple[float, ...]
    evidence: Mapping[str, float] = field(default_factory=dict)


def correct(probabilities: Floats, source: Shares, target: Shares) -> NDArray[np.float32]:
    """Move probabilities from one set of class shares to another: p'_c ∝ p_c · target_c / source_c.

    Parameters
    ----------
    probabilities : array of float, shape (C, …)
    source, target : length C
        Class shares that the probabilities are right for, and those they shall be right for.

    Returns
    -------
    array of float32, same shape
        Sums to 1 over axis 0.

    Raises
    ------
    ValueError
        If lengths differ or a source share isn't positive.

    References
    ----------
    Saerens, Latinne and Decaestecker 2002, Neural Computation 14, Eq. 2.4.
    """
    classes = len(probabilities)
    ratio = _checked(target, classes, "target") / _checked(source, classes, "source", 0.0)
    moved = probabilities * ratio.astype(np.float32).reshape((-1,) + (1,) * (probabilities.ndim - 1))
    total = moved.sum(axis=0, keepdims=True)
    # Where every class that is possible was given probability 0, nothing can be said: keep what was said.
    kept = np.array(probabilities, dtype=moved.dtype)
    return np.asarray(np.divide(moved, total, out=kept, where=total > 0), dtype=np.float32)


def em_shares(
    probabilities: Floats,
    source: Shares,
    *,
    floor: Shares | float = 0.0,
    iterations: int = 1000,
    tolerance: float = 1e-7,
) -> ShareEstimate:
    """Estimate class shares by expectation-maximisation over a random sample of the survey.

    The maximum-likelihood shares for fixed class densities; the log-likelihood is concave in the shares, so
    there is one maximum and the start doesn't matter.

    Parameters
    ----------
    probabilities : array of float, shape (C, N)
        Calibrated, of pixels drawn at random from the survey.
    source : length C
        Class shares that the probabilities are right for.
    floor : float or length C
        No share falls below it.
    iterations : int
        At most.
    tolerance : float
        Ends when no share moves by more.

    Returns
    -------
    ShareEstimate
        Evidence: `iterations`, and `gain`, the mean log-likelihood ratio against the source shares, nats.

    References
    ----------
    Saerens, Latinne and Decaestecker 2002, Neural Computation 14, Eq. 2.9.
    """
    classes = len(probabilities)
    start = _checked(source, classes, "source", 0.0)
    likelihood = probabilities.astype(np.float64) / start[:, None]
    shares = start.copy()
    done = 0
    for done in range(1, iterations + 1):  # noqa: B007 - the count is evidence
        # The mean of share · likelihood / Σ over all pixels, as two products of a vector and a matrix:
        # nothing else of the size of the sample is made.
        sums = np.maximum(shares @ likelihood, 1e-300)
        moved = floor_shares(shares * (likelihood @ (1 / sums)), floor)
        step = float(np.abs(moved - shares).max())
        shares = moved
        if step < tolerance:
            break
    before, after = (np.log(np.maximum(s @ likelihood, 1e-300)).mean() for s in (start, shares))
    evidence = {"iterations": float(done), "gain": float(after - before)}
    return ShareEstimate(_tuple(shares), "em", _tuple(start), evidence)


def bbse_shares(
    held_out: Floats,
    labels: Ints,
    strokes: Ints,
    probabilities: Floats,
    source: Shares,
    *,
    hard: bool,
    floor: Shares | float = 0.0,
) -> ShareEstimate:
    """Estimate class shares from the classifier's own confusion on held-out strokes.

    Solves  mean answer over the survey = Σ_c share_c · mean answer over held-out strokes of class c  for
    shares on the simplex, by non-negative least squares. Needs no calibration, but as many well-held-out
    classes as there are classes.

    Parameters
    ----------
    held_out : array of float, shape (C, M)
        Answers on held-out strokes.
    labels, strokes : array of int, shape (M,)
        Class 1…C and stroke of each held-out pixel; strokes of a class count alike.
    probabilities : array of float, shape (C, N)
        Answers on a random sample of the survey.
    source : length C
        Class shares that the probabilities are right for; kept with the estimate.
    hard : bool
        Whether an answer is the most probable class alone, or all probabilities.
    floor : float or length C
        No share falls below it.

    Returns
    -------
    ShareEstimate
        A class without a held-out stroke gets its floor. Evidence: `residual` of the equations, and
        `condition`, the condition number of the confusion (large: classes that look alike).

    Raises
    ------
    ValueError
        If nothing is held out.

    References
    ----------
    Lipton, Wang and Smola 2018, "Detecting and correcting for label shift with black box predictors".
    """
    from scipy.optimize import nnls

    classes = len(probabilities)
    if labels.size == 0:
        raise ValueError("no held-out pixels; black-box shift estimation needs some of every class")
    answers, survey = (_hard(a) if hard else a.astype(np.float64) for a in (held_out, probabilities))
    weights = stroke_weights(labels, strokes)
    present = np.unique(labels.astype(np.int64)) - 1
    columns = np.stack(
        [np.average(answers[:, labels == c + 1], axis=1, weights=weights[labels == c + 1]) for c in present],
        axis=1,
    )
    # The last row holds the shares to a sum of 1; its weight makes that nearly exact without upsetting the
    # rest.
    system = np.vstack([columns, np.full(len(present), 1e3)])
    solution, residual = nnls(system, np.append(survey.mean(axis=1), 1e3))
    shares = np.zeros(classes)
    shares[present] = solution / solution.sum()
    evidence = {"residual": float(residual), "condition": float(np.linalg.cond(columns))}
    method = "bbse-hard" if hard else "bbse-soft"
    return ShareEstimate(
        _tuple(floor_shares(shares, floor)),
        method,
        _tuple(_checked(source, classes, "source", 0.0)),
        evidence,
    )


def floor_shares(shares: Shares, floor: Shares | float) -> NDArray[np.float64]:
    """Raise shares to their floor and take what that costs from the others, in proportion.

    Parameters
    ----------
    shares : length C
        Not negative; need not sum to 1.
    floor : float or length C
        Sums to less than 1.

    Returns
    -------
    array of float64, shape (C,)
        Sums to 1.

    Raises
    ------
    ValueError
        If the floors leave no room.
    """
    values = np.asarray(shares, dtype=np.float64)
    values = values / values.sum()
    least = np.broadcast_to(np.asarray(floor, dtype=np.float64), values.shape)
    if least.sum() >= 1:
        raise ValueError(f"floors sum to {least.sum():.3g}; they must leave room below 1")
    low = values < least
    while low.any():
        free = ~low
        values = np.where(low, least, values)
        values[free] *= (1 - least[low].sum()) / values[free].sum()
        lower = low | (values < least)
        if (lower == low).all():
            break
        low = lower
    return values


def _hard(probabilities: Floats) -> NDArray[np.float64]:
    answers = np.zeros(probabilities.shape)
    answers[probabilities.argmax(axis=0), np.arange(probabilities.shape[1])] = 1.0
    return answers


def _checked(shares: Shares, classes: int, name: str, above: float = -1.0) -> NDArray[np.float64]:
    values = np.asarray(shares, dtype=np.float64)
    if values.shape != (classes,) or not np.isfinite(values).all() or (values <= above).any():
        raise ValueError(f"{name} shares are {shares}; expected {classes} positive numbers")
    return np.asarray(values / values.sum())


def _tuple(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)

"""Probabilities that mean what they say: bias-corrected temperature scaling on held-out strokes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Calibration", "fit_calibration", "stroke_weights"]

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

_TINY = 1e-12  # float16 stores keep 6e-8; anything below says only "never"


@dataclass(frozen=True)
class Calibration:
    """q_c ∝ exp(ln p_c / temperature + bias_c).

    Parameters
    ----------
    temperature : float
        Above 1 softens, below 1 sharpens.
    bias : tuple of float, length C
        Added to the logits, natural-log units; sums to 0.
    strokes : int
        Held-out strokes it was fitted on; 0 for the identity.
    nll_before, nll_after : float
        Mean negative log-likelihood of the held-out strokes, weighted to `shares`, nats; NaN for the
        identity.
    shares : tuple of float, length C
        Class shares that calibrated probabilities are right for.

    References
    ----------
    Alexandari, Kundaje and Shrikumar 2020, Section 3 (BCTS).
    """

    temperature: float
    bias: tuple[float, ...]
    strokes: int = 0
    nll_before: float = float("nan")
    nll_after: float = float("nan")
    shares: tuple[float, ...] = ()

    @classmethod
    def identity(cls, classes: int) -> "Calibration":
        """The calibration that changes nothing; equal shares."""
        return cls(1.0, (0.0,) * classes, shares=(1 / classes,) * classes)

    def apply(self, probabilities: Floats) -> NDArray[np.float32]:
        """Calibrate.

        Parameters
        ----------
        probabilities : array of float, shape (C, …)

        Returns
        -------
        array of float32, same shape
            Sums to 1 over axis 0.

        Raises
        ------
        ValueError
            If the number of classes differs.
        """
        if len(probabilities) != len(self.bias):
            raise ValueError(
                f"probabilities of {len(probabilities)} classes; the calibration has {len(self.bias)}"
            )
        logits = np.log(np.maximum(np.asarray(probabilities, dtype=np.float64), _TINY)) / self.temperature
        logits += np.reshape(self.bias, (-1,) + (1,) * (probabilities.ndim - 1))
        return _softmax(logits).astype(np.float32)


def stroke_weights(labels: Ints, strokes: Ints) -> NDArray[np.float64]:
    """Weigh pixels so that every class counts the same, and within a class every stroke.

    Pixels of one stroke are neighbours and say nearly the same; a long stroke is not many witnesses.

    Parameters
    ----------
    labels : array of int, shape (N,)
        Classes 1…C.
    strokes : array of int, shape (N,)

    Returns
    -------
    array of float64, shape (N,)
        Sums to 1.
    """
    pairs = np.stack([labels.astype(np.int64), strokes.astype(np.int64)], axis=1)
    unique, inverse, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    strokes_of_class = np.bincount(unique[:, 0])
    weight = 1.0 / (counts * strokes_of_class[unique[:, 0]] * np.count_nonzero(strokes_of_class))
    return np.asarray(weight[inverse.reshape(-1)], dtype=np.float64)


def fit_calibration(
    probabilities: Floats,
    labels: Ints,
    strokes: Ints,
    *,
    shares: Sequence[float] | None = None,
    biases: bool = True,
    witnesses_per_stroke: float = 4.0,
    prior_sd: float = 1.0,
) -> Calibration:
    """Fit temperature and biases on held-out strokes.

    Maximises the log-likelihood of the strokes, weighted to `shares`, plus a normal prior around the
    identity on ln(temperature) and on each bias. The likelihood counts as many witnesses as there are
    strokes (times `witnesses_per_stroke`), not pixels: with two strokes hardly anything moves, with fifty
    the prior is silent.

    Parameters
    ----------
    probabilities : array of float, shape (C, N)
        The network's own, of pixels that were in no loss.
    labels : array of int, shape (N,)
        1…C.
    strokes : array of int, shape (N,)
        The stroke each pixel is of.
    shares : length C, optional
        Class shares that the network was trained for, and that the answer shall be right for; without them,
        equal ones.
    biases : bool
        Without them it is plain temperature scaling, and no answer changes.
    witnesses_per_stroke : float
        How many independent observations one stroke is taken for.
    prior_sd : float
        Of ln(temperature) and of each bias, natural-log units.

    Returns
    -------
    Calibration
        The identity where no pixel, or one class only, is held out. The bias of a class without a held-out
        stroke stays at its neighbours' mean: nothing is known about it.

    Raises
    ------
    ValueError
        If shapes don't fit or a label is outside 1…C.

    References
    ----------
    Alexandari, Kundaje and Shrikumar 2020, Section 3.
    """
    from scipy.optimize import minimize

    classes = len(probabilities)
    if probabilities.shape[1:] != labels.shape or labels.shape != strokes.shape:
        raise ValueError(
            f"shapes differ: {probabilities.shape}, labels {labels.shape}, strokes {strokes.shape}"
        )
    if labels.size and (labels.min() < 1 or labels.max() > classes):
        raise ValueError(f"labels span {labels.min()}…{labels.max()}; expected 1…{classes}")
    present = np.unique(labels)
    if present.size < 2:
        return Calibration(1.0, (0.0,) * classes, shares=_shares(shares, classes))
    log_p = np.log(np.maximum(np.asarray(probabilities, dtype=np.float64), _TINY))
    wanted = _shares(shares, classes)
    weights = stroke_weights(labels, strokes) * np.array(wanted)[labels.astype(np.int64) - 1]
    weights /= weights.sum()
    target = labels.astype(np.int64) - 1
    one_hot = np.zeros_like(log_p)
    one_hot[target, np.arange(labels.size)] = 1.0
    seen = np.isin(np.arange(classes) + 1, present) & biases
    stroke_count = len(np.unique(np.stack([labels, strokes]), axis=1).T)
    evidence = stroke_count * witnesses_per_stroke

    def objective(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        log_t, bias = parameters[0], parameters[1:] * seen
        scaled = log_p / np.exp(log_t)
        q = _softmax(scaled + bias[:, None])
        nll = -float(weights @ np.log(np.maximum(q[target, np.arange(labels.size)], _TINY)))
        residual = (q - one_hot) * weights
        gradient = np.concatenate([[-(residual * scaled).sum()], residual.sum(axis=1) * seen]) * evidence
        prior = (log_t**2 + bias @ bias) / (2 * prior_sd**2)
        return nll * evidence + prior, gradient + np.concatenate([[log_t], bias]) / prior_sd**2

    start = np.zeros(classes + 1)
    fitted = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=[(-3, 3)] + [(-10, 10)] * classes)
    bias = np.where(seen, fitted.x[1:], fitted.x[1:][seen].mean() if seen.any() else 0.0)
    bias -= bias.mean()
    temperature = float(np.exp(fitted.x[0]))
    after = _softmax(log_p / temperature + bias[:, None])
    return Calibration(
        temperature,
        tuple(float(value) for value in bias),
        strokes=stroke_count,
        nll_before=-float(weights @ log_p[target, np.arange(labels.size)]),
        nll_after=-float(weights @ np.log(np.maximum(after[target, np.arange(labels.size)], _TINY))),
        shares=wanted,
    )


def _shares(shares: Sequence[float] | None, classes: int) -> tuple[float, ...]:
    return (1 / classes,) * classes if shares is None else tuple(float(share) for share in shares)


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max(axis=0, keepdims=True))
    return np.asarray(raised / raised.sum(axis=0, keepdims=True))

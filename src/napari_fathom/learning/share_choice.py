"""Whether to correct an answer for the survey's class shares, and by which estimate: the evidence decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.learning.shares import ShareEstimate, Shares, bbse_shares, correct, em_shares

__all__ = ["ShareChoice", "choose_shares", "precision_recall_gain"]

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

FLOOR = 1e-4
"""Least share of a class; one that held-out strokes prove present is never estimated away."""


@dataclass(frozen=True)
class ShareChoice:
    """An estimate of the class shares, whether the evidence favours correcting for it, and why.

    Parameters
    ----------
    estimate : ShareEstimate
        The best of the candidates.
    favoured : bool
    reason : str
        A sentence for the user.
    gains : mapping of str to float
        By candidate: how many times larger precision × recall gets, as far as the held-out strokes tell.
    """

    estimate: ShareEstimate
    favoured: bool
    reason: str
    gains: Mapping[str, float]


def choose_shares(
    probabilities: Floats, held_out: Floats, labels: Ints, strokes: Ints, source: Shares
) -> ShareChoice:
    """Estimate class shares in three ways, and let the held-out strokes judge each.

    The held-out strokes can't show a false fish in the open sea, since nobody paints those; the survey can,
    since nearly all that is called fish too often is false. `precision_recall_gain` needs no more than both.

    Parameters
    ----------
    probabilities : array of float, shape (C, N)
        Calibrated, of pixels drawn at random from the survey.
    held_out : array of float, shape (C, M)
        Calibrated, of held-out strokes.
    labels, strokes : array of int, shape (M,)
        Class 1…C and stroke of each held-out pixel.
    source : length C
        Class shares that the probabilities are right for.

    Returns
    -------
    ShareChoice
        Never favoured if a class has no held-out stroke.
    """
    classes = len(probabilities)
    by_em = em_shares(probabilities, source, floor=FLOOR)
    witnesses = [len(np.unique(strokes[labels == value])) for value in range(1, classes + 1)]
    if min(witnesses) == 0:
        reason = "Some class has no held-out stroke to judge by, so classes are left as they are."
        return ShareChoice(by_em, False, reason, {})
    candidates = [by_em] + [
        bbse_shares(held_out, labels, strokes, probabilities, source, hard=hard, floor=FLOOR)
        for hard in (True, False)
    ]
    gains = {
        c.method: precision_recall_gain(probabilities, held_out, labels, strokes, source, c.shares)
        for c in candidates
    }
    best = max(candidates, key=lambda candidate: gains[candidate.method])
    gain = gains[best.method]
    if gain > 1:
        reason = f"Correcting should make precision times recall {gain:.2g} times larger."
    else:
        reason = f"Correcting would leave {gain:.2g} of precision times recall, judged by held-out strokes."
    return ShareChoice(best, gain > 1, reason, gains)


def precision_recall_gain(
    probabilities: Floats, held_out: Floats, labels: Ints, strokes: Ints, source: Shares, target: Shares
) -> float:
    """How many times larger precision × recall of the rarer classes gets by correcting to `target`.

    Precision is share · recall / predicted share, whatever the true share is; so precision × recall is
    proportional to recall² / predicted share, and in the ratio of two answers the unknown true share cancels.
    Recall comes from the held-out strokes, each of which counts once; the predicted share from the survey.

    Parameters
    ----------
    probabilities : array of float, shape (C, N)
        Of random pixels of the survey.
    held_out : array of float, shape (C, M)
    labels, strokes : array of int, shape (M,)
    source, target : length C

    Returns
    -------
    float
        Geometric mean over all classes but the one with the largest target share.

    References
    ----------
    Lee and Liu 2003, "Learning with positive and unlabeled examples using weighted logistic regression",
    Section 4.
    """
    log_gain = 0.0
    rare = [c for c in range(len(probabilities)) if c != int(np.argmax(target))]
    answers = [
        (probabilities, held_out),
        (correct(probabilities, source, target), correct(held_out, source, target)),
    ]
    for sign, (survey, own) in zip((-1, 1), answers, strict=True):
        predicted, judged = survey.argmax(axis=0), own.argmax(axis=0)
        for c in rare:
            right = (judged == c)[labels == c + 1]
            by_stroke = [
                right[strokes[labels == c + 1] == s].mean() for s in np.unique(strokes[labels == c + 1])
            ]
            # Half a stroke of doubt: one stroke that is missed is no proof that the class is never found.
            recall = (sum(by_stroke) + 0.25) / (len(by_stroke) + 0.5)
            share = (np.count_nonzero(predicted == c) + 0.5) / (predicted.size + 1)
            log_gain += sign * (2 * np.log(recall) - np.log(share)) / len(rare)
    return float(np.exp(log_gain))

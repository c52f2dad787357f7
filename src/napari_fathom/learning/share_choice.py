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


STRENGTHS = (0.25, 0.5, 0.75, 1.0)
"""How much of the way to the estimate is tried; an answer that is too sure bears only a part of it."""


@dataclass(frozen=True)
class ShareChoice:
    """An estimate of the class shares, whether the evidence favours correcting for it, and why.

    Parameters
    ----------
    estimate : ShareEstimate
        The best of the candidates.
    target : tuple of float, length C
        The shares to correct to: the estimate, or a part of the way from the source shares to it.
    strength : float
        Which part, in (0, 1]; on the scale of ln share.
    favoured : bool
    reason : str
        A sentence for the user.
    gains : mapping of str to float
        By candidate, its best strength: how many times larger precision × recall gets, as far as the held-out
        strokes tell. 0 where a class would vanish.
    """

    estimate: ShareEstimate
    target: tuple[float, ...]
    strength: float
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
        Never favoured if a class has no held-out stroke, nor for a network that learned from the unpainted
        sea (its source shares aren't equal): what a further correction gained for some such networks it
        lost for others, and strokes could not tell which (`docs/benchmarks.md`). Otherwise favoured if the
        gain exceeds (1 + 1 / n)², where n is the smallest number of held-out strokes of a class, the
        commonest class aside.
    """
    classes = len(probabilities)
    by_em = em_shares(probabilities, source, floor=FLOOR)
    witnesses = [len(np.unique(strokes[labels == value])) for value in range(1, classes + 1)]
    if min(witnesses) == 0:
        reason = "Some class has no held-out stroke to judge by, so classes are left as they are."
        return ShareChoice(by_em, by_em.shares, 1.0, False, reason, {})
    if max(source) - min(source) > 1e-6:
        reason = "The network learned from the unpainted sea how common each class is; classes are left so."
        return ShareChoice(by_em, by_em.shares, 1.0, False, reason, {})
    candidates = [by_em] + [
        bbse_shares(held_out, labels, strokes, probabilities, source, hard=hard, floor=FLOOR)
        for hard in (True, False)
    ]
    tried = [
        (
            precision_recall_gain(probabilities, held_out, labels, strokes, source, target),
            strength,
            target,
            candidate,
        )
        for candidate in candidates
        for strength in STRENGTHS
        for target in [_part_of_the_way(source, candidate.shares, strength)]
    ]
    gain, strength, target, best = max(tried, key=lambda one: one[0])
    gains = {c.method: max(one[0] for one in tried if one[3] is c) for c in candidates}
    del witnesses[_commonest(probabilities)]
    # A stroke of doubt about a recall, which counts twice.
    needed = (1 + 1 / min(witnesses)) ** 2
    verdict = "show that correcting helps" if gain > needed else "don't show that correcting would help"
    reason = f"The held-out strokes {verdict}."
    return ShareChoice(best, target, strength, gain > needed, reason, gains)


def _part_of_the_way(source: Shares, target: Shares, strength: float) -> tuple[float, ...]:
    between = np.asarray(source) ** (1 - strength) * np.asarray(target) ** strength
    return tuple(float(share) for share in between / between.sum())


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
        Geometric mean over all classes but the one that the survey's answer has most of; 0 where a class of
        which held-out strokes were found would be found in none of them.

    References
    ----------
    Lee and Liu 2003, "Learning with positive and unlabeled examples using weighted logistic regression",
    Section 4.
    """
    common = _commonest(probabilities)
    rare = [c for c in range(len(probabilities)) if c != common]
    corrected = correct(probabilities, source, target), correct(held_out, source, target)
    log_gain = 0.0
    for c in rare:
        own = labels == c + 1
        before, after = (
            _stroke_recalls(answer[:, own].argmax(axis=0) == c, strokes[own])
            for answer in (held_out, corrected[1])
        )
        if after.sum() == 0 < before.sum():
            return 0.0
        shares = (_share(answer, c) for answer in (probabilities, corrected[0]))
        # Half a stroke of doubt: one stroke that is missed is no proof that the class is never found.
        recalls = ((found.sum() + 0.25) / (found.size + 0.5) for found in (before, after))
        (share_before, share_after), (recall_before, recall_after) = shares, recalls
        log_gain += 2 * np.log(recall_after / recall_before) - np.log(share_after / share_before)
    return float(np.exp(log_gain / len(rare)))


def _commonest(probabilities: Floats) -> int:
    return int(np.bincount(probabilities.argmax(axis=0)).argmax())


def _stroke_recalls(right: NDArray[np.bool_], strokes: Ints) -> NDArray[np.float64]:
    """Share of each stroke's pixels that were found."""
    return np.array([right[strokes == stroke].mean() for stroke in np.unique(strokes)])


def _share(answer: Floats, c: int) -> float:
    """Share of pixels called `c`; half a pixel more, so that it is never 0."""
    called = int((answer.argmax(axis=0) == c).sum())
    return float((called + 0.5) / (answer[0].size + 1))

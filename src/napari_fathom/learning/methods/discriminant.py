"""A linear discriminant that also learns from the unlabelled: no network, learned in seconds."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax, softmax

from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.row_method import Arrays, Floats, KnownRows
from napari_fathom.learning.normal_scores import fit_quantiles, normal_scores

__all__ = ["Discriminant"]

_Rows = npt.NDArray[np.float64]

_ROUNDS = 10
_UNLABELLED_WEIGHT = 0.3
_RIDGE = 0.01
"""None of these matters much: on UVP6 images, a third or three times the weight, or half or twice the rounds,
changed macro F1 by 0.015 at most."""

_SMALLEST_SHARE = 1e-3
_SMALLEST_SPREAD = 1e-6
_MOST_UNLABELLED = 20_000
_MOST_QUANTILE_ROWS = 100_000
_CHUNK = 16384  # rows answered at once
_NEVER = -1e4  # log-odds of a class without a label; finite, so that nothing becomes NaN

_FOLDS = 5
_FEWEST = 2
"""Labels of a class that must remain where one is left out: learned from one instead of two, answers are so
much worse that they say nothing of the real ones."""
_USUAL, _USUAL_SD = 4.0, 0.7
"""Temperature that 12 to 168 measures need with five labels a class, and the spread of its logarithm: counts
as an observation beside the labels."""
_TEMPERATURES = np.exp(np.linspace(-1.0, 3.5, 91))


@dataclass(frozen=True)
class Discriminant:
    """Classes are normal clouds of one shape in the space of normal scores; the answer is linear in these.

    Parameters
    ----------
    quantiles : ndarray of float32, shape (Q, D)
        As `fit_quantiles`.
    weights : ndarray of float32, shape (D, C)
    offset : ndarray of float32, shape (C,)
    middle : ndarray of float32, shape (C,)
        Mean of what is linear in the scores, over the collection.
    spread : ndarray of float32, shape ()
        Its root mean square distance from that, of one class.

    References
    ----------
    Fisher 1936, Annals of Eugenics 7, 179–188. Learning from the unlabelled by expectation and maximisation,
    their weight below 1: Nigam, McCallum, Thrun & Mitchell 2000, Machine Learning 39, 103–134, section 5.3.1.
    """

    quantiles: Floats
    weights: Floats
    offset: Floats
    middle: Floats
    spread: Floats

    name: ClassVar[str] = "discriminant"
    about: ClassVar[About] = About(
        "Discriminant",
        "Fisher 1936; Nigam et al. 2000",
        "No network: fits measures of shape and texture, of the unlabelled too. Takes seconds; "
        "best for few labels.",
    )
    calibrates: ClassVar[bool] = True

    @classmethod
    def fit(cls, known: KnownRows, settings: ImageSettings, check: Callable[[], None]) -> Self:
        """Learn from labelled and unlabelled rows; probabilities are made honest by cross-validation.

        Of more than 20,000 unlabelled rows a random sample is taken. A row of which people say different
        things belongs to several clouds, to each by its share.
        """
        random = np.random.default_rng([settings.seed, 21])
        rows, target, said = known.rows, known.target, known.said
        quantiles = fit_quantiles(rows[random.permutation(len(rows))[:_MOST_QUANTILE_ROWS]])
        labelled = normal_scores(rows[said], quantiles).astype(np.float64)
        unsaid = random.permutation(np.flatnonzero(target == 0))[:_MOST_UNLABELLED]
        others = normal_scores(rows[unsaid], quantiles).astype(np.float64)
        values, index = np.unique(target[said], return_inverse=True)
        shares = _among(known.shares, values - 1)
        weights, offset = _learn(labelled, shares, others, check)
        temperature = _temperature(labelled, index, shares, others, random, check)
        all_weights = np.zeros((rows.shape[1], known.classes), np.float32)
        all_offsets = np.full(known.classes, _NEVER, np.float32)
        all_weights[:, values - 1] = weights / temperature
        all_offsets[values - 1] = offset / temperature
        linear = np.concatenate([labelled, others]) @ all_weights
        middle = linear.mean(axis=0)
        spread = max(float(np.sqrt(np.square(linear - middle).mean())), _SMALLEST_SPREAD)
        floats = (np.asarray(each, np.float32) for each in (middle, spread))
        return cls(quantiles, all_weights, all_offsets, *floats)

    def probabilities(self, rows: Floats) -> Floats:
        """Shape (n, C) for rows (n, D).

        Raises
        ------
        ValueError
            If D is another than the one this was fitted on.
        """
        parts = [
            softmax(
                normal_scores(rows[first : first + _CHUNK], self.quantiles) @ self.weights + self.offset, 1
            )
            for first in range(0, max(len(rows), 1), _CHUNK)
        ]
        return np.concatenate(parts)

    def seen(self, rows: Floats) -> Floats:
        """What the classes say of rows (n, D) beside their normal scores, each half of it, shape (n, C + D).

        With the scores alone, clusters and neighbours mix what the labels tell apart; with the classes alone,
        images of a class that nobody has named yet are scattered among the others.
        """
        scores = normal_scores(rows, self.quantiles)
        linear = (scores @ self.weights - self.middle) / self.spread
        parts = [part / np.float32(np.sqrt(part.shape[1])) for part in (linear, scores)]
        return np.concatenate(parts, axis=1)

    def arrays(self) -> Arrays:
        """All that it is."""
        return {each.name: np.asarray(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The same again; arrays that don't fit each other are refused."""
        if {"middle", "spread"}.isdisjoint(arrays):
            raise ValueError("a discriminant made by an older version")
        found = cls(**{each.name: arrays[each.name] for each in fields(cls)})
        columns, classes = found.weights.shape
        if (
            found.quantiles.ndim != 2
            or found.quantiles.shape[1] != columns
            or found.offset.shape != (classes,)
            or found.middle.shape != (classes,)
            or found.spread.shape != ()
        ):
            raise ValueError("a discriminant whose parts don't fit each other")
        return found


def _among(shares: _Rows, kept: npt.NDArray[np.integer]) -> _Rows:
    """Shares (n, C) of some of the classes alone, as if nobody had named another; each row names one."""
    part = shares[:, kept]
    return np.asarray(part / part.sum(axis=1, keepdims=True), np.float64)


def _learn(known: _Rows, sure: _Rows, others: _Rows, check: Callable[[], None]) -> tuple[_Rows, _Rows]:
    """Weights (D, C) and offsets (C,): from the labels (n, C), then from what these say of the others too.

    The clouds' covariance is shrunk towards a diagonal: with labels alone towards the unit matrix, as normal
    scores have it as a whole; later towards its own. How far, D / (D + N), is what suited both a thousand
    images (0.1) and a hundred (0.6), of 168 measures each.
    """
    means, spread = _clouds(known, sure)
    columns, classes = len(spread), sure.shape[1]
    shrink = columns / (columns + len(known))
    weights, offset = _linear(means, spread, shrink, np.ones(columns), np.full(classes, 1 / classes))
    rows = np.concatenate([known, others])
    shrink = columns / (columns + len(rows))
    for _ in range(_ROUNDS if len(others) else 0):
        check()
        guessed = softmax(others @ weights + offset, axis=1)
        means, spread = _clouds(rows, np.concatenate([sure, _UNLABELLED_WEIGHT * guessed]))
        weights, offset = _linear(means, spread, shrink, np.diag(spread), guessed.mean(axis=0))
    return weights, offset


def _clouds(rows: _Rows, members: _Rows) -> tuple[_Rows, _Rows]:
    """Means (C, D) and common covariance (D, D) of rows (N, D) that belong to classes by `members` (N, C)."""
    count = members.sum(axis=0)
    means = members.T @ rows / count[:, None]
    spread = (rows * members.sum(axis=1)[:, None]).T @ rows - (means * count[:, None]).T @ means
    return means, spread / count.sum()


def _linear(means: _Rows, spread: _Rows, shrink: float, towards: _Rows, shares: _Rows) -> tuple[_Rows, _Rows]:
    """What parts normal clouds of one covariance, shrunk towards a diagonal (D,), with these class shares."""
    shrunk = (1 - shrink) * spread + np.diag(shrink * towards + _RIDGE)
    weights = np.linalg.solve(shrunk, means.T)
    offset = np.log(np.maximum(shares, _SMALLEST_SHARE)) - (means.T * weights).sum(axis=0) / 2
    return np.asarray(weights, np.float64), np.asarray(offset, np.float64)


def _temperature(
    known: _Rows,
    index: npt.NDArray[np.intp],
    shares: _Rows,
    others: _Rows,
    random: np.random.Generator,
    check: Callable[[], None],
) -> float:
    """By how much the answers are too sure: labels are left out in turn, learned without, and asked about.

    Rows that are equal (twins) are left out together. With few labels that says little, and a usual value
    counts as well.
    """
    fold = _folds(known, index, random)
    logits, truth = [], []
    for out in range(_FOLDS):
        left = fold == out
        kept, counts = np.unique(index[~left], return_counts=True)
        left &= np.isin(index, kept[counts >= _FEWEST])
        if not left.any() or len(kept) < 2:
            continue
        weights, offset = _learn(known[fold != out], _among(shares[fold != out], kept), others, check)
        logits.append(np.full((int(left.sum()), shares.shape[1]), _NEVER))
        logits[-1][:, kept] = known[left] @ weights + offset
        truth.append(np.zeros_like(logits[-1]))
        truth[-1][:, kept] = _among(shares[left], kept)
    if not truth:
        return _USUAL
    asked, right = np.concatenate(logits), np.concatenate(truth)
    losses = [-(right * log_softmax(asked / each, axis=1)).sum(axis=1).sum() for each in _TEMPERATURES]
    losses += (np.log(_TEMPERATURES / _USUAL) / _USUAL_SD) ** 2 / 2
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _folds(known: _Rows, index: npt.NDArray[np.intp], random: np.random.Generator) -> npt.NDArray[np.intp]:
    """Fold of each row: every class spread over all folds, equal rows in one."""
    _, twin = np.unique(known, axis=0, return_inverse=True)
    first = np.unique(twin, return_index=True)[1]
    fold = np.zeros(len(first), np.intp)
    for value in np.unique(index[first]):
        mine = random.permutation(np.flatnonzero(index[first] == value))
        fold[mine] = (np.arange(len(mine)) + random.integers(_FOLDS)) % _FOLDS
    return fold[twin.reshape(-1)]

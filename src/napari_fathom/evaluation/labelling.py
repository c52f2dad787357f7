"""Which labels a method is given, and by what it is judged: the protocol."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_fathom.echogram.simulate_paint import Painting, paint
from napari_fathom.errors import FathomError
from napari_fathom.evaluation.known import KnownImages

__all__ = ["Drawn", "draw_labels", "labelled_rows", "paint_patches", "paint_strokes"]


@dataclass(frozen=True)
class Drawn:
    """What is told of a collection.

    Parameters
    ----------
    target : ndarray of int64, shape (N,)
        0 = no label, 1…C.
    shown : ndarray of bool, shape (N,)
        Images that may be looked at while learning.
    judged : ndarray of bool, shape (N,)
        Images that the answer is judged by; none of them has a label.
    """

    target: npt.NDArray[np.int64]
    shown: npt.NDArray[np.bool_]
    judged: npt.NDArray[np.bool_]


def draw_labels(known: KnownImages, each: int, unseen_share: float, seed: int) -> Drawn:
    """`each` labels of every class; judged are the unseen or, where all are seen, those without a label.

    Raises
    ------
    FathomError
        If nothing is left to judge by.
    """
    count = len(known.truth)
    shown = np.ones(count, bool)
    shown[np.random.default_rng([seed, 5]).permutation(count)[: round(unseen_share * count)]] = False
    rows = labelled_rows(np.where(shown, known.said, 0), each, seed)
    target = np.zeros_like(known.truth)
    target[rows] = known.said[rows]
    judged = ~shown if unseen_share else target == 0
    if not judged.any():
        raise FathomError(f"{each} labels a class leave none of {count} images to judge by; ask for fewer.")
    return Drawn(target, shown, judged)


def labelled_rows(said: npt.NDArray[np.int64], each: int, seed: int) -> npt.NDArray[np.int64]:
    """`each` rows of every class (from 1 on); of one seed, the fewer are among the more."""
    random = np.random.default_rng(seed)
    drawn = [random.permutation(np.flatnonzero(said == value))[:each] for value in np.unique(said[said > 0])]
    return np.sort(np.concatenate(drawn))


def paint_strokes(truth: npt.NDArray[np.uint8], share: float, seed: int) -> Painting:
    """An expert's short strokes over a share of the cells whose class is known.

    Raises
    ------
    FathomError
        If the truth can't take so many.
    """
    try:
        return paint(truth, share * np.count_nonzero(truth) / truth.size, seed)
    except ValueError as error:
        raise FathomError(f"{share:.3g} of the cells can't be painted: {error}.") from error


def paint_patches(
    truth: npt.NDArray[np.uint8], share: float, side: int, seed: int, also: int = 0
) -> tuple[Painting, float]:
    """Annotate whole patches of a grid, drawn at random where classes are known; each is one stroke.

    Parameters
    ----------
    truth : ndarray of uint8, shape (R, P)
    share : float
        Of all patches but `also`, in (0, 1]: the annotation ratio.
    side : int
        Of a patch, cells.
    seed : int
    also : int
        Patches beyond that share, for whoever holds some out.

    Returns
    -------
    painting : Painting
    held_out : float
        Share of the annotated patches that `also` is.

    Raises
    ------
    FathomError
        If there aren't so many patches.

    References
    ----------
    PredKlus, section IV-B.
    """
    rows, columns = truth.shape[0] // side, truth.shape[1] // side
    grid = truth[: rows * side, : columns * side].reshape(rows, side, columns, side)
    places = np.flatnonzero(grid.any(axis=(1, 3)))
    annotated = round(share * (len(places) - also))
    if annotated < 1:
        raise FathomError(
            f"{share:.3g} of {len(places)} patches of {side} × {side} cells, {also} of them held out, is "
            "none. Give more pings or smaller patches."
        )
    labels, strokes = np.zeros(truth.shape, np.uint8), np.zeros(truth.shape, np.uint32)
    chosen = np.random.default_rng([seed, 13]).permutation(len(places))[: annotated + also]
    for number, place in enumerate(places[chosen].tolist(), start=1):
        top, left = place // columns * side, place % columns * side
        patch = slice(top, top + side), slice(left, left + side)
        labels[patch] = truth[patch]
        strokes[patch] = number
    strokes[labels == 0] = 0
    return Painting(labels, strokes), also / (annotated + also)

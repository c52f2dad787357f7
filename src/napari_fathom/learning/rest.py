"""The rest class: what the unpainted sea is taken for, and what that does to the meaning of probabilities."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.learning.settings import TrainSettings
from napari_fathom.names import folded

__all__ = ["classes_lost_to", "rest_of", "source_shares"]

_LEAST = 1e-5  # share of a class of which random patches met nothing


def rest_of(class_names: Sequence[str], settings: TrainSettings) -> int | None:
    """Index of the class that unpainted cells are taken for, in whatever case; None without such a one."""
    wanted = folded(settings.rest_class)
    names = [folded(name) for name in class_names]
    return names.index(wanted) if wanted in names and settings.rest_weight > 0 else None


def source_shares(
    class_names: Sequence[str], settings: TrainSettings, seen: Sequence[float] | None = None
) -> tuple[float, ...]:
    """Class shares that a network trained so learns to expect.

    Parameters
    ----------
    class_names : sequence of str
    settings : TrainSettings
    seen : sequence of float, length C, optional
        Weight of each class in the loss of random patches; needed where unpainted pixels are taken for the
        rest class, since then it depends on how much is painted.

    Returns
    -------
    tuple of float, length C
        All positive; sums to 1. Equal without a rest class: patches are drawn so.
    """
    if rest_of(class_names, settings) is None or seen is None:
        return (1 / len(class_names),) * len(class_names)
    weights = [max(float(weight), _LEAST * sum(seen)) for weight in seen]
    return tuple(weight / sum(weights) for weight in weights)


def classes_lost_to(
    rest: int, probabilities: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]
) -> list[int]:
    """Classes of which most held-out pixels are taken for the rest class.

    The assumption may be wrong for them.

    Parameters
    ----------
    rest : int
        0…C−1.
    probabilities : array of float, shape (C, N)
    labels : array of int, shape (N,)
        1…C.

    Returns
    -------
    list of int
        Indices 0…C−1.
    """
    called = probabilities.argmax(axis=0)
    return [
        index
        for index in range(len(probabilities))
        if index != rest and (own := labels == index + 1).any() and (called[own] == rest).mean() > 0.5
    ]

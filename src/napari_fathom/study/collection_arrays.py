"""A collection and its votes as learning reads them: rows of images, measures, targets and groups."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from napari_fathom.labels import Classes, VoteStore
from napari_fathom.plankton import Collection

__all__ = ["CollectionImages", "labelled_classes", "soft_targets", "targets_of"]


@dataclass(frozen=True)
class CollectionImages:
    """A `learning.images.ImageSet` over the objects of a collection that have an image.

    Parameters
    ----------
    collection : Collection
        Whose images have been looked at.
    """

    collection: Collection

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the collection that have an image, ascending, shape (n,)."""
        there = self.collection.objects["height_px"].to_numpy() > 0
        return np.flatnonzero(there).astype(np.int64)

    @property
    def side(self) -> int:
        """Rows, and columns, of each vignette."""
        return self.collection.options.side

    @cached_property
    def measures(self) -> NDArray[np.float32]:
        """Region measures in pixels of the originals, shape (n, M); NaN where unknown."""
        return self.collection.measures[self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def read(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Vignettes of these rows of the set, in this order, shape (k, side, side)."""
        wanted, back = np.unique(self.rows[rows], return_inverse=True)
        if len(wanted) and wanted[-1] - wanted[0] + 1 == len(wanted):  # a run is read in one piece
            found = np.asarray(self.collection.vignettes[int(wanted[0]) : int(wanted[-1]) + 1])
        else:
            found = np.asarray(self.collection.vignettes.oindex[wanted])
        return found[back]


def labelled_classes(classes: Classes, hard: NDArray[np.uint16]) -> Classes:
    """Those classes that people have given to an object, in their order."""
    given = set(np.unique(hard).tolist())
    return Classes(tuple(item for item in classes if item.value in given), classes.largest)


def targets_of(hard: NDArray[np.uint16], classes: Classes) -> NDArray[np.int64]:
    """Count the classes to learn from 1 on, in their order; all others become 0.

    Parameters
    ----------
    hard : ndarray of uint16, shape (N,)
        Class values; 0 = nobody has said.
    classes : Classes
        The ones to learn.
    """
    order = np.zeros(int(hard.max(initial=0)) + 1, np.int64)
    for number, value in enumerate(classes.values, 1):
        if value < len(order):
            order[value] = number
    return order[hard]


def soft_targets(votes: VoteStore, classes: Classes, rows: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """Shares of people's votes for the classes to learn, as if nobody had named another.

    Parameters
    ----------
    votes : VoteStore
    classes : Classes
        Those that are most people's word on some object.
    rows : ndarray of int64, shape (n,)
        Objects.

    Returns
    -------
    ndarray of float32, shape (n, C), or None
        Rows add up to 1 where anybody has named one of the classes, else are 0. None if all agree everywhere.
    """
    if not (votes.entropy()[rows] > 0).any():
        return None
    columns = np.array([votes.classes.values.index(value) for value in classes.values], np.int64)
    shares = votes.soft()[np.ix_(rows, columns)]
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)  # 0 stays 0
    return shares

"""Labels of some patches of a survey only: how a paper asks what fewer labels would have done."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt

from napari_fathom.events import Box
from napari_fathom.learning.field import LabelField

__all__ = ["AnnotatedPatches"]


@dataclass(frozen=True)
class AnnotatedPatches:
    """A `LabelField` in which patches of a grid are either labelled as they are, or not at all.

    Parameters
    ----------
    labels : LabelField
        All there are.
    side : int
        Of the square patches, cells.
    chosen : frozenset of (int, int)
        Row and column, on the grid, of the patches that keep their labels.

    References
    ----------
    PredKlus, section IV.B: the annotation ratio is the number of annotated patches by that of all patches.
    """

    labels: LabelField
    side: int
    chosen: frozenset[tuple[int, int]]

    @classmethod
    def draw(cls, labels: LabelField, side: int, ratio: float, seed: int) -> Self:
        """Choose a share `ratio`, at least one, of the patches in which anything is labelled.

        With fully labelled surveys, as the paper's, these are all patches.
        """
        painted = sorted(
            {
                (top // side, left // side)
                for top, bottom, left, right in _cut_all(labels.painted_boxes(), side)
                if labels.read((top, bottom, left, right)).any()
            }
        )
        count = min(max(round(ratio * len(painted)), 1), len(painted))
        places = np.random.default_rng([seed, 22]).permutation(len(painted))[:count]
        return cls(labels, side, frozenset(painted[place] for place in places))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.labels.shape

    def read(self, box: Box) -> npt.NDArray[np.uint8]:
        """Class values inside `box`, shape (h, w); 0 where nobody has said, or shall have."""
        return np.where(self._mask(box), self.labels.read(box), np.uint8(0))

    def read_strokes(self, box: Box) -> npt.NDArray[np.uint32]:
        """The stroke that set each pixel, shape (h, w); 0 where none did, or shall have."""
        return np.where(self._mask(box), self.labels.read_strokes(box), np.uint32(0))

    def painted_boxes(self) -> list[Box]:
        """Boxes in the chosen patches that together hold every painted pixel of them."""
        return [box for box in _cut_all(self.labels.painted_boxes(), self.side) if self._has(box)]

    def _has(self, box: Box) -> bool:
        return (box[0] // self.side, box[2] // self.side) in self.chosen

    def _mask(self, box: Box) -> npt.NDArray[np.bool_]:
        mask = np.zeros((box[1] - box[0], box[3] - box[2]), bool)
        for part in _cut(box, self.side):
            if self._has(part):
                mask[part[0] - box[0] : part[1] - box[0], part[2] - box[2] : part[3] - box[2]] = True
        return mask


def _cut_all(boxes: list[Box], side: int) -> list[Box]:
    return [part for box in boxes for part in _cut(box, side)]


def _cut(box: Box, side: int) -> list[Box]:
    """Parts of a box, each in one patch of the grid."""
    top, bottom, left, right = box
    rows = [top, *range((top // side + 1) * side, bottom, side), bottom]
    columns = [left, *range((left // side + 1) * side, right, side), right]
    return [
        (above, below, before, after)
        for above, below in pairwise(rows)
        for before, after in pairwise(columns)
        if below > above and after > before
    ]

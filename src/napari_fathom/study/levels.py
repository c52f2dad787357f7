"""A coarser level of a survey, and its labels at that level, as learning wants them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.model import Echogram
from napari_fathom.events import Box
from napari_fathom.study.adapters import StoreLabels
from napari_fathom.study.coarsen import factors_between, majority

__all__ = ["LevelField", "LevelLabels", "level_for"]


def level_for(echogram: Echogram, box: Box, most_cells: int) -> int:
    """The finest level at which a box of level 0 has no more than so many cells; the coarsest if none has."""
    shapes = [array.shape[1:] for array in echogram.arrays]
    cells = (box[1] - box[0]) * (box[3] - box[2])
    for level, shape in enumerate(shapes):
        down, along = factors_between(shapes[0], shape)
        if cells <= most_cells * down * along:
            return level
    return len(shapes) - 1


@dataclass(frozen=True)
class LevelField:
    """A `learning.Field` over one level of an echogram."""

    echogram: Echogram
    level: int

    @property
    def channels(self) -> int:
        """Number of frequencies."""
        return self.echogram.shape[0]

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the level."""
        _, rows, columns = self.echogram.arrays[self.level].shape
        return int(rows), int(columns)

    @cached_property
    def factors(self) -> tuple[int, int]:
        """Range cells and pings of level 0 in one cell."""
        return factors_between(self.echogram.shape[1:], self.shape)

    def read(self, box: Box) -> NDArray[np.float32]:
        """Sv of a box of the level, shape (F, h, w), dB; NaN where it is missing."""
        return self.echogram.read(box, self.level)

    def covering(self, box: Box) -> Box:
        """The cells of the level that a box of level 0 touches."""
        down, along = self.factors
        return box[0] // down, -(-box[1] // down), box[2] // along, -(-box[3] // along)


@dataclass(frozen=True)
class LevelLabels:
    """A `learning.LabelField` of the same cells: each has the commonest label painted in it."""

    labels: StoreLabels
    field: LevelField

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the level."""
        return self.field.shape

    def read(self, box: Box) -> NDArray[np.uint8]:
        """Classes of a box of the level counted from 1, shape (h, w); 0 where nobody has said anything."""
        return majority(self.labels.read(self._at_level_0(box)), self.field.factors)

    def read_strokes(self, box: Box) -> NDArray[np.uint32]:
        """The stroke that set the first cell of each, shape (h, w); 0 where none did."""
        down, along = self.field.factors
        return self.labels.read_strokes(self._at_level_0(box))[::down, ::along]

    def painted_boxes(self) -> list[Box]:
        """Boxes of the level that hold every painted cell; they may overlap by one."""
        return [self.field.covering(box) for box in self.labels.painted_boxes()]

    def _at_level_0(self, box: Box) -> Box:
        (down, along), (rows, pings) = self.field.factors, self.labels.shape
        return (
            min(box[0] * down, rows),
            min(box[1] * down, rows),
            min(box[2] * along, pings),
            min(box[3] * along, pings),
        )

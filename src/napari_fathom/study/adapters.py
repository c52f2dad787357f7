"""A survey and its labels as learning wants them: arrays, with classes counted 1…C."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.model import Echogram
from napari_fathom.events import Box
from napari_fathom.labels import Classes, LabelStore

__all__ = ["EchogramField", "StoreLabels", "painted_classes"]


@dataclass(frozen=True)
class EchogramField:
    """A `learning.Field` over the finest level of an echogram."""

    echogram: Echogram

    @property
    def channels(self) -> int:
        """Number of frequencies."""
        return self.echogram.shape[0]

    @property
    def shape(self) -> tuple[int, int]:
        """Range cells and pings."""
        return self.echogram.shape[1:]

    def read(self, box: Box) -> NDArray[np.float32]:
        """Sv of a box, shape (F, h, w), dB; NaN where it is missing."""
        return self.echogram.read(box)


@dataclass(frozen=True)
class StoreLabels:
    """A `learning.LabelField` over a label store (best a snapshot, which nobody paints in meanwhile).

    Parameters
    ----------
    store : LabelStore
    classes : Classes
        The classes to learn; they become 1, 2, 3… in this order, all others 0.
    """

    store: LabelStore
    classes: Classes

    @property
    def shape(self) -> tuple[int, int]:
        """Range cells and pings."""
        return self.store.shape

    def read(self, box: Box) -> NDArray[np.uint8]:
        """Classes of a box counted from 1, shape (h, w); 0 where nobody has said anything."""
        return self._order[self.store.read(box)]

    def read_strokes(self, box: Box) -> NDArray[np.uint32]:
        """The stroke that set each pixel, shape (h, w); 0 where none did."""
        return self.store.read_strokes(box)

    def painted_boxes(self) -> list[Box]:
        """Boxes that don't overlap and hold every painted pixel."""
        return self.store.painted_boxes()

    @cached_property
    def _order(self) -> NDArray[np.uint8]:
        order = np.zeros(256, np.uint8)
        order[list(self.classes.values)] = np.arange(1, len(self.classes) + 1)
        return order


def painted_classes(store: LabelStore) -> Classes:
    """Those classes that have painted pixels, in their order."""
    counts = store.counts()
    return Classes(tuple(item for item in store.classes if counts.get(item.value, 0)))

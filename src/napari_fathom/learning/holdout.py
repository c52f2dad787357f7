"""Which painted strokes are kept out of training, to judge it by."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_fathom.events import Box
from napari_fathom.learning.field import LabelField

__all__ = ["HeldOut", "StrokeCodes", "hold_out"]

Codes = npt.NDArray[np.int64]

_CLASS_BITS, _BLOCK_BITS = 8, 23  # with 32 bits of stroke: a code fills the 63 bits of a positive int64


@dataclass(frozen=True)
class StrokeCodes:
    """One number for each stroke and class, and for each block of a stroke too big to stay whole.

    Labels that were imported are often one "stroke" over the whole survey. Held out whole they would leave
    nothing to learn from, so such a stroke is cut along a grid of blocks.

    Parameters
    ----------
    width : int
        Columns of the field.
    block : int
        Side of the blocks, cells.
    cut : tuple of int
        Codes (of stroke and class alone) of the strokes that are cut.
    """

    width: int
    block: int
    cut: tuple[int, ...] = ()

    def codes(self, values: npt.NDArray[np.uint8], strokes: npt.NDArray[np.uint32], box: Box) -> Codes:
        """Codes of the pixels of `box`, shape (h, w); 0 where nobody has said."""
        codes = (strokes.astype(np.int64) << _CLASS_BITS | values) << _BLOCK_BITS
        if self.cut:
            top, bottom, left, right = box
            rows = np.arange(top, bottom) // self.block
            columns = np.arange(left, right) // self.block
            blocks = 1 + rows[:, None] * -(-self.width // self.block) + columns[None, :]
            codes += np.where(np.isin(codes, self.cut), blocks % (1 << _BLOCK_BITS), 0)
        codes[values == 0] = 0
        return codes

    @staticmethod
    def class_of(code: int) -> int:
        """Class value in a code."""
        return code >> _BLOCK_BITS & ((1 << _CLASS_BITS) - 1)


@dataclass(frozen=True)
class HeldOut:
    """The strokes that training must not learn from.

    Parameters
    ----------
    codes : StrokeCodes
        How strokes are numbered.
    chosen : ndarray of int64
        Sorted codes of the held-out strokes.
    boxes : tuple of Box
        Painted boxes that hold some of their pixels.
    cells : tuple of Box
        Cells of the grid of blocks that hold some of their pixels, row by row; may reach beyond the field.
    pixels : dict of int to int
        Held-out pixels of each class.
    """

    codes: StrokeCodes
    chosen: Codes
    boxes: tuple[Box, ...]
    cells: tuple[Box, ...]
    pixels: dict[int, int]

    def mask(
        self, values: npt.NDArray[np.uint8], strokes: npt.NDArray[np.uint32], box: Box
    ) -> npt.NDArray[np.bool_]:
        """Which pixels of `box` are held out, shape (h, w)."""
        if not self.touches(box):
            return np.zeros(values.shape, bool)
        return np.isin(self.codes.codes(values, strokes, box), self.chosen)

    def touches(self, box: Box) -> bool:
        """Whether `box` may hold a held-out pixel."""
        return any(_overlap(box, other) for other in self.boxes)


def hold_out(labels: LabelField, share: float, seed: int, block: int) -> HeldOut:
    """Choose whole strokes of each class, at random, until they make up `share` of its painted pixels.

    A class keeps at least half of its pixels for training; one with a single small stroke holds nothing out.

    Parameters
    ----------
    labels : LabelField
    share : float
        In [0, 0.5].
    seed : int
        Of the choice.
    block : int
        A stroke with more than half of its class's pixels is cut along a grid of this size, cells.
    """
    codes = StrokeCodes(labels.shape[1], block)
    sizes = _count(labels, codes)
    totals = _class_totals(sizes)
    cut = tuple(code for code, size in sizes.items() if 2 * size > totals[StrokeCodes.class_of(code)])
    if cut:
        codes = StrokeCodes(labels.shape[1], block, cut)
        sizes = _count(labels, codes)
    chosen = _choose(sizes, totals, share, np.random.default_rng(seed))
    boxes, cells = _where(labels, codes, chosen)
    pixels = _class_totals({int(code): sizes[int(code)] for code in chosen})
    return HeldOut(codes, chosen, boxes, cells, pixels)


def _where(labels: LabelField, codes: StrokeCodes, chosen: Codes) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    """Painted boxes, and cells of the grid of blocks, with pixels of the chosen strokes."""
    side, boxes, corners = codes.block, [], set()
    for box in labels.painted_boxes() if chosen.size else []:
        held = np.argwhere(np.isin(_read_codes(labels, codes, box), chosen))
        if held.size:
            boxes.append(box)
            places = np.unique(np.add(held, (box[0], box[2])) // side, axis=0)
            corners |= {(int(row), int(column)) for row, column in places}
    cells = ((row * side, (row + 1) * side, col * side, (col + 1) * side) for row, col in sorted(corners))
    return tuple(boxes), tuple(cells)


def _choose(
    sizes: dict[int, int], totals: dict[int, int], share: float, random: np.random.Generator
) -> Codes:
    chosen: list[int] = []
    for value, total in sorted(totals.items()):
        own = sorted(code for code in sizes if StrokeCodes.class_of(code) == value)
        held = 0
        for code in random.permutation(own).tolist():
            if held >= share * total:
                break
            if 2 * (held + sizes[code]) <= total:
                chosen.append(code)
                held += sizes[code]
    return np.array(sorted(chosen), np.int64)


def _count(labels: LabelField, codes: StrokeCodes) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for box in labels.painted_boxes():
        found, counts = np.unique(_read_codes(labels, codes, box), return_counts=True)
        for code, count in zip(found.tolist(), counts.tolist(), strict=True):
            if code:
                sizes[code] = sizes.get(code, 0) + count
    return sizes


def _read_codes(labels: LabelField, codes: StrokeCodes, box: Box) -> Codes:
    return codes.codes(labels.read(box), labels.read_strokes(box), box)


def _class_totals(sizes: dict[int, int]) -> dict[int, int]:
    totals: dict[int, int] = {}
    for code, size in sizes.items():
        value = StrokeCodes.class_of(code)
        totals[value] = totals.get(value, 0) + size
    return totals


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]

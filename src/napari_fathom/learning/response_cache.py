"""The filter bank's responses to a survey, block by block, kept for as long as there is room."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from napari_fathom.events import Box
from napari_fathom.learning.field import Field, read_window
from napari_fathom.learning.geometry import FILTER_SCALES, geometry_of
from napari_fathom.learning.nets.filter_bank import RESPONSES, responses_at
from napari_fathom.learning.scaling import Scaling

__all__ = ["BLOCK", "Block", "Place", "ResponseCache"]

BLOCK = 256
"""Cells a side."""
Place = tuple[int, int]
"""Row and column of a block on the grid of blocks."""
_MOST_BYTES = 512 * 2**20  # four million cells of four frequencies


@dataclass(frozen=True)
class Block:
    """Some cells of the survey, and what the filter bank says of them.

    Parameters
    ----------
    box : Box
        Where they are.
    rows : Tensor of bfloat16, shape (h, w, 16 · channels)
        Half as much to keep, and quicker to multiply where the machine knows how; 0.4 % of a response is more
        than what speckle leaves of it.
    measured : ndarray of bool, shape (h, w)
        Whether any channel is.
    """

    box: Box
    rows: Tensor
    measured: npt.NDArray[np.bool_]


class ResponseCache:
    """Computes what is missing in one piece, since each piece needs the cells around it too.

    Parameters
    ----------
    field : Field
        Doesn't change meanwhile.
    scaling : Scaling
        From dB to what the filters see.
    most_bytes : int
        What is kept at most, besides what was just asked for; those unused for longest go.
    """

    def __init__(self, field: Field, scaling: Scaling, most_bytes: int = _MOST_BYTES) -> None:
        self.field = field
        self._scaling, self._most = scaling, most_bytes
        self._kept: OrderedDict[Place, Block] = OrderedDict()

    @property
    def columns(self) -> int:
        """Responses of one cell."""
        return RESPONSES * self.field.channels

    def places(self, box: Box) -> list[Place]:
        """The blocks that a box touches, row by row."""
        rows = range(box[0] // BLOCK, -(-box[1] // BLOCK))
        return [(row, column) for row in rows for column in range(box[2] // BLOCK, -(-box[3] // BLOCK))]

    def box_of(self, place: Place) -> Box:
        """A block's cells, as far as the survey reaches."""
        height, width = self.field.shape
        top, left = place[0] * BLOCK, place[1] * BLOCK
        return top, min(top + BLOCK, height), left, min(left + BLOCK, width)

    def read(self, places: Sequence[Place], check: Callable[[], None]) -> dict[Place, Block]:
        """Blocks by their place.

        Parameters
        ----------
        places : sequence of Place
            Inside the survey.
        check : callable
            Raises when the answer isn't wanted any more; what was computed until then is kept.
        """
        missing = [place for place in places if place not in self._kept]
        for place in set(places).difference(missing):
            self._kept.move_to_end(place)
        try:
            for piece in _pieces(missing):
                self._compute(piece, check)
        finally:  # also where `check` ends it, or a long pan would keep ever more
            self._forget(len(set(places)))
        return {place: self._kept[place] for place in places}

    def _compute(self, piece: Sequence[Place], check: Callable[[], None]) -> None:
        boxes = [self.box_of(place) for place in piece]
        tops, bottoms, lefts, rights = zip(*boxes, strict=True)
        margin = geometry_of("filter-bank", 1).halo
        height, width = self.field.shape
        window = (
            max(min(tops) - margin, 0),
            min(max(bottoms) + margin, height),
            max(min(lefts) - margin, 0),
            min(max(rights) + margin, width),
        )
        decibels = read_window(self.field, window)
        measured = np.logical_or.reduce(np.isfinite(decibels))
        inside = [
            np.s_[top - window[0] : bottom - window[0], left - window[2] : right - window[2]]
            for top, bottom, left, right in boxes
        ]
        rows = [
            torch.empty(bottom - top, right - left, self.columns, dtype=torch.bfloat16)
            for top, bottom, left, right in boxes
        ]
        image = torch.from_numpy(self._scaling.apply(decibels))[None]
        columns = self.columns // len(FILTER_SCALES)
        for number, sigma in enumerate(FILTER_SCALES):  # one by one: all together are gigabytes
            check()
            planes = responses_at(image, sigma)[0]
            for part, cut in zip(rows, inside, strict=True):
                part[:, :, columns * number : columns * (number + 1)] = planes[:, *cut].permute(1, 2, 0)
        for place, box, part, cut in zip(piece, boxes, rows, inside, strict=True):
            self._kept[place] = Block(box, part, measured[cut].copy())

    def _forget(self, wanted: int) -> None:
        held = sum(block.rows.nbytes for block in self._kept.values())
        while held > self._most and len(self._kept) > wanted:
            _, block = self._kept.popitem(last=False)
            held -= block.rows.nbytes


def _pieces(places: Sequence[Place]) -> Iterator[list[Place]]:
    """All where they fill most of the rectangle around them; else those of each row that touch each other."""
    if not places:
        return
    rows, columns = zip(*places, strict=True)
    around = (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
    if 2 * len(places) > around:
        yield list(places)
        return
    piece: list[Place] = []
    for place in sorted(places):
        if piece and place != (piece[-1][0], piece[-1][1] + 1):
            yield piece
            piece = []
        piece.append(place)
    yield piece

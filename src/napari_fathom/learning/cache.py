"""Blocks of a field kept in memory: training reads the surroundings of the same strokes over and over."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from napari_fathom.events import Box
from napari_fathom.learning.field import Field, LabelField

__all__ = ["CachedField", "CachedLabels"]

T = TypeVar("T", bound=np.generic)

_BLOCK = 256  # cells a side
_FIELD_BYTES, _LABEL_BYTES = 256 * 2**20, 32 * 2**20


class CachedField:
    """A `Field` that remembers the blocks it read last.

    Parameters
    ----------
    field : Field
        Doesn't change meanwhile.
    most_bytes : int
        What is remembered at most; a single block may be more.
    """

    def __init__(self, field: Field, most_bytes: int = _FIELD_BYTES) -> None:
        self._field = field
        self._blocks: _Blocks[np.float32] = _Blocks(field.read, field.shape, most_bytes)

    @property
    def channels(self) -> int:
        """Number of channels."""
        return self._field.channels

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._field.shape

    def read(self, box: Box) -> npt.NDArray[np.float32]:
        """Values inside `box`, shape (channels, h, w)."""
        return self._blocks.read(box)


class CachedLabels:
    """A `LabelField` that remembers the blocks it read last.

    Parameters
    ----------
    labels : LabelField
        Doesn't change meanwhile.
    most_bytes : int
        What is remembered at most of the values, and again of the strokes.
    """

    def __init__(self, labels: LabelField, most_bytes: int = _LABEL_BYTES) -> None:
        self._labels = labels
        self._values: _Blocks[np.uint8] = _Blocks(labels.read, labels.shape, most_bytes)
        self._strokes: _Blocks[np.uint32] = _Blocks(labels.read_strokes, labels.shape, most_bytes)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._labels.shape

    def read(self, box: Box) -> npt.NDArray[np.uint8]:
        """Class values inside `box`, shape (h, w)."""
        return self._values.read(box)

    def read_strokes(self, box: Box) -> npt.NDArray[np.uint32]:
        """The stroke that set each pixel, shape (h, w)."""
        return self._strokes.read(box)

    def painted_boxes(self) -> list[Box]:
        """Boxes that don't overlap and hold every painted pixel."""
        return self._labels.painted_boxes()


class _Blocks(Generic[T]):
    """Reads boxes by way of blocks on a grid; forgets those unused for longest."""

    def __init__(
        self, read: Callable[[Box], npt.NDArray[T]], shape: tuple[int, int], most_bytes: int
    ) -> None:
        self._read, self._shape, self._most = read, shape, most_bytes
        self._kept: OrderedDict[tuple[int, int], npt.NDArray[T]] = OrderedDict()
        self._bytes = 0

    def read(self, box: Box) -> npt.NDArray[T]:
        top, bottom, left, right = box
        rows = range(top // _BLOCK, -(-bottom // _BLOCK))
        columns = range(left // _BLOCK, -(-right // _BLOCK))
        if not (rows and columns):
            return self._read(box)
        whole: npt.NDArray[Any] = np.concatenate(
            [np.concatenate([self._block(row, column) for column in columns], axis=-1) for row in rows],
            axis=-2,
        )
        down, along = top - rows[0] * _BLOCK, left - columns[0] * _BLOCK
        return whole[..., down : down + bottom - top, along : along + right - left]

    def _block(self, row: int, column: int) -> npt.NDArray[T]:
        kept = self._kept.get((row, column))
        if kept is None:
            height, width = self._shape
            kept = self._read(
                (
                    row * _BLOCK,
                    min((row + 1) * _BLOCK, height),
                    column * _BLOCK,
                    min((column + 1) * _BLOCK, width),
                )
            )
            self._kept[row, column] = kept
            self._bytes += kept.nbytes
            while self._bytes > self._most and len(self._kept) > 1:
                _, forgotten = self._kept.popitem(last=False)
                self._bytes -= forgotten.nbytes
        self._kept.move_to_end((row, column))
        return kept

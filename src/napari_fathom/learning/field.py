"""What learning asks of a survey and of its labels: arrays, read box by box."""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from napari_fathom.errors import LabelError
from napari_fathom.events import Box

__all__ = ["ArrayField", "ArrayLabels", "Field", "LabelField", "read_window", "split_box"]


@runtime_checkable
class Field(Protocol):
    """Measured values on a plane, some channels deep."""

    @property
    def channels(self) -> int:
        """Number of channels."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        ...

    def read(self, box: Box) -> npt.NDArray[np.float32]:
        """Values inside `box`, shape (channels, h, w); NaN where nothing was measured."""
        ...


@runtime_checkable
class LabelField(Protocol):
    """Partial labels on the same plane, and who set them."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        ...

    def read(self, box: Box) -> npt.NDArray[np.uint8]:
        """Class values inside `box`, shape (h, w); 0 where nobody has said."""
        ...

    def read_strokes(self, box: Box) -> npt.NDArray[np.uint32]:
        """The stroke that set each pixel, shape (h, w); 0 where none did."""
        ...

    def painted_boxes(self) -> list[Box]:
        """Boxes that don't overlap and hold every painted pixel."""
        ...


@dataclass(frozen=True)
class ArrayField:
    """A `Field` over one array.

    Parameters
    ----------
    data : ndarray, shape (channels, H, W)
        NaN where nothing was measured.
    """

    data: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.data.ndim != 3:
            raise ValueError(f"expected (channels, rows, columns), found shape {self.data.shape}")

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.data.shape[0])

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.data.shape[1], self.data.shape[2]

    def read(self, box: Box) -> npt.NDArray[np.float32]:
        """Values inside `box`, shape (channels, h, w)."""
        top, bottom, left, right = box
        return np.asarray(self.data[:, top:bottom, left:right], dtype=np.float32)


@dataclass(frozen=True)
class ArrayLabels:
    """A `LabelField` over one array.

    Parameters
    ----------
    values : ndarray of uint8, shape (H, W)
        0 where nobody has said.
    strokes : ndarray of uint32, shape (H, W), optional
        The stroke that set each pixel; without it, each connected area of one class counts as one stroke.
    block : int
        Side of the blocks that `painted_boxes` lists.
    """

    values: npt.NDArray[np.uint8]
    strokes: npt.NDArray[np.uint32] = field(default_factory=lambda: np.zeros((0, 0), np.uint32))
    block: int = 256

    def __post_init__(self) -> None:
        if self.values.ndim != 2:
            raise LabelError(f"Labels must be (rows, columns), found shape {self.values.shape}.")
        if self.strokes.size == 0:
            object.__setattr__(self, "strokes", connected_strokes(self.values))
        if self.strokes.shape != self.values.shape:
            raise LabelError(
                f"Strokes have shape {self.strokes.shape}, labels {self.values.shape}; give the same."
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.values.shape[0], self.values.shape[1]

    def read(self, box: Box) -> npt.NDArray[np.uint8]:
        """Class values inside `box`, shape (h, w)."""
        top, bottom, left, right = box
        return np.asarray(self.values[top:bottom, left:right], dtype=np.uint8)

    def read_strokes(self, box: Box) -> npt.NDArray[np.uint32]:
        """The stroke that set each pixel, shape (h, w)."""
        top, bottom, left, right = box
        return np.asarray(self.strokes[top:bottom, left:right], dtype=np.uint32)

    def painted_boxes(self) -> list[Box]:
        """The blocks with at least one painted pixel."""
        height, width = self.shape
        whole = (0, height, 0, width)
        return [box for box in split_box(whole, self.block) if self.read(box).any()]


def connected_strokes(values: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Number the connected areas of each class, from 1.

    Parameters
    ----------
    values : ndarray of uint8, shape (H, W)
        0 where nobody has said.

    Returns
    -------
    ndarray of uint32, shape (H, W)
        0 where nobody has said.
    """
    strokes = np.zeros(values.shape, np.uint32)
    last = 0
    for value in np.unique(values[values > 0]):
        areas, count = ndimage.label(values == value, structure=np.ones((3, 3)))
        strokes[areas > 0] = areas[areas > 0] + last
        last += count
    return strokes


def split_box(box: Box, side: int) -> list[Box]:
    """Cut `box` into blocks of at most `side` cells a side, row by row."""
    top, bottom, left, right = box
    return [
        (row, min(row + side, bottom), column, min(column + side, right))
        for row in range(top, bottom, side)
        for column in range(left, right, side)
    ]


def read_window(field: Field, box: Box) -> npt.NDArray[np.float32]:
    """Read a box that may reach beyond the field; what lies outside is NaN.

    Returns
    -------
    ndarray of float32, shape (channels, h, w)
        Where h and w are the whole box's, inside the field or not.
    """
    (height, width), (top, bottom, left, right) = field.shape, box
    inside = max(top, 0), min(bottom, height), max(left, 0), min(right, width)
    if inside == box:
        return np.asarray(field.read(box), dtype=np.float32)
    window = np.full((field.channels, bottom - top, right - left), np.nan, np.float32)
    if inside[0] < inside[1] and inside[2] < inside[3]:
        window[:, inside[0] - top : inside[1] - top, inside[2] - left : inside[3] - left] = field.read(inside)
    return window

"""What the Sv and composite layers show, read level by level from an echogram."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box
from napari_fathom.viewer.palette import to_rgba

if TYPE_CHECKING:
    from napari_fathom.echogram.model import Echogram

__all__ = ["CompositeSource", "SvSource"]


class SvSource:
    """One frequency of an echogram, a `PyramidSource`.

    Parameters
    ----------
    echogram : Echogram
        The survey.
    frequency : int
        Index into `echogram.frequency_hz`.
    """

    dtype: np.dtype[Any] = np.dtype(np.float32)
    trailing: tuple[int, ...] = ()

    def __init__(self, echogram: "Echogram", frequency: int) -> None:
        self._echogram, self._frequency = echogram, frequency
        self.shapes = _shapes(echogram)

    def read(self, level: int, box: Box) -> NDArray[np.float32]:
        """Sv in dB re 1 m⁻¹, shape (h, w)."""
        top, bottom, left, right = box
        array = self._echogram.arrays[level]
        return np.asarray(array[self._frequency, top:bottom, left:right], np.float32)


class CompositeSource:
    """Three frequencies as red, green and blue, a `PyramidSource`.

    Parameters
    ----------
    echogram : Echogram
        The survey.
    frequencies : (int, int, int)
        Indices into `echogram.frequency_hz`, shown red, green, blue.
    limits_db : (float, float)
        dB shown black and fully bright.
    """

    dtype: np.dtype[Any] = np.dtype(np.uint8)
    trailing: tuple[int, ...] = (4,)

    def __init__(
        self, echogram: "Echogram", frequencies: tuple[int, int, int], limits_db: tuple[float, float]
    ) -> None:
        self.limits_db = limits_db
        self.frequencies = frequencies
        self._echogram = echogram
        self.shapes = _shapes(echogram)

    def read(self, level: int, box: Box) -> NDArray[np.uint8]:
        """Colours, shape (h, w, 4)."""
        top, bottom, left, right = box
        array = self._echogram.arrays[level]
        three = [array[frequency, top:bottom, left:right] for frequency in self.frequencies]
        return to_rgba(np.asarray(three, np.float32), self.limits_db)


def _shapes(echogram: "Echogram") -> tuple[tuple[int, int], ...]:
    return tuple((int(array.shape[1]), int(array.shape[2])) for array in echogram.arrays)

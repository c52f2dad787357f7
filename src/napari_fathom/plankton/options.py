"""How images are to be seen: cropped, scaled to 8 bits, stretched, inverted, and as small squares."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ImageOptions", "border_median", "prepare", "shrink", "vignette"]


class ImageOptions(BaseModel):
    """What is done to every image of a collection after it is decoded; the originals stay as they are.

    Parameters
    ----------
    invert : bool
        Swap black and white, for objects that are dark on a light background.
    crop_bottom_px : int
        Rows cut off at the bottom; 31 takes off the scale bar that ZooScan vignettes of EcoTaxa carry.
    stretch : bool
        Scale each image so that its darkest pixel is 0 and its lightest 255.
    side : int
        Width and height of the vignettes in pixels, 16 to 256.
    full_scale : float, optional
        What counts as white in images of more than 8 bits; default the type's largest value, 1 for floats.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    invert: bool = False
    crop_bottom_px: int = Field(0, ge=0, le=500)
    stretch: bool = False
    side: int = Field(64, ge=16, le=256)
    full_scale: float | None = Field(None, gt=0)


def prepare(pixels: NDArray[Any], options: ImageOptions) -> NDArray[np.uint8]:
    """Apply the options to one decoded image.

    Parameters
    ----------
    pixels : ndarray, shape (h, w)
        Any number type; missing values (NaN) become 0.
    options : ImageOptions

    Returns
    -------
    ndarray, shape (h', w), uint8
        An image that is no higher than what is to be cropped is not cropped.
    """
    crop = options.crop_bottom_px
    kept = pixels[:-crop] if 0 < crop < len(pixels) else pixels
    if options.stretch:
        grey = _stretched(kept)
    elif kept.dtype == np.uint8:
        grey = kept
    else:
        grey = _to_bytes(kept, 0.0, options.full_scale or _largest(kept.dtype))
    return np.ascontiguousarray(255 - grey if options.invert else grey)


def border_median(grey: NDArray[np.uint8]) -> int:
    """Median of the outermost pixels of an image: what its background looks like."""
    border = np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])
    return int(np.median(border))


def vignette(grey: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """An image in a square of `side` pixels: its aspect kept, the rest filled with its border's median.

    Larger images are shrunk; smaller ones are put in the middle as they are, so that small animals stay
    smaller than large ones as far as a square can show it.

    Parameters
    ----------
    grey : ndarray, shape (h, w), uint8
    side : int

    Returns
    -------
    ndarray, shape (side, side), uint8
    """
    height, width = grey.shape
    scale = side / max(height, width)
    if scale < 1:
        from PIL import Image

        size = max(1, round(width * scale)), max(1, round(height * scale))
        shrunk = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX, reducing_gap=3.0))
    else:
        shrunk = grey
    square = np.full((side, side), border_median(grey), np.uint8)
    top, left = (side - shrunk.shape[0]) // 2, (side - shrunk.shape[1]) // 2
    square[top : top + shrunk.shape[0], left : left + shrunk.shape[1]] = shrunk
    return square


def shrink(squares: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Means over the parts of square images.

    Parameters
    ----------
    squares : ndarray, shape (n, s, s), uint8
    side : int
        Parts along each edge, at most s.

    Returns
    -------
    ndarray, shape (n, side, side), uint8
    """
    whole = squares.shape[1]
    starts = np.arange(side) * whole // side
    sizes = np.diff(np.append(starts, whole))
    sums = np.add.reduceat(np.add.reduceat(squares.astype(np.uint32), starts, 1), starts, 2)
    means: NDArray[np.uint8] = np.rint(sums / (sizes[:, None] * sizes)).astype(np.uint8)
    return means


def _stretched(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    finite = pixels[np.isfinite(pixels)] if pixels.dtype.kind == "f" else pixels
    if not finite.size:
        return np.zeros(pixels.shape, np.uint8)
    low, high = float(finite.min()), float(finite.max())
    if low == high:  # one shade has no contrast to stretch
        return np.full(pixels.shape, 128, np.uint8)
    return _to_bytes(pixels, low, high)


def _to_bytes(pixels: NDArray[Any], black: float, white: float) -> NDArray[np.uint8]:
    scaled = (np.nan_to_num(pixels.astype(np.float64), nan=black) - black) * (255.0 / (white - black))
    grey: NDArray[np.uint8] = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return grey


def _largest(dtype: np.dtype[Any]) -> float:
    if dtype.kind in "fb":
        return 1.0
    # Pillow reads some 16-bit pictures into 32 bits
    return 65535.0 if dtype.itemsize >= 4 else float(np.iinfo(dtype).max)

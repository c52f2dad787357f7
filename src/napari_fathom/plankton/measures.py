"""Region measures of an image in pixels of the original: resizing to a vignette throws its size away."""

import numpy as np
from numpy.typing import NDArray

from napari_fathom.plankton.region import (
    SHAPE_NAMES,
    contrast,
    faint_level,
    half_level,
    otsu_level,
    region_shape,
)
from napari_fathom.plankton.texture import BAND_NAMES, PATTERN_NAMES, RING_NAMES, bands, patterns, rings

__all__ = ["ECOTAXA_LIKE", "MEASURE_NAMES", "measure"]

_LEVELS = ("", "core_", "peak_")
_GREY_NAMES = (
    "mean",
    "min",
    "max",
    "std",
    "quarter",
    "median",
    "three_quarters",
    "skewness",
    "kurtosis",
    "total",
)
_IMAGE_NAMES = (
    "image_height",
    "image_width",
    "image_mean_contrast",
    "border_mean_contrast",
    "border_max_contrast",
    "border_noise",
)

MEASURE_NAMES: tuple[str, ...] = (
    *(level + name for level in _LEVELS for name in SHAPE_NAMES),
    *(f"{level}{name}_contrast" for level in _LEVELS[:2] for name in _GREY_NAMES),
    *_IMAGE_NAMES,
    *RING_NAMES,
    *BAND_NAMES,
    *PATTERN_NAMES,
)
"""Names of the columns of `measure`. Plain shapes are of all that the border's noise can't explain, `core_`
of what Otsu's threshold keeps, `peak_` of what stands out half as much as the brightest; contrast is
in grey levels from the border's median."""

ECOTAXA_LIKE: tuple[str, ...] = (
    "area",
    "perimeter",
    "eccentricity",
    "solidity",
    "extent",
    "major_axis",
    "minor_axis",
    "mean_contrast",
    "max_contrast",
    "std_contrast",
    "box_height",
    "box_width",
)
"""The measures that EcoTaxa's users sort with: the rival of the benchmarks."""


def measure(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Measure the object in an image; two to three ms for 100 × 100 pixels.

    Parameters
    ----------
    image : array of uint8, shape (h, w)
        Grey, of any polarity, at its original size, at least 1 × 1.

    Returns
    -------
    array of float32, shape (M,)
        As `MEASURE_NAMES`; always finite. An image of one grey has an area of 0 and no shape.

    Raises
    ------
    ValueError
        If the image isn't a grey one with pixels.
    """
    if image.ndim != 2 or image.size == 0 or image.dtype != np.uint8:
        raise ValueError(f"expected a grey image (h, w) of uint8, found {image.shape} of {image.dtype}")
    difference, noise = contrast(image)
    faint = difference > faint_level(noise)
    core = difference > otsu_level(difference)
    peak = difference > half_level(difference)
    parts = [
        region_shape(faint),
        region_shape(core),
        region_shape(peak),
        _greys(difference[faint]),
        _greys(difference[core]),
        _whole(difference, noise),
        rings(difference, faint),
        bands(difference),
        patterns(difference, faint),
    ]
    return np.concatenate(parts).astype(np.float32)


def _whole(difference: NDArray[np.uint8], noise: float) -> NDArray[np.float64]:
    """Of the image as it was cut out, as `_IMAGE_NAMES`: its size, and whether its border is empty."""
    edges = np.concatenate([difference[0], difference[-1], difference[:, 0], difference[:, -1]])
    return np.array([*difference.shape, difference.mean(), edges.mean(), edges.max(), noise])


def _greys(values: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How contrast is distributed among an object's pixels, as `_GREY_NAMES`."""
    if values.size == 0:
        return np.zeros(len(_GREY_NAMES))
    counts = np.bincount(
        values, minlength=256
    )  # 256 sums are quicker than a sum over all pixels for each figure
    share, levels = counts / values.size, np.arange(256.0)
    mean = share @ levels
    std = np.sqrt(share @ (levels - mean) ** 2)
    standard = (levels - mean) / std if std > 0 else np.zeros(256)
    held = np.flatnonzero(counts)
    return np.array(
        [
            mean,
            held[0],
            held[-1],
            std,
            *np.searchsorted(share.cumsum(), (0.25, 0.5, 0.75)),
            share @ standard**3,
            share @ standard**4,
            mean * values.size,
        ]
    )

"""How an object is built inside: around its centre, from scale to scale, from pixel to pixel.

Nothing here changes when the object is turned or mirrored, but for what the pixels' grid does to it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d, grey_opening, map_coordinates

__all__ = ["BAND_NAMES", "PATTERN_NAMES", "RING_NAMES", "bands", "patterns", "rings"]

_RELATIVE = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)
_PIXELS = (2, 4, 8, 16, 32)
_ORDERS = (1, 2, 3, 4, 6)
_ANGLES = 32
_LEVELS = 5
_OPENING = 3
_REACHES = (1, 2, 4)
_BINOMIAL = np.array([1, 4, 6, 4, 1], np.float32) / 16

RING_NAMES: tuple[str, ...] = (
    *(f"ring_{radius:g}" for radius in _RELATIVE),
    *(f"ring_{radius:g}_order_{order}" for radius in _RELATIVE for order in _ORDERS),
    *(f"ring_{radius}px_{what}" for radius in _PIXELS for what in ("mean", "std")),
)
"""What `rings` tells, in its order."""

BAND_NAMES: tuple[str, ...] = tuple(
    f"{what}_{2**level}px" for level in range(_LEVELS) for what in ("detail_energy", "detail_max", "opened")
)
"""What `bands` tells, in its order."""

PATTERN_NAMES: tuple[str, ...] = tuple(
    f"pattern_{reach}px_{ones}" for reach in _REACHES for ones in range(10)
)
"""What `patterns` tells, in its order."""


def rings(contrast: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Contrast on circles around the object's brightness-weighted centre.

    Parameters
    ----------
    contrast : array of uint8, shape (h, w)
    mask : array of bool, shape (h, w)
        The object; without any pixel of it, the whole image is.

    Returns
    -------
    array of float64, shape (52,)
        As `RING_NAMES`. On circles of 0.25 to 3 times the radius of the disc with the object's area: the
        mean, over the largest of these means; and the 1st, 2nd, 3rd, 4th and 6th Fourier amplitude around the
        circle, over its mean (one-sided, two-sided, star-shaped). On circles of 2 to 32 pixels: mean and
        standard deviation in grey levels. Outside the image there is background.
    """
    down, across = np.nonzero(mask) if mask.any() else np.nonzero(np.ones_like(mask))
    weight = contrast[down, across].astype(np.float64) + 1e-6
    centre = np.array([down @ weight, across @ weight]) / weight.sum()
    radius = max(float(np.sqrt(len(down) / np.pi)), 1.5)
    radii = np.concatenate([np.array(_RELATIVE) * radius, _PIXELS])
    turn = np.arange(_ANGLES) * 2 * np.pi / _ANGLES
    circles = radii[:, None] * np.stack([np.sin(turn), np.cos(turn)])[:, None]
    values = map_coordinates(
        contrast.astype(np.float32), centre[:, None, None] + circles, order=1, mode="constant"
    )
    relative, fixed = np.split(values, [len(_RELATIVE)])
    means = relative.mean(axis=1)
    waves = np.abs(np.fft.rfft(relative, axis=1))[:, _ORDERS] / _ANGLES
    return np.concatenate(
        [
            means / (means.max() + 1e-6),
            (waves / (means[:, None] + 1)).ravel(),
            np.stack([fixed.mean(axis=1), fixed.std(axis=1)], axis=1).ravel(),
        ]
    )


def bands(contrast: NDArray[np.uint8]) -> NDArray[np.float64]:
    """At which scales there is detail, and how thick things are: a Laplacian pyramid with openings.

    Parameters
    ----------
    contrast : array of uint8, shape (h, w)

    Returns
    -------
    array of float64, shape (15,)
        As `BAND_NAMES`, for the image at its own scale and halved up to four times: root of the detail's
        energy over the image's; the largest detail in grey levels; what an opening by 3 × 3 pixels leaves.

    References
    ----------
    Burt & Adelson 1983, IEEE Transactions on Communications 31, 532–540. Serra 1982, Image Analysis and
    Mathematical Morphology (granulometry).
    """
    image = contrast.astype(np.float32)
    energy = float(np.square(image).sum()) + 1
    found: list[float] = []
    for level in range(_LEVELS):
        smooth = correlate1d(correlate1d(image, _BINOMIAL, axis=0, mode="nearest"), _BINOMIAL, mode="nearest")
        detail = image - smooth
        opened = float(grey_opening(image, size=(_OPENING, _OPENING)).sum()) / (float(image.sum()) + 1)
        found += [float(np.sqrt(np.square(detail).sum() * 4**level / energy)), float(detail.max()), opened]
        image = smooth[::2, ::2]
    return np.array(found)


def patterns(contrast: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Local binary patterns: which of its eight neighbours are at least as bright as a pixel of the object.

    Parameters
    ----------
    contrast : array of uint8, shape (h, w)
    mask : array of bool, shape (h, w)
        The object; without any pixel of it, the whole image is.

    Returns
    -------
    array of float64, shape (30,)
        As `PATTERN_NAMES`: for neighbours 1, 2 and 4 pixels away the shares of pixels with 0 to 8 brighter
        neighbours side by side (edges, corners, spots), and last of those where they aren't side by side.

    References
    ----------
    Ojala, Pietikäinen & Mäenpää 2002, IEEE Transactions on Pattern Analysis and Machine Intelligence 24,
    971–987: the rotation-invariant uniform patterns, neighbours at the nearest whole pixel.
    """
    margin = max(_REACHES)
    padded = np.pad(contrast, margin, mode="edge")
    width = padded.shape[1]
    down, across = np.nonzero(mask) if mask.any() else np.nonzero(np.ones_like(mask))
    at = (down + margin) * width + across + margin
    flat = padded.ravel()
    found = []
    for reach in _REACHES:
        code = np.zeros(len(at), np.uint8)
        for bit in range(8):
            turn = bit * np.pi / 4
            step = round(reach * np.sin(turn)) * width + round(reach * np.cos(turn))
            code |= (flat[at + step] >= flat[at]).astype(np.uint8) << bit
        found.append(np.bincount(_UNIFORM[code], minlength=10) / len(at))
    return np.concatenate(found)


def _uniform() -> NDArray[np.intp]:
    """For each of the 256 patterns its ones, if they are side by side around the circle; else 9."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    return np.where(changes <= 2, bits.sum(axis=1), 9)


_UNIFORM = _uniform()

"""What single features of a collection's images speak for: polarity, scale bar, depth, contrast, size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_fathom.plankton.options import border_median

__all__ = ["SCALE_BAR_PX", "Offer", "Sample", "has_scale_bar", "offers_of", "remarks_on"]

SCALE_BAR_PX = 31
"""Height of the strip with scale bar and text below ZooScan vignettes, by EcoTaxa's and UVPec's crop.txt."""

ENOUGH = 0.8
"""Share of them that must agree before something is offered."""


@dataclass(frozen=True)
class Offer:
    """One option that the images speak for.

    Parameters
    ----------
    option : str
        Which of `ImageOptions`.
    value : object
        What it would be set to.
    reason : str
        What was seen, in words.
    recommended : bool
        Part of the suggestion; else a matter of taste.
    """

    option: str
    value: bool | int | float
    reason: str
    recommended: bool


class Sample(NamedTuple):
    """One image that was looked at.

    Attributes
    ----------
    pixels : ndarray, shape (h, w)
        As its file has them.
    grey : ndarray, shape (h, w), uint8
        As the default options show it.
    colour : str
        `grey`, `equal` (three equal channels) or `colour`.
    """

    pixels: NDArray[Any]
    grey: NDArray[np.uint8]
    colour: str


def offers_of(samples: Sequence[Sample]) -> Iterator[Offer]:
    """Every option that these images speak for, at least one of them there."""
    for judge in (_depth, _scale_bar, _polarity, _contrast, _size):
        if (offer := judge(samples)) is not None:
            yield offer


def remarks_on(samples: Sequence[Sample]) -> Iterator[str]:
    """What was seen that needs no option, in sentences."""
    heights, widths = zip(*(sample.pixels.shape for sample in samples), strict=True)
    if len({*zip(heights, widths, strict=True)}) > 1:
        yield (
            f"Sizes differ ({min(widths)} to {max(widths)} wide, {min(heights)} to {max(heights)} high): "
            "vignettes keep the aspect and are filled with the median of the border."
        )
    colours = [sample.colour for sample in samples]
    if "equal" in colours:
        yield f"{colours.count('equal')} of {len(colours)} images are grey, though stored in colour."
    if "colour" in colours:
        yield f"{colours.count('colour')} of {len(colours)} images are in colour: their luminance is read."
    light = _share([_is_light(sample.grey) for sample in samples])
    if 1 - ENOUGH < light < ENOUGH:
        yield f"Backgrounds differ: {light:.0%} of the images are dark on light, the others light on dark."


def has_scale_bar(grey: NDArray[np.uint8]) -> bool:
    """Whether a scale bar lies in the bottom strip of an image.

    Parameters
    ----------
    grey : ndarray, shape (h, w), uint8

    Returns
    -------
    bool
        The lowest thing that stands out from the strip's background is one straight bar, at most 4 pixels
        high and at least 8 wide, with background above it.
    """
    if len(grey) <= SCALE_BAR_PX + 8:
        return False
    strip = grey[-SCALE_BAR_PX:].astype(np.int16)
    marked: NDArray[np.bool_] = np.greater(np.abs(strip - int(np.median(strip))), 100)
    rows = np.flatnonzero(marked.any(axis=1))
    if not len(rows):
        return False
    lowest = int(rows[-1])
    columns = np.flatnonzero(marked[lowest])
    left, right = int(columns[0]), int(columns[-1]) + 1
    if right - left < 8 or len(columns) < right - left:
        return False
    bar = np.asarray(marked[: lowest + 1, left:right].all(axis=1))[::-1]
    thickness = int(np.argmin(bar)) if not bar.all() else len(bar)
    above = lowest - thickness
    return thickness <= 4 and above >= 0 and not marked[above, left:right].any()


def _share(found: Sequence[bool]) -> float:
    return sum(found) / len(found)


def _depth(samples: Sequence[Sample]) -> Offer | None:
    """Images of more than 8 bits, of which the upper ones are empty."""
    deep = [sample.pixels for sample in samples if sample.pixels.dtype != np.uint8]
    if not deep:
        return None
    largest = max(float(np.nanmax(pixels)) for pixels in deep)
    if deep[0].dtype.kind == "f":
        if not largest > 1:
            return None
        return Offer("full_scale", largest, f"numbers with decimals up to {largest:g}, not up to 1", True)
    bits = next(bits for bits in (8, 10, 12, 14, 16, 32) if largest < 2**bits)
    if bits >= 16:
        return None
    reason = f"no pixel of {len(deep)} images is brighter than {largest:.0f}: the camera has {bits} bits"
    return Offer("full_scale", float(2**bits - 1), reason, True)


def _scale_bar(samples: Sequence[Sample]) -> Offer | None:
    found = [has_scale_bar(sample.grey) for sample in samples]
    if _share(found) < ENOUGH:
        return None
    reason = f"{sum(found)} of {len(found)} images have a scale bar in their lowest {SCALE_BAR_PX} rows"
    return Offer("crop_bottom_px", SCALE_BAR_PX, reason, True)


def _is_light(grey: NDArray[np.uint8]) -> bool:
    """Whether the background is nearer to the lightest pixel than to the darkest."""
    background = border_median(grey)
    return background - int(grey.min()) > int(grey.max()) - background


def _polarity(samples: Sequence[Sample]) -> Offer | None:
    light = [_is_light(sample.grey) for sample in samples]
    if _share(light) < ENOUGH:
        return None
    return Offer(
        "invert", True, f"{sum(light)} of {len(light)} images show dark things on light ground", False
    )


def _contrast(samples: Sequence[Sample]) -> Offer | None:
    darkest = float(np.median([sample.grey.min() for sample in samples]))
    lightest = float(np.median([sample.grey.max() for sample in samples]))
    if darkest < 10 or lightest > 245:
        return None
    return Offer(
        "stretch", True, f"images typically use only the shades {darkest:.0f} to {lightest:.0f}", False
    )


def _size(samples: Sequence[Sample]) -> Offer | None:
    longest = float(np.median([max(sample.grey.shape) for sample in samples]))
    if longest <= 96:
        return None
    return Offer("side", 96, f"half of the images are longer than {longest:.0f} pixels", False)

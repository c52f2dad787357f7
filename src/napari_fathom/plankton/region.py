"""Where the object is in its image, and what shape it has: what stands out from the image's border."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label
from scipy.spatial import ConvexHull

__all__ = ["SHAPE_NAMES", "contrast", "faint_level", "half_level", "otsu_level", "region_shape"]

SHAPE_NAMES = (
    "area",
    "perimeter",
    "eccentricity",
    "solidity",
    "extent",
    "major_axis",
    "minor_axis",
    "equivalent_diameter",
    "feret",
    "circularity",
    "box_height",
    "box_width",
    "holes",
    "parts",
    "main_share",
)
"""What `region_shape` tells, in its order: see there."""

_EIGHT = np.ones((3, 3), np.int8)
_FAINTEST = 4
"""Grey levels: what compression and rounding leave of an empty background stays below."""

_MAD = 1.4826
"""Standard deviations of a normal distribution in one median absolute deviation."""


def contrast(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """How far each pixel is from the image's background, which is the median of its border.

    Dark objects on white, bright ones on black and either on mid-grey come out alike.

    Parameters
    ----------
    image : array of uint8, shape (h, w)

    Returns
    -------
    contrast : array of uint8, shape (h, w)
    noise : float
        Standard deviation of the border by its median absolute deviation, which an object that touches it
        doesn't raise.
    """
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]).astype(np.float32)
    background = np.median(border)
    noise = _MAD * float(np.median(np.abs(border - background)))
    return np.abs(image.astype(np.int16) - int(background)).astype(np.uint8), noise


def faint_level(noise: float) -> int:
    """Grey levels above which contrast is more than noise: three standard deviations, at least 4."""
    return int(max(_FAINTEST, 3 * noise))


def half_level(contrast: NDArray[np.uint8]) -> int:
    """Half of the largest contrast: above it lies what is brightest, a nucleus or a glint."""
    return int(contrast.max()) // 2


def otsu_level(contrast: NDArray[np.uint8]) -> int:
    """The grey level that parts the image into two most unlike parts; 0 for an image of one grey.

    References
    ----------
    Otsu 1979, IEEE Transactions on Systems, Man, and Cybernetics 9, 62–66, Eq. 18.
    """
    counts = np.bincount(contrast.ravel(), minlength=256).astype(np.float64)
    below, sums = counts.cumsum(), (counts * np.arange(256)).cumsum()
    weight = below * (below[-1] - below)
    between = (sums[-1] * below / below[-1] - sums) ** 2 / np.where(weight > 0, weight, np.inf)
    return int(between.argmax())


def region_shape(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Shape of the largest connected part of a mask; neighbours at corners are connected.

    Parameters
    ----------
    mask : array of bool, shape (h, w)

    Returns
    -------
    array of float64, shape (15,)
        As `SHAPE_NAMES`, in pixels: area; perimeter (of the outline halfway between pixels, which cuts
        corners); eccentricity, major and minor axis of the ellipse with the same second moments; solidity
        (area over that of the convex hull of the pixels' corners); extent (area over that of the box);
        diameter of the circle of this area; longest distance between two corners (feret); circularity
        4πA/P²; height and width of the box; holes. Of the whole mask: its parts, and the share of its pixels
        in the largest. All 0 for an empty mask.

    References
    ----------
    Gray 1971, IEEE Transactions on Computers C-20, 551–561: outline and holes from patterns of 2 × 2 pixels.
    """
    parts, count = label(mask, _EIGHT)
    if count == 0:
        return np.zeros(len(SHAPE_NAMES))
    sizes = np.bincount(parts.ravel())[1:]
    largest = int(sizes.argmax())
    box = find_objects(parts, largest + 1)[largest]
    region = np.pad(parts[box] == largest + 1, 1)
    height, width = region.shape[0] - 2, region.shape[1] - 2
    area = float(sizes[largest])
    around, holes = _outline(region)
    major, minor = _axes(region)
    hull, feret = _hull(region)
    return np.array(
        [
            area,
            around,
            np.sqrt(1 - (minor / major) ** 2),
            area / hull,
            area / (height * width),
            major,
            minor,
            np.sqrt(4 * area / np.pi),
            feret,
            4 * np.pi * area / max(around, 1.0) ** 2,
            height,
            width,
            holes,
            count,
            area / sizes.sum(),
        ]
    )


def _axes(region: NDArray[np.bool_]) -> tuple[float, float]:
    """Major and minor axis of the ellipse whose second moments are the region's, pixels taken as squares."""
    rows, columns = np.nonzero(region)
    down, across = rows - rows.mean(), columns - columns.mean()
    a, b, c = (down**2).mean() + 1 / 12, (across**2).mean() + 1 / 12, (down * across).mean()
    middle, spread = (a + b) / 2, float(np.hypot((a - b) / 2, c))
    return 4 * float(np.sqrt(middle + spread)), 4 * float(np.sqrt(max(middle - spread, 1e-9)))


def _outline(region: NDArray[np.bool_]) -> tuple[float, int]:
    """Length of the outline of one connected region with a margin, and the holes in it, by 2 × 2 patterns."""
    bits = region.astype(np.uint8)
    patterns = bits[:-1, :-1] + 2 * bits[:-1, 1:] + 4 * bits[1:, :-1] + 8 * bits[1:, 1:]
    counts = np.bincount(patterns.ravel(), minlength=16)
    one, three = counts[[1, 2, 4, 8]].sum(), counts[[7, 11, 13, 14]].sum()
    diagonal, side = counts[[6, 9]].sum(), counts[[3, 5, 10, 12]].sum()
    length = side + (one + three + 2 * diagonal) / np.sqrt(2)
    return float(length), 1 - int(one - three - 2 * diagonal) // 4


def _hull(region: NDArray[np.bool_]) -> tuple[float, float]:
    """Area of the convex hull of the pixels' corners, and the longest distance between two of them."""
    rows = np.flatnonzero(region.any(axis=1))
    first = region[rows].argmax(axis=1)
    last = region.shape[1] - region[rows, ::-1].argmax(axis=1)
    corners = np.concatenate([_points(rows + down, edge) for down in (0, 1) for edge in (first, last)])
    hull = ConvexHull(corners)
    points = corners[hull.vertices]
    return float(hull.volume), float(np.hypot(*(points[:, None] - points[None]).T).max())


def _points(rows: NDArray[Any], columns: NDArray[Any]) -> NDArray[np.float64]:
    return np.stack([rows, columns], axis=1).astype(np.float64)

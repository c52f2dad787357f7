"""Colours and decibels as an echosounder shows them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from napari.utils.colormaps import Colormap

__all__ = ["DEFAULT_LIMITS_DB", "LIMITS_RANGE_DB", "PALETTE", "echosounder_colormap", "to_rgba"]

DEFAULT_LIMITS_DB = (-70.0, -34.0)
"""Twelve colours of 3 dB each, the custom of scientific sounders since the EK500."""

LIMITS_RANGE_DB = (-120.0, 0.0)
"""What the threshold control offers."""

PALETTE = (
    "#a6a6ac", "#63636b",  # two greys: the faintest echoes
    "#5aa5ff", "#1440d2",  # blues
    "#3fc16a", "#0c7a35",  # greens
    "#fff04a", "#ff9a1f",  # yellow, orange
    "#ff6fb4", "#e3122b",  # pink, red
    "#97101d", "#5c2310",  # dark red, brown: seabed and dense schools
)  # fmt: skip
"""Our own twelve steps in the order acousticians know: grey, blue, green, yellow, red, brown."""


def echosounder_colormap() -> "Colormap":
    """Twelve flat steps; what is below the threshold or missing is transparent."""
    from napari.utils.colormaps import Colormap

    clear = np.zeros(4)
    return Colormap(
        colors=[_rgba(colour) for colour in PALETTE],
        controls=np.linspace(0, 1, len(PALETTE) + 1),
        interpolation="zero",
        name="echosounder",
        nan_color=clear,
        low_color=clear,
    )


def to_rgba(sv_db: NDArray[np.float32], limits_db: tuple[float, float]) -> NDArray[np.uint8]:
    """Three frequencies as red, green and blue.

    Parameters
    ----------
    sv_db : ndarray, shape (3, R, P)
        dB re 1 m⁻¹, NaN = missing. The first is shown red, the last blue.
    limits_db : (float, float)
        dB shown black and fully bright.

    Returns
    -------
    ndarray of uint8, shape (R, P, 4)
        Transparent where nothing was measured or every frequency is below the threshold.
    """
    low, high = limits_db
    bright = np.clip((np.moveaxis(sv_db, 0, -1) - low) * np.float32(255 / (high - low)), 0, 255)
    colour = np.empty((*sv_db.shape[1:], 4), np.uint8)
    colour[..., :3] = np.nan_to_num(bright, nan=0.0)
    colour[..., 3] = np.where(colour[..., :3].any(axis=-1), 255, 0)
    return colour


def _rgba(colour: str) -> tuple[float, float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return (red, green, blue, 1.0)

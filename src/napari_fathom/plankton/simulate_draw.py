"""One individual of a form as a camera sees it."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from napari_fathom.plankton.simulate_forms import Form

__all__ = ["draw"]

_MARGIN = 5  # pixels of background around the object, as vignettes have
_LINE = 0.8  # half width of antennae and tails in pixels
_BLUR = 0.7  # of the optics, in pixels
_CONTRAST = 170.0  # grey levels between the background and a body that lets no light through
_FARTHEST = 2.5  # spreads by which an uneven outline leaves the even one
_CURVE = np.linspace(0, 1, 10)

Plane = NDArray[np.float64]


def draw(form: Form, rng: np.random.Generator, noise: float, bright: bool) -> NDArray[np.uint8]:
    """Draw a form, turned at random, with the camera's noise, cut out with a margin.

    Parameters
    ----------
    form : Form
    rng : Generator
        For direction, unevenness and noise.
    noise : float
        Spread in grey levels.
    bright : bool
        A dark body before a bright background, else the reverse.

    Returns
    -------
    ndarray of uint8, shape (h, w)
    """
    half = form.length / 2
    reach = (
        int(np.ceil(half * (1.05 + max(form.antenna, form.tail, _FARTHEST * form.rough, form.bend))))
        + _MARGIN
    )
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / half
    angle = rng.uniform(0, 2 * np.pi)
    along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    light = np.maximum(_body(form, along, across, rng), _limbs(form, along, across))
    light = ndimage.gaussian_filter(light, _BLUR)
    light = light[_around(light > 0.04)]
    sign, empty = (-1, 215) if bright else (1, 12)
    grey = empty + sign * _CONTRAST * light + rng.normal(0, noise, light.shape)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def _body(form: Form, along: Plane, across: Plane, rng: np.random.Generator) -> Plane:
    half = form.length / 2
    inner = np.clip(along, -1, 1)
    spine = form.bend * (1 / 3 - inner**2)
    waists = 1 - form.waist * (0.5 + 0.5 * np.cos(np.pi * form.cells * (inner + 1)))
    ends = (1 - inner**2) ** (0.5 * form.blunt + 1e-3)
    width = form.width * ends * (1 + form.taper * inner) * waists
    beyond = np.maximum(np.abs(along) - 1, 0)
    outside = np.hypot(np.maximum(np.abs(across - spine) - width, 0), beyond) - np.maximum(
        width - np.abs(across - spine), 0
    ) * (beyond == 0)
    if form.rough:
        outside += form.rough * np.clip(_clouds(rng, along.shape, half * 0.35), -_FARTHEST, _FARTHEST)
    depth = -outside * half  # in pixels below the outline
    cover = 1 / (1 + np.exp(-np.clip(depth / 0.6, -40, 40)))
    thick = form.width * half
    shell = 1 - form.hollow / (1 + np.exp(-np.clip((depth - 0.22 * thick) / (0.05 * thick + 0.4), -40, 40)))
    mottle = 1 + form.mottle * _clouds(rng, along.shape, max(1.5, half * 0.12))
    return np.asarray(cover * shell * np.clip(form.opacity * mottle, 0, 1))


def _limbs(form: Form, along: Plane, across: Plane) -> Plane:
    """Two antennae that sweep back from the front, and a forked tail: each half mirrors the other."""
    half = form.length / 2
    light = np.zeros_like(along)
    for length, start, course, spread in (
        (form.antenna, 0.8, -0.45 * _CURVE**2, _CURVE**0.8),
        (form.tail, -0.95, -_CURVE, 0.45 * _CURVE),
    ):
        if length * half < 1:
            continue
        distance = _distance(along, np.abs(across), start + length * course, length * spread)
        strength = form.opacity * min(1.0, length * half / 12)  # short ones fade before they vanish
        line = strength / (1 + np.exp(np.clip((distance * half - _LINE) / 0.4, -40, 40)))
        light = np.maximum(light, line)
    return light


def _distance(along: Plane, across: Plane, line_along: Plane, line_across: Plane) -> Plane:
    """Distance of every point to a line of straight pieces."""
    nearest = np.full(along.shape, np.inf)
    for i in range(len(line_along) - 1):
        step = np.array([line_along[i + 1] - line_along[i], line_across[i + 1] - line_across[i]])
        a, b = along - line_along[i], across - line_across[i]
        part = np.clip((a * step[0] + b * step[1]) / (step @ step), 0, 1)
        nearest = np.minimum(nearest, np.hypot(a - part * step[0], b - part * step[1]))
    return nearest


def _clouds(rng: np.random.Generator, shape: tuple[int, int], size: float) -> Plane:
    """Smooth noise of spread 1 whose lumps are about `size` pixels."""
    step = max(1, int(size / 2))  # smooth noise needs no finer grid
    coarse = [-(-side // step) + 1 for side in shape]
    clouds = ndimage.gaussian_filter(rng.normal(0, 1, coarse), size / step, mode="wrap")
    clouds /= max(clouds.std(), 1e-9)
    if step == 1:
        return np.asarray(clouds[: shape[0], : shape[1]])
    places = np.meshgrid(*(np.arange(side) / step for side in shape), indexing="ij")
    return np.asarray(ndimage.map_coordinates(clouds, places, order=1, mode="nearest"))


def _around(there: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Cut out what is there, with a margin; all where nothing is."""
    if not there.any():
        return slice(None), slice(None)
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    return (
        slice(max(rows[0] - _MARGIN, 0), rows[-1] + _MARGIN + 1),
        slice(max(columns[0] - _MARGIN, 0), columns[-1] + _MARGIN + 1),
    )

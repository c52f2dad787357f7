"""CRIMAC's labels and seabed laid on a survey's grid."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.coordinates import Depths, Grid, check_grid
from napari_fathom.echogram.crimac import CATEGORIES, IGNORED, NAMES_ATTRIBUTE
from napari_fathom.echogram.incoming import IncomingLabels, left_out
from napari_fathom.echogram.matching import match_pings, match_ranges
from napari_fathom.echogram.regions import match_names
from napari_fathom.errors import FormatError
from napari_fathom.events import Box

__all__ = ["read_crimac_bottom", "read_crimac_labels"]

_SLAB_PINGS = 4096


def read_crimac_labels(
    path: Path, grid: Grid, class_values: Mapping[str, int], *, names: Mapping[int, str] | None = None
) -> IncomingLabels:
    """Lay a `_labels.zarr` on the survey.

    Pings are matched to the nearest in time, ranges to the nearest cell, since files round them differently.
    Where categories overlap the later one wins, as in CRIMAC's own tools; −1 (excluded) wins over all. Cells
    of no category, of −1 and of categories without a class stay unlabelled: that an expert left a cell out
    does not say that it is background.

    Parameters
    ----------
    path : Path
    grid : Grid
    class_values : mapping of str to int
        The survey's classes; a category without a name goes by its number.
    names : mapping of int to str, optional
        Category → class name. If not given: what the file itself says, then 27 sandeel, 1 other fish, 0
        background.

    Raises
    ------
    FormatError
        No `annotation` with a category axis, probabilities instead of labels, or no ping in common with the
        survey.
    """
    data = _open(path, "annotation", ("category", "ping_time", "range"))
    if data["annotation"].dtype == np.float16:
        raise FormatError(
            path,
            "its annotation is float16: predicted probabilities, not labels",
            "Choose a _labels.zarr; a prediction of your own comes in by Accept.",
        )
    known = {code: name for name, code in CATEGORIES.items()}
    known |= {int(code): str(name) for code, name in data.attrs.get(NAMES_ATTRIBUTE, {}).items()}
    known |= names or {}
    codes = [_code(path, code) for code in data["category"].values]
    called = [known.get(code, str(code)) for code in codes]
    matched, _ = match_names(called, class_values)
    values = [matched.get(name, 0) for name in called]
    unknown = tuple(
        str(code) for code, value in zip(codes, values, strict=True) if not value and code != IGNORED
    )
    # CRIMAC's order, but what is excluded comes last
    layers = sorted(zip(codes, values, range(len(codes)), strict=True), key=lambda layer: layer[0] == IGNORED)
    shape = check_grid(grid)
    pings, rows, missed = _match(path, data, grid)

    def read(box: Box) -> NDArray[np.uint8]:
        top, bottom, left, right = box
        labels = np.zeros((bottom - top, right - left), np.uint8)
        for _, value, index in layers:
            annotation = _pick(data["annotation"][index], pings[left:right], rows[top:bottom])
            labels[annotation.T > 0] = value
        return labels

    found = tuple(dict.fromkeys(name for name, code in zip(called, codes, strict=True) if code != IGNORED))
    return IncomingLabels(
        f"CRIMAC {Path(path).name}", shape, read, left_out("category", unknown) + missed, found
    )


def read_crimac_bottom(path: Path, grid: Grid) -> Depths:
    """Read a `_bottom.zarr`: the first range below the seabed at each ping, NaN where it has none, shape
    (P,).

    Raises
    ------
    FormatError
        No `bottom_range`, or no ping in common with the survey.
    """
    data = _open(path, "bottom_range", ("ping_time", "range"))
    check_grid(grid)
    pings, _, _ = _match(path, data, grid)
    ranges = data["range"].values.astype(np.float64)
    seabed = np.full(len(pings), np.nan)
    for left in range(0, len(pings), _SLAB_PINGS):
        chosen = pings[left : left + _SLAB_PINGS]
        below = _pick(data["bottom_range"], chosen, np.arange(len(ranges))) > 0
        seabed[left : left + len(chosen)] = np.where(below.any(axis=1), ranges[below.argmax(axis=1)], np.nan)
    return seabed


def _open(path: Path, variable: str, axes: tuple[str, ...]) -> Any:
    import xarray as xr

    try:
        data = xr.open_zarr(path, chunks=None)
    except (OSError, ValueError, KeyError) as error:
        raise FormatError(
            path, f"it can't be opened as zarr ({error})", "Copy it whole from where it was made."
        ) from error
    found = tuple(str(axis) for axis in data[variable].dims) if variable in data else ()
    if set(found) != set(axes):
        has = (
            f"{variable} over {', '.join(found)}"
            if found
            else f"no {variable}, only {', '.join(map(str, data))}"
        )
        raise FormatError(path, has, f"It should hold {variable} over {', '.join(axes)}.")
    return data.assign({variable: data[variable].transpose(*axes)})


def _code(path: Path, category: Any) -> int:
    """Categories are numbers, but some writers store them as floats or text."""
    try:
        return int(float(category))
    except ValueError as error:
        raise FormatError(path, f"category {category!r}", "Categories are numbers, such as 27.") from error


def _match(path: Path, data: Any, grid: Grid) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[str, ...]]:
    pings = match_pings(data["ping_time"].values, grid.ping_time)
    rows = match_ranges(data["range"].values.astype(np.float64), grid.range_m)
    missed = int((pings < 0).sum())
    if missed == len(pings):
        found = data["ping_time"].values
        span = f"pings from {found.min()} to {found.max()}" if len(found) else "no pings"
        raise FormatError(
            path,
            span,
            f"The survey goes from {grid.ping_time[0]} to {grid.ping_time[-1]}; choose its own labels.",
        )
    notes = (f"{missed} of {len(pings)} pings are not in the file and stay unlabelled.",) if missed else ()
    return pings, rows, notes


def _pick(variable: Any, pings: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Read chosen pings and ranges of a (ping_time, range) variable; 0 where an index is −1 or a value NaN.

    Returns
    -------
    ndarray of float32, shape (len(pings), len(rows))
    """
    picked = np.zeros((len(pings), len(rows)), np.float32)
    has_ping, has_row = pings >= 0, rows >= 0
    if not has_ping.any() or not has_row.any():
        return picked
    first, last = int(pings[has_ping].min()), int(pings[has_ping].max()) + 1
    block = np.nan_to_num(variable.isel(ping_time=slice(first, last)).values)
    picked[np.ix_(has_ping, has_row)] = block[np.ix_(pings[has_ping] - first, rows[has_row])]
    return picked

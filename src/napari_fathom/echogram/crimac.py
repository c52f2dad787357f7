"""Predictions and labels as the CRIMAC project's tools read them: zarr v2, time first, species codes."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.components import ReadLabels, stream_components
from napari_fathom.echogram.coordinates import Grid, check_grid
from napari_fathom.errors import LabelError
from napari_fathom.events import Box, Done, Event, Progress
from napari_fathom.files import replace_folder
from napari_fathom.names import folded

__all__ = [
    "BACKGROUND",
    "CATEGORIES",
    "IGNORED",
    "NAMES_ATTRIBUTE",
    "ReadProbabilities",
    "crimac_categories",
    "write_crimac_labels",
    "write_crimac_predictions",
]

IGNORED, BACKGROUND = -1, 0
CATEGORIES: Mapping[str, int] = {"background": BACKGROUND, "other fish": 1, "sandeel": 27}
"""CRIMAC's acoustic categories by our default class names."""

_FIRST_OWN_CATEGORY = 10_000  # above all species codes in use
_CHUNK_CELLS = 2**22
_COMPRESSION = {"id": "blosc", "cname": "zstd", "clevel": 3, "shuffle": 2, "blocksize": 0}  # 2: by bits
NAMES_ATTRIBUTE = "class_names"
"""Where a store says what its categories are called."""


ReadProbabilities = Callable[[Box], NDArray[np.floating]]
"""Returns the class probabilities of a box, shape (C, bottom - top, right - left), classes in the order of
names."""


def crimac_categories(class_names: Mapping[int, str]) -> dict[int, int]:
    """Give every class its acoustic category.

    Returns
    -------
    dict of int to int
        Class value → category: CRIMAC's own code for the names in `CATEGORIES`, 10000 + value for others.
    """
    return {
        value: CATEGORIES.get(folded(name), _FIRST_OWN_CATEGORY + value)
        for value, name in class_names.items()
    }


def write_crimac_predictions(
    path: Path,
    grid: Grid,
    read: ReadProbabilities,
    class_names: Mapping[int, str],
    *,
    categories: Mapping[int, int] | None = None,
    description: str = "Class probabilities by napari-fathom",
) -> Iterator[Event[Path]]:
    """Write softmax values as `annotation` (category, ping_time, range), float16, chunk by chunk.

    The background has no category there: it is what the others leave of 1.

    Parameters
    ----------
    path : Path
        The zarr folder, by custom `SURVEY_pred.zarr`; replaced whole when all is written.
    grid : Grid
        The survey's coordinates.
    read : callable
        Box → probabilities of all classes of `class_names`, in its order.
    class_names : mapping of int to str
        Class value → name.
    categories : mapping of int to int, optional
        Class value → acoustic category; `crimac_categories` if not given.
    description : str
        Where the predictions come from, for the file's attributes.

    Yields
    ------
    Progress per chunk, at last Done(path).

    Raises
    ------
    LabelError
        If there is nothing but background, or two classes share a category.
    """
    codes = _checked(categories or crimac_categories(class_names), class_names)
    kept = [(row, value) for row, value in enumerate(class_names) if codes[value] != BACKGROUND]
    if not kept:
        raise LabelError(
            "There is no class but background; CRIMAC predictions hold the others. Name a class first."
        )
    ranges, pings = check_grid(grid)
    with replace_folder(Path(path)) as folder:
        group, chunk = _group(folder, grid, [codes[value] for _, value in kept], description)
        _set_names(group, {codes[value]: class_names[value] for _, value in kept})
        annotation = _array(
            group, "annotation", (len(kept), pings, ranges), (1, chunk, ranges), "float16", np.nan
        )
        for left in range(0, pings, chunk):
            right = min(left + chunk, pings)
            block = read((0, ranges, left, right))
            for index, (row, _) in enumerate(kept):
                annotation[index, left:right] = block[row].T.astype(np.float16)
            yield Progress("predictions", right, pings)
        _consolidate(folder)
    yield Done(Path(path))


def write_crimac_labels(
    path: Path,
    grid: Grid,
    read: ReadLabels,
    class_names: Mapping[int, str],
    *,
    categories: Mapping[int, int] | None = None,
) -> Iterator[Event[Path]]:
    """Write labels as `annotation` (category, ping_time, range), float32 proportions, and numbered `object`s.

    Cells that nobody has labelled are in category −1, which CRIMAC's tools keep out of training and scores;
    background is category 0, which they read as no fish. Every patch of another class is one object.

    Parameters and events are as in `write_crimac_predictions`; `read` returns uint8 labels of a box.
    """
    codes = _checked(categories or crimac_categories(class_names), class_names)
    ranges, pings = check_grid(grid)
    order = [IGNORED, *codes.values()]
    with replace_folder(Path(path)) as folder:
        group, chunk = _group(folder, grid, order, "Labels by napari-fathom; category -1 is unlabelled")
        _set_names(group, {code: class_names[value] for value, code in codes.items()})
        annotation = _array(
            group, "annotation", (len(order), pings, ranges), (1, chunk, ranges), "float32", np.nan
        )
        objects = _array(group, "object", (pings, ranges), (chunk, ranges), "int32", None)
        for left in range(0, pings, chunk):
            right = min(left + chunk, pings)
            block = read((0, ranges, left, right)).T
            objects[left:right] = 0
            annotation[0, left:right] = np.isin(block, list(codes), invert=True).astype(np.float32)
            for index, value in enumerate(codes, start=1):
                annotation[index, left:right] = (block == value).astype(np.float32)
            yield Progress("labels", right, pings)
        fish = [value for value, code in codes.items() if code != BACKGROUND]
        yield from _number_objects(objects, read, (ranges, pings), fish)
        _consolidate(folder)
    yield Done(Path(path))


def _number_objects(
    objects: Any, read: ReadLabels, shape: tuple[int, int], values: list[int]
) -> Iterator[Event[Path]]:
    """Number patches in the order they are found; a slab's patches are written in one go."""
    number = 0
    for slab in stream_components(read, shape, values):
        if slab.components:
            left = min(part.box[2] for part in slab.components)
            right = max(part.box[3] for part in slab.components)
            numbers = objects[left:right]
            for part in slab.components:
                number += 1
                top, bottom, first, last = part.box
                numbers[first - left : last - left, top:bottom][part.mask.T] = number
            objects[left:right] = numbers
        yield Progress("objects", slab.pings_done, shape[1])


def _checked(codes: Mapping[int, int], class_names: Mapping[int, str]) -> dict[int, int]:
    missing = [name for value, name in class_names.items() if value not in codes]
    if missing:
        raise LabelError(f"No acoustic category for {', '.join(missing)}; give one for every class.")
    chosen = {value: codes[value] for value in class_names}
    if len(set(chosen.values())) < len(chosen) or IGNORED in chosen.values():
        raise LabelError(
            f"Acoustic categories {list(chosen.values())}: each class needs its own, and -1 is taken."
        )
    return chosen


def _group(folder: Path, grid: Grid, categories: list[int], description: str) -> tuple[Any, int]:
    """Start a store with its coordinates; return it and the number of pings in a chunk."""
    import zarr

    group = zarr.create_group(folder, zarr_format=2, attributes={"description": description})
    time = grid.ping_time.astype("datetime64[ns]").view(np.int64)
    clock = {"units": "nanoseconds since 1970-01-01", "calendar": "proleptic_gregorian"}
    _coordinate(group, "category", np.array(categories, np.int64), {})
    _coordinate(group, "ping_time", time, clock)
    _coordinate(group, "range", np.asarray(grid.range_m, np.float64), {"units": "m"})
    return group, max(1, min(len(time), _CHUNK_CELLS // len(grid.range_m)))


def _coordinate(group: Any, name: str, values: NDArray[Any], attributes: dict[str, str]) -> None:
    # without a fill value, since xarray takes what equals it for missing
    group.create_array(
        name, data=values, fill_value=None, attributes={"_ARRAY_DIMENSIONS": [name], **attributes}
    )


def _array(
    group: Any, name: str, shape: tuple[int, ...], chunks: tuple[int, ...], dtype: str, fill: float | None
) -> Any:
    dimensions = ["category", "ping_time", "range"][-len(shape) :]
    return group.create_array(
        name,
        shape=shape,
        chunks=chunks,
        dtype=dtype,
        fill_value=fill,
        config={"write_empty_chunks": True},
        compressors=dict(_COMPRESSION),
        attributes={"_ARRAY_DIMENSIONS": dimensions},
    )


def _set_names(group: Any, names: Mapping[int, str]) -> None:
    group.attrs[NAMES_ATTRIBUTE] = {str(code): name for code, name in names.items()}


def _consolidate(folder: Path) -> None:
    import zarr

    zarr.consolidate_metadata(folder, zarr_format=2)

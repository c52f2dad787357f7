"""Labels and anything beside them as npz: arrays with their class names and coordinates, for numpy alone."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.components import ReadLabels
from napari_fathom.echogram.coordinates import Grid, check_grid
from napari_fathom.echogram.incoming import IncomingLabels, value_table
from napari_fathom.echogram.matching import match_pings, match_ranges
from napari_fathom.errors import FormatError
from napari_fathom.events import Box, Done, Event, Progress
from napari_fathom.files import replace_file
from napari_fathom.npz import npz_headers, read_npz

__all__ = ["Streamed", "read_label_npz", "write_label_npz"]

_SLAB_CELLS = 2**24


@dataclass(frozen=True)
class Streamed:
    """An array over the survey that is fetched box by box.

    Parameters
    ----------
    read : callable
        Box → array, shape (*leading, bottom - top, right - left).
    dtype : numpy dtype
        As it shall be stored.
    leading : tuple of int
        Axes before (range, ping), such as the number of classes.
    """

    read: Callable[[Box], NDArray[Any]]
    dtype: np.dtype[Any]
    leading: tuple[int, ...] = ()


def write_label_npz(
    path: Path,
    grid: Grid,
    read: ReadLabels,
    class_names: Mapping[int, str],
    *,
    beside: Mapping[str, Streamed] | None = None,
) -> Iterator[Event[Path]]:
    """Write `labels` (range, ping) uint8 with what it takes to read them: no pickle, `numpy.load` opens it.

    The other arrays are `class_values`, `class_names`, `range_m`, `ping_time`, `transducer_depth_m`, and
    those of `beside` (probabilities, cluster, ambiguity). A prediction's numbers go through memory a few rows
    at a time.

    Parameters
    ----------
    path : Path
        Replaced whole when all is written.
    grid : Grid
    read : callable
        Box → uint8 labels.
    class_names : mapping of int to str
        Class value → name.
    beside : mapping of str to Streamed, optional
        More arrays over the survey.

    Yields
    ------
    Progress per slab, at last Done(path).
    """
    shape = check_grid(grid)
    small = {
        "class_values": np.array(list(class_names), np.uint8),
        "class_names": np.array(list(class_names.values()), np.str_),
        "range_m": np.asarray(grid.range_m, np.float64),
        "ping_time": grid.ping_time.astype("datetime64[ns]"),
        "transducer_depth_m": np.asarray(grid.transducer_depth_m, np.float64),
    }
    large = {"labels": Streamed(read, np.dtype(np.uint8)), **(beside or {})}
    with (
        replace_file(Path(path)) as target,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive,
    ):
        for name, values in small.items():
            with archive.open(f"{name}.npy", "w") as stream:
                np.lib.format.write_array(stream, values, allow_pickle=False)
        for name, source in large.items():
            yield from _stream(archive, name, source, shape)
    yield Done(Path(path))


def _stream(
    archive: zipfile.ZipFile, name: str, source: Streamed, shape: tuple[int, int]
) -> Iterator[Event[Path]]:
    ranges, pings = shape
    header = {
        "shape": (*source.leading, ranges, pings),
        "fortran_order": False,
        "descr": np.lib.format.dtype_to_descr(source.dtype),
    }
    layers = int(np.prod(source.leading, dtype=np.int64))
    rows = max(1, _SLAB_CELLS // pings)
    with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for layer in range(layers):
            for top in range(0, ranges, rows):
                bottom = min(top + rows, ranges)
                block = source.read((top, bottom, 0, pings)).reshape(layers, bottom - top, pings)[layer]
                stream.write(np.ascontiguousarray(block, source.dtype).tobytes())
                yield Progress(name, layer * ranges + bottom, layers * ranges)


def read_label_npz(path: Path, grid: Grid, class_values: Mapping[str, int]) -> IncomingLabels:
    """Take `labels` of an npz file; where it has coordinates they need not be the survey's own.

    Pings are matched to the nearest in time and cells to the nearest in range; what has no match stays
    unlabelled.

    Raises
    ------
    FormatError
        Not an npz file, no `labels`, axes that do not fit, or no ping in common with the survey.
    """
    path = Path(path)
    arrays = _load(path)
    labels = arrays["labels"]
    names = _names(path, arrays)
    table, notes = value_table(names, class_values)
    shape = check_grid(grid)
    pings, rows = _places(path, arrays, grid)

    def read(box: Box) -> NDArray[np.uint8]:
        top, bottom, left, right = box
        ping, row = pings[left:right], rows[top:bottom]
        block: NDArray[np.uint8] = table[labels[np.ix_(row, ping)]]
        block[row < 0] = 0
        block[:, ping < 0] = 0
        return block

    return IncomingLabels(f"npz {path.name}", shape, read, notes, tuple(dict.fromkeys(names.values())))


def _load(path: Path) -> dict[str, NDArray[Any]]:
    """Load what we need, and nothing that would have to be unpickled."""
    wanted = ("labels", "class_values", "class_names", "range_m", "ping_time")
    try:
        arrays = read_npz(path, wanted)
        found = ", ".join(sorted(npz_headers(path)))
    except ValueError as error:
        raise FormatError(path, f"it is no npz file ({error})", "Save labels with numpy.savez.") from error
    if "labels" not in arrays:
        raise FormatError(
            path, f"no array 'labels', only {found}", "Save labels as 'labels', ranges × pings."
        )
    labels = arrays["labels"]
    if (
        labels.ndim != 2
        or not np.issubdtype(labels.dtype, np.integer)
        or (labels.size and not 0 <= labels.min() <= labels.max() <= 255)
    ):
        raise FormatError(
            path,
            f"labels are {labels.dtype} of {' × '.join(map(str, labels.shape))}",
            "They should be whole numbers from 0 to 255, ranges × pings.",
        )
    return arrays


def _names(path: Path, arrays: dict[str, NDArray[Any]]) -> dict[int, str]:
    """What the file calls its values; names without values are those of 1, 2, 3…"""
    names = arrays.get("class_names", np.array([], np.str_)).ravel().tolist()
    values = arrays.get("class_values", np.arange(1, len(names) + 1)).ravel().tolist()
    if len(names) != len(values):
        raise FormatError(
            path,
            f"{len(values)} class_values for {len(names)} class_names",
            "Each value should have a name; save both anew, or neither.",
        )
    return {int(value): str(name) for value, name in zip(values, names, strict=True)}


def _places(
    path: Path, arrays: dict[str, NDArray[Any]], grid: Grid
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Index of each survey ping and range in the file, −1 where it has none."""
    labels = arrays["labels"]
    shape = check_grid(grid)
    if not {"range_m", "ping_time"} <= arrays.keys():
        if labels.shape != shape:
            raise FormatError(
                path,
                f"labels of {labels.shape[0]} × {labels.shape[1]} without range_m and ping_time",
                f"The survey has {shape[0]} ranges × {shape[1]} pings; add those arrays to the file.",
            )
        return np.arange(shape[1]), np.arange(shape[0])
    if labels.shape != (len(arrays["range_m"]), len(arrays["ping_time"])):
        raise FormatError(
            path,
            f"labels of {labels.shape[0]} × {labels.shape[1]}, {len(arrays['range_m'])} ranges, "
            f"{len(arrays['ping_time'])} ping times",
            "Labels should be ranges × pings.",
        )
    pings, rows = (
        match_pings(arrays["ping_time"], grid.ping_time),
        match_ranges(arrays["range_m"], grid.range_m),
    )
    if (pings < 0).all():
        raise FormatError(path, "none of its pings is in this survey", "Choose labels of this survey.")
    return pings, rows

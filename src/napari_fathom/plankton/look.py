"""Look at every image once: its size, fingerprint, vignette and measures; chunk by chunk, resumable."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import FormatError
from napari_fathom.events import Done, Event, Progress
from napari_fathom.plankton.faults import Fault, fault_of
from napari_fathom.plankton.measures import MEASURE_NAMES, measure
from napari_fathom.plankton.model import Collection, seen_so_far
from napari_fathom.plankton.options import ImageOptions, prepare, shrink, vignette
from napari_fathom.plankton.pixels import fingerprint
from napari_fathom.plankton.store import SPECK, look_arrays, write_faults, write_table

__all__ = ["Seen", "look", "see"]

STEP = 32
"""Images between two events: Stop is heard within a second."""


class Seen(NamedTuple):
    """What one image shows.

    Attributes
    ----------
    vignette : ndarray, shape (side, side), uint8
    measures : ndarray, shape (M,), float32
    size : tuple of int
        Height and width of the original in pixels.
    fingerprint : int
    """

    vignette: NDArray[np.uint8]
    measures: NDArray[np.float32]
    size: tuple[int, int]
    fingerprint: int


def see(pixels: NDArray[Any], options: ImageOptions) -> Seen:
    """All that is kept of one decoded image, shape (h, w)."""
    grey = prepare(pixels, options)
    height, width = pixels.shape
    return Seen(vignette(grey, options.side), measure(grey), (height, width), fingerprint(pixels))


def look(collection: Collection) -> Generator[Event[Collection], None, None]:
    """Look at every image that has not been looked at; see `convert_collection`.

    Yields
    ------
    Progress, last Done(Collection)
        The collection opened anew, with what was seen.

    Raises
    ------
    FormatError
        If another version of the program began it.
    """
    if collection.measure_names != tuple(MEASURE_NAMES):
        raise FormatError(
            collection.path, "a collection of another version's measures", "Convert the original files again."
        )
    group = look_arrays(collection.path, "r+")
    waiting = np.flatnonzero(~group["looked_at"][:])
    rows = group["looked_at"].shards[0]
    total = len(collection)
    done = total - len(waiting)
    yield Progress("look", done, total)
    try:
        for start in np.unique(waiting // rows * rows).tolist():
            stop = min(start + rows, total)
            for seen in _look_at(collection, group, start, stop):
                yield Progress("look", done + seen, total)
            done += stop - start
    finally:
        collection.close()
    finish_look(collection.path)
    yield Done(Collection.open(collection.path))


def _look_at(collection: Collection, group: Any, start: int, stop: int) -> Iterator[int]:
    """Look at one chunk and write it; `looked_at` last, so that a crash before it costs this chunk alone."""
    count, side = stop - start, collection.options.side
    vignettes = np.zeros((count, side, side), np.uint8)
    measures = np.full((count, len(MEASURE_NAMES)), np.nan, np.float32)
    sizes = np.zeros((count, 2), np.int32)
    fingerprints = np.zeros(count, np.uint64)
    faults: list[Fault] = []
    for at in range(count):
        row = start + at
        if collection.ranks(row):
            try:
                seen = see(collection.decode(row), collection.options)
            except FormatError as error:
                faults.append(fault_of(error, collection.place(row).member))
            else:
                vignettes[at], measures[at], sizes[at], fingerprints[at] = seen
        if at % STEP == STEP - 1:
            yield at + 1
    group["vignettes"][start:stop] = vignettes
    group["specks"][start:stop] = shrink(vignettes, SPECK)
    group["measures"][start:stop] = measures
    group["size"][start:stop] = sizes
    group["fingerprint"][start:stop] = fingerprints
    if faults:
        write_faults(collection.path / "look_faults" / f"{start:08d}.json", faults)
    group["looked_at"][start:stop] = True
    yield count


def finish_look(path: Path) -> None:
    """Write sizes and fingerprints in one piece: a thousand chunks are slow to open, one file is not."""
    if (path / "look.parquet").is_file():
        return
    write_table(path / "look.parquet", seen_so_far(path))

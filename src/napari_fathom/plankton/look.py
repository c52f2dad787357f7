"""Look at every image once: its size, fingerprint, vignette and measures; chunk by chunk, resumable."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import FormatError
from napari_fathom.events import Done, Event, Progress
from napari_fathom.plankton.crew import Chunk, cores, look_in_crew
from napari_fathom.plankton.faults import Fault, fault_of
from napari_fathom.plankton.measures import MEASURE_NAMES, measure
from napari_fathom.plankton.model import Collection, seen_so_far
from napari_fathom.plankton.options import ImageOptions, prepare, shrink, vignette
from napari_fathom.plankton.pixels import fingerprint
from napari_fathom.plankton.store import SPECK, look_arrays, write_faults, write_table

__all__ = ["Seen", "look", "look_at", "see"]

STEP = 32
"""Images between two events: Stop is heard within a second."""
FEW = 1024
"""Images that are looked at sooner than a helper has started."""


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


def look(collection: Collection, *, helpers: int | None = None) -> Generator[Event[Collection], None, None]:
    """Look at every image that has not been looked at; see `convert_collection`.

    Parameters
    ----------
    collection : Collection
    helpers : int, optional
        Processes that share the work where it is more than a few seconds'; 0 for this one alone. Default one
        less than there are cores, at least one: it leaves a window fluid, which this process could not.

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
    waiting = np.flatnonzero(~look_arrays(collection.path)["looked_at"][:])
    total = len(collection)
    done = total - len(waiting)
    yield Progress("look", done, total)
    crew = max(1, cores() - 1) if helpers is None else helpers
    chunks = _chunks(collection, waiting)
    seen = _look_together(collection, chunks, crew if len(waiting) > FEW else 0)
    try:
        for count in seen:
            done += count
            yield Progress("look", min(done, total), total)
    finally:
        seen.close()
        collection.close()
    finish_look(collection.path)
    yield Done(Collection.open(collection.path))


def _chunks(collection: Collection, waiting: NDArray[np.int64]) -> list[Chunk]:
    rows = look_arrays(collection.path)["looked_at"].shards[0]
    starts = np.unique(waiting // rows * rows).tolist()
    return [(start, min(start + rows, len(collection))) for start in starts]


def _look_together(collection: Collection, chunks: list[Chunk], helpers: int) -> Generator[int, None, None]:
    """Look at chunks with helpers, and here at those that they could not do; yields images seen since."""
    if helpers:
        chunks = yield from look_in_crew(collection.path, chunks, helpers)
    group = look_arrays(collection.path, "r+")
    for start, stop in chunks:
        before = 0
        for seen in look_at(collection, group, start, stop):
            yield seen - before
            before = seen


def look_at(collection: Collection, group: Any, start: int, stop: int) -> Iterator[int]:
    """Look at one chunk and write it; `looked_at` last, so that a crash before it costs this chunk alone.

    Parameters
    ----------
    collection : Collection
    group : zarr group
        The store's arrays, to write to.
    start, stop : int
        Rows that are written together.

    Yields
    ------
    int
        Images seen so far.
    """
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

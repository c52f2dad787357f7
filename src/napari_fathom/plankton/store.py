"""What lies in a collection's store, and how it is laid out.

Layout of `NAME.collection/`::

    collection.json       name, sources, options, notes, identity; written last: only then it opens
    objects.parquet       one row an object, as its sources describe it
    images.parquet        one row an image
    faults.json           what the sources' tables got wrong
    look.zarr/            what decoding showed, row by row of the objects:
        vignettes         (N, side, side) uint8
        specks            (N, 8, 8) uint8, the vignettes' means: what a mosaic of them all is drawn from
        measures          (N, M) float32
        size              (N, 2) int32, height and width in pixels, 0 = no image that can be read
        fingerprint       (N,) uint64
        looked_at         (N,) bool; a row's is written after all else of its chunk
    look_faults/R.json    images of the chunk that begins at row R that could not be read
    look.parquet          size, fingerprint and twins in one piece, when every image has been looked at
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from napari_fathom.errors import FormatError
from napari_fathom.files import replace_file, replace_text
from napari_fathom.plankton.faults import Fault
from napari_fathom.plankton.options import ImageOptions

__all__ = [
    "SPECK",
    "CollectionRecord",
    "create_store",
    "fault_files",
    "look_arrays",
    "read_faults",
    "read_record",
    "renew_store",
    "write_faults",
    "write_table",
]

VERSION = 1
LARGEST_CHUNK = 1024
"""Objects a chunk of the look holds at most: 4 MB of vignettes, seconds of work that a crash may cost."""
SCATTERED = 16
"""Vignettes that are read together: sorted by anything, a screen of the mosaic comes from all over the
collection (98 of them in 0.05 s, where whole chunks take 0.18)."""
SPECK = 8
"""Side of the smallest picture kept of an object: a million take 64 MB, where their vignettes take 4 GB."""

_FAULTS = TypeAdapter(tuple[Fault, ...])


class CollectionRecord(BaseModel):
    """What a store says of itself.

    Parameters
    ----------
    name : str
    made_at : str
        Where the store lay when it was made, so that sources that moved with it are found again.
    sources : tuple of str
        The folders and archives the images lie in.
    stamp : str
        What the tables are known by, whatever the options.
    identity : str
        What tables, options and measures together are known by.
    objects, images : int
        How many.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["collection"] = "collection"
    version: int = VERSION
    name: str
    made_at: str
    sources: tuple[str, ...]
    options: ImageOptions
    notes: tuple[str, ...] = ()
    stamp: str = ""
    identity: str = ""
    objects: int
    images: int
    measure_names: tuple[str, ...] = ()


def create_store(
    folder: Path,
    record: CollectionRecord,
    objects: pd.DataFrame,
    images: pd.DataFrame,
    faults: Sequence[Fault],
) -> None:
    """Fill a folder with everything a store holds before an image has been looked at."""
    write_table(folder / "objects.parquet", objects)
    write_table(folder / "images.parquet", images)
    write_faults(folder / "faults.json", faults)
    _begin_look(folder, record)


def renew_store(folder: Path, record: CollectionRecord, former: Path) -> None:
    """Fill a folder with the tables of a former store, of whose images nothing is known under `record`."""
    for name in ("objects.parquet", "images.parquet", "faults.json"):
        shutil.copyfile(former / name, folder / name)
    _begin_look(folder, record)


def _begin_look(folder: Path, record: CollectionRecord) -> None:
    (folder / "look_faults").mkdir()
    _create_arrays(folder / "look.zarr", record)
    replace_text(folder / "collection.json", record.model_dump_json(indent=2))


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as parquet, whole or not at all, so that a million rows are read in half a second.

    Numbers are rarely said twice, which makes looking for repeats cost time and gain nothing; names are. LZ4
    is a tenth larger than zstd and read twice as fast.
    """
    repeated = [name for name in table if table[name].dtype.kind not in "iuf" and name != "object_id"]
    with replace_file(path) as beside:
        table.to_parquet(beside, index=False, compression="lz4", use_dictionary=repeated)


def _create_arrays(path: Path, record: CollectionRecord) -> None:
    import zarr

    group: Any = zarr.create_group(path, zarr_format=3)
    side, count = record.options.side, record.objects
    chunk = _chunk_of(count)
    shapes: dict[str, tuple[tuple[int, ...], str]] = {
        "vignettes": ((side, side), "uint8"),
        "specks": ((SPECK, SPECK), "uint8"),
        "measures": ((len(record.measure_names),), "float32"),
        "size": ((2,), "int32"),
        "fingerprint": ((), "uint64"),
        "looked_at": ((), "bool"),
    }
    for name, (shape, dtype) in shapes.items():
        few = SCATTERED if name == "vignettes" else chunk
        group.create_array(
            name, shape=(count, *shape), chunks=(few, *shape), shards=(chunk, *shape), dtype=dtype
        )


def _chunk_of(count: int) -> int:
    """Objects a chunk holds: about a thirtieth of a small collection, so that it too can be resumed."""
    chunk = SCATTERED
    while chunk < LARGEST_CHUNK and chunk * 32 < count:
        chunk *= 2
    return chunk


def look_arrays(path: Path, mode: Literal["r", "r+"] = "r") -> Any:
    """The zarr group of what decoding showed.

    Raises
    ------
    FormatError
        If it is missing or damaged.
    """
    import zarr

    try:
        return zarr.open_group(path / "look.zarr", mode=mode)
    except (OSError, ValueError, KeyError) as error:
        raise FormatError(
            path, f"a collection that is damaged ({error})", "Convert the original files again."
        ) from error


def read_record(path: Path) -> CollectionRecord:
    """What the store at `path` says of itself.

    Raises
    ------
    FormatError
        If there is none, a newer program made it, or it is damaged.
    """
    try:
        text = (path / "collection.json").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(
            path,
            "no collection is there",
            "Expected a folder NAME.collection; make one with `fathom convert`.",
        ) from error
    try:
        return CollectionRecord.model_validate_json(text)
    except ValidationError as error:
        version = _version(text)
        if version is not None and version > VERSION:
            raise FormatError(
                path,
                f"a collection of version {version}",
                f"This program reads up to version {VERSION}; update napari-fathom.",
            ) from error
        raise FormatError(
            path,
            f"a collection.json that is damaged ({error.error_count()} faults)",
            "Convert the original files again.",
        ) from error


class _Versioned(BaseModel):
    version: int


def _version(text: str) -> int | None:
    try:
        return _Versioned.model_validate_json(text).version
    except ValidationError:
        return None


def write_faults(path: Path, faults: Sequence[Fault]) -> None:
    """Write faults as JSON, whole or not at all."""
    replace_text(path, _FAULTS.dump_json(tuple(faults), indent=1).decode())


def read_faults(path: Path) -> tuple[Fault, ...]:
    """Faults of one file.

    Raises
    ------
    FormatError
        If it is damaged.
    """
    try:
        return _FAULTS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise FormatError(path, "a damaged list of faults", "Convert the original files again.") from error


def fault_files(path: Path) -> list[Path]:
    """Every list of faults in a store: of the tables, then of the images by row."""
    return [path / "faults.json", *sorted((path / "look_faults").glob("*.json"))]

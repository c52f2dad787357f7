"""The survey store: one zarr v3 group that holds a survey's Sv as a pyramid, and its vectors.

Layout of `NAME.sv.zarr`::

    sv_db/0, sv_db/1, …        (frequency, range, ping) float32, dB re 1 m⁻¹, NaN = missing
    frequency_hz, range_m      float64
    ping_time                  int64, nanoseconds since 1970-01-01 UTC
    transducer_depth_m, latitude, longitude, seabed_range_m      float64, one a ping, NaN = unknown
    attribute `napari_fathom`  version, name, main frequency, sources, notes, fingerprint, …
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from napari_fathom.errors import FormatError
from napari_fathom.files import flush_file, flush_folder

__all__ = [
    "GROWING_VECTORS",
    "VECTORS",
    "StoreAttributes",
    "StoredSurvey",
    "create_store",
    "fingerprint",
    "finish_store",
    "flush_pings",
    "open_signed",
    "read_store",
    "sign",
    "store_attributes",
    "write_vectors",
]

ATTRIBUTE = "napari_fathom"
VERSION = 1
GRID_VECTORS = ("frequency_hz", "range_m", "ping_time")
VECTORS = ("transducer_depth_m", "latitude", "longitude", "seabed_range_m")
SEABED_DRAFT = "seabed_draft_m"  # the seabed while a conversion grows it, in short chunks
GROWING_VECTORS = ("transducer_depth_m", "latitude", "longitude", SEABED_DRAFT)

CHUNK_CELLS = 512 * 1024  # 2 MB of float32: quick to fetch for a view, few enough files for a season
BUFFER_CELLS = 16 * 1024**2  # 64 MB of float32: what the conversion may hold of the grid at once


class StoreAttributes(BaseModel):
    """What a store says of itself beside its arrays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["survey store"] = "survey store"
    version: int = VERSION
    name: str
    main_frequency_hz: float
    upward: bool = False
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    companions: dict[str, str] = Field(default_factory=dict)
    identity: str = ""
    fingerprint: str = ""
    seabed_edited: bool = False


@dataclass(frozen=True, eq=False)
class StoredSurvey:
    """A whole store as it is opened: everything but the Sv, which stays on disk.

    Attributes
    ----------
    attributes : StoreAttributes
    levels : tuple of zarr arrays, each shape (F, R_k, P_k), float32
    vectors : dict of str to ndarray
        `frequency_hz`, `range_m`, `ping_time` (datetime64[ns]) and `VECTORS`.
    """

    attributes: StoreAttributes
    levels: tuple[Any, ...]
    vectors: dict[str, NDArray[Any]]


def ping_chunk(frequencies: int, rows: int) -> int:
    """How many pings the conversion grids at once, and a chunk spans: a power of two up to 1024.

    All frequencies and ranges of that many pings fit a fixed budget, so a survey with many fine range cells
    gets narrower chunks instead of a larger memory.
    """
    pings = 1024
    while pings > 1 and pings * frequencies * rows > BUFFER_CELLS:
        pings //= 2
    return pings


def row_chunk(rows: int, pings: int) -> int:
    """How many range cells a chunk of `pings` pings spans, for 2 MB or less."""
    return max(1, min(rows, CHUNK_CELLS // pings))


def level_shapes(rows: int, pings: int) -> list[tuple[int, int]]:
    """Shapes (R_k, P_k) of the pyramid: pings halve until 1024 or fewer, ranges while 512 or more."""
    shapes = [(rows, pings)]
    while shapes[-1][1] > 1024:
        rows, pings = shapes[-1]
        shapes.append(((rows + 1) // 2 if rows >= 512 else rows, (pings + 1) // 2))
    return shapes


def create_store(
    path: Path,
    frequency_hz: NDArray[np.float64],
    range_m: NDArray[np.float64],
    ping_time: NDArray[np.datetime64],
) -> None:
    """Lay out an empty store: every array exists, every value is missing."""
    import zarr
    from zarr.codecs import BloscCodec

    rows, pings = len(range_m), len(ping_time)
    group = zarr.create_group(path, zarr_format=3, overwrite=True)
    compressors = BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle", typesize=4)
    width = ping_chunk(len(frequency_hz), rows)
    for level, (level_rows, level_pings) in enumerate(level_shapes(rows, pings)):
        columns = min(width, level_pings)
        group.create_array(
            f"sv_db/{level}",
            shape=(len(frequency_hz), level_rows, level_pings),
            chunks=(1, row_chunk(level_rows, columns), columns),
            dtype="float32",
            fill_value=float("nan"),
            compressors=compressors,
            dimension_names=("frequency", "range", "ping"),
            attributes={"units": "dB re 1 m-1"},
        )
    nanoseconds = ping_time.astype("datetime64[ns]").astype(np.int64)
    _create_vector(group, "frequency_hz", frequency_hz, "frequency", "Hz")
    _create_vector(group, "range_m", range_m, "range", "m")
    _create_vector(group, "ping_time", nanoseconds, "ping", "nanoseconds since 1970-01-01T00:00:00Z")
    unknown = np.full(pings, np.nan)
    for name in GROWING_VECTORS:
        _create_vector(group, name, unknown, "ping", "m" if name.endswith("_m") else "degrees")
    # One chunk, however long: zarr puts a chunk in place with one rename; an edited line is never half new.
    _create_vector(group, "seabed_range_m", unknown, "ping", "m", chunk=pings)


def write_vectors(group: Any, start: int, vectors: Mapping[str, NDArray[np.float64]]) -> None:
    """Write what is known of the pings from `start` on into a store that is being made.

    A seabed above the transducer, or infinitely far, is a fault of the file; it is unknown here.
    """
    for name, values in vectors.items():
        if name == "seabed_range_m":
            seen = np.isfinite(values) & (values >= 0)
            group[SEABED_DRAFT][start : start + len(values)] = np.where(seen, values, np.nan)
        else:
            group[name][start : start + len(values)] = values


def flush_pings(path: Path, array: Any, start: int, stop: int) -> None:
    """Bring the chunks of some pings of one of a store's arrays to the disk.

    The names in their folders are left to the journal of the file system, and to the last flush of all.
    """
    width = array.chunks[-1]
    chunks = path / array.path / "c"
    for column in range(start // width, -(-stop // width)):
        for chunk in chunks.glob("*/" * (array.ndim - 1) + str(column)):
            flush_file(chunk)


def finish_store(path: Path, attributes: StoreAttributes) -> None:
    """Sign a store whose arrays are all written; only a signed store opens.

    The draft of the seabed goes last: a crash while it is removed leaves nothing that would be read again.
    What is signed is on the disk first.
    """
    import zarr

    group: Any = zarr.open_group(path, mode="r+")
    if ATTRIBUTE not in group.attrs:
        group["seabed_range_m"][:] = group[SEABED_DRAFT][:]
        flush_folder(path)
        sign(group, attributes)
        flush_file(path / "zarr.json")
    shutil.rmtree(path / SEABED_DRAFT, ignore_errors=True)


def sign(group: Any, attributes: StoreAttributes) -> None:
    """Write what a store says of itself, in one rename."""
    group.attrs[ATTRIBUTE] = attributes.model_dump(mode="json")


def read_store(path: Path) -> StoredSurvey:
    """Open a whole store; no Sv is read.

    Raises
    ------
    FormatError
        If there is none at `path`, a newer program made it, or an array of it is missing or damaged.
    """
    group, attributes = open_signed(path)
    try:
        levels = tuple(group[f"sv_db/{level}"] for level in range(len(list(group["sv_db"].array_keys()))))
        vectors = {name: np.asarray(group[name][:]) for name in (*GRID_VECTORS, *VECTORS)}
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise FormatError(
            path, f"a survey store that is damaged ({error})", "Convert the original files again."
        ) from error
    vectors["ping_time"] = vectors["ping_time"].astype("datetime64[ns]")
    lengths = tuple(len(vectors[name]) for name in GRID_VECTORS)
    whole = (
        levels and levels[0].shape == lengths and all(len(vectors[name]) == lengths[2] for name in VECTORS)
    )
    # zarr takes a chunk that is lost for one that was never written
    if not whole or np.any(np.diff(vectors["ping_time"]) <= np.timedelta64(0)):
        raise FormatError(
            path, "a survey store that lacks some of its chunks", "Convert the original files again."
        )
    return StoredSurvey(attributes, levels, vectors)


def store_attributes(path: Path) -> StoreAttributes | None:
    """What the store at `path` says of itself, or None where there is no whole one."""
    if not (path / "zarr.json").is_file():
        return None
    try:
        return open_signed(path)[1]
    except FormatError:
        return None


def fingerprint(
    frequency_hz: NDArray[np.float64],
    range_m: NDArray[np.float64],
    ping_time: NDArray[np.datetime64],
    sv_digest: str,
) -> str:
    """Hash of a grid and of the digest of the Sv on it."""
    digest = hashlib.sha256(sv_digest.encode())
    for vector in (frequency_hz, range_m, ping_time.astype("datetime64[ns]").astype(np.int64)):
        digest.update(np.ascontiguousarray(vector).tobytes())
    return digest.hexdigest()


def _create_vector(
    group: Any, name: str, values: NDArray[Any], dimension: str, units: str, chunk: int = 65536
) -> None:
    array = group.create_array(
        name,
        shape=values.shape,
        chunks=(max(1, min(chunk, len(values))),),
        dtype=values.dtype,
        fill_value=float("nan") if values.dtype.kind == "f" else 0,
        dimension_names=(dimension,),
        attributes={"units": units},
    )
    array[:] = values


def open_signed(path: Path, mode: Literal["r", "r+"] = "r") -> tuple[Any, StoreAttributes]:
    """Open a store's zarr group and read its signature.

    Raises
    ------
    FormatError
        If there is no whole store at `path`, or a newer program made it.
    """
    import zarr

    try:
        group = zarr.open_group(path, mode=mode)
    except (OSError, ValueError, KeyError) as error:
        raise FormatError(
            path,
            "no survey store is there",
            "Expected a folder NAME.sv.zarr; make one with `fathom convert`.",
        ) from error
    signed = group.attrs.get(ATTRIBUTE)
    if not isinstance(signed, dict):
        raise FormatError(
            path,
            "a zarr group without the attribute 'napari_fathom'",
            "Expected a whole survey store; convert the original files again.",
        )
    version = signed.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise FormatError(
            path,
            f"survey store version {version}",
            f"This program reads up to version {VERSION}; update napari-fathom.",
        )
    try:
        return group, StoreAttributes.model_validate(signed)
    except ValidationError as error:
        raise FormatError(
            path,
            f"attributes that are not a survey store's ({error.error_count()} faults)",
            "Convert the original files again.",
        ) from error

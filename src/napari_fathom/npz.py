"""Reading npz archives that anyone may have made: by name, never unpickled, and every fault one error."""

import math
import os
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ArrayHeader", "npz_headers", "npz_names", "read_npz"]

ArrayHeader = tuple[tuple[int, ...], np.dtype[Any]]
"""Shape and type of an array."""

_FAULTS = (
    EOFError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What zipfile, zlib and numpy raise on an archive that was damaged; they have no family of their own."""


_UNKNOWN_MEMORY_BYTES = 8 * 2**30


def npz_names(path: Path) -> set[str]:
    """Names of the arrays of an archive without reading them; empty where it is no such archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")}
    except _FAULTS:  # not ours, whatever is wrong with it
        return set()


def npz_headers(path: Path) -> dict[str, ArrayHeader]:
    """Shape and type of every array of an archive, without inflating one.

    Raises
    ------
    ValueError
        If the archive is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {
                name.removesuffix(".npy"): _header(archive, name)
                for name in archive.namelist()
                if name.endswith(".npy")
            }
    except _FAULTS as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def read_npz(path: Path, names: Collection[str]) -> dict[str, NDArray[Any]]:
    """Load those arrays of an archive that are wanted and there; others are not looked at.

    Raises
    ------
    ValueError
        If the archive or a wanted array is damaged, would have to be unpickled, or would take more than half
        of this machine's memory: what a small file unpacks to is looked at before it is unpacked.
    """
    try:
        _require_memory(path, names)
        # numpy leaves a file open that it opened itself and can't make sense of
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return {name: archive[name] for name in names if name in archive.files}
    except _FAULTS as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _require_memory(path: Path, names: Collection[str]) -> None:
    with zipfile.ZipFile(path) as archive:
        wanted = {f"{name}.npy" for name in names} & set(archive.namelist())
        needed = sum(_unpacked_bytes(archive, name) for name in wanted)
    if needed > _memory_bytes() // 2:
        raise ValueError(
            f"unpacked, {', '.join(sorted(names))} would take {needed / 2**30:.1f} GiB, more than half of "
            "this machine's memory"
        )


def _unpacked_bytes(archive: zipfile.ZipFile, name: str) -> int:
    """What an array takes, by its own header and by the archive's list, whichever claims more."""
    shape, dtype = _header(archive, name)
    return max(archive.getinfo(name).file_size, math.prod(shape) * dtype.itemsize)


def _memory_bytes() -> int:
    if hasattr(os, "sysconf") and {"SC_PAGE_SIZE", "SC_PHYS_PAGES"} <= os.sysconf_names.keys():
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return _UNKNOWN_MEMORY_BYTES


def _header(archive: zipfile.ZipFile, name: str) -> ArrayHeader:
    with archive.open(name) as stream:
        version = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(stream)
        return shape, dtype

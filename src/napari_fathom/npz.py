"""Reading npz archives that anyone may have made: by name, never unpickled, and every fault one error."""

import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ArrayHeader", "npz_headers", "read_npz"]

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
        If the archive or a wanted array is damaged, would have to be unpickled, or doesn't fit into memory.
    """
    try:
        # numpy leaves a file open that it opened itself and can't make sense of
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return {name: archive[name] for name in names if name in archive.files}
    except _FAULTS as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _header(archive: zipfile.ZipFile, name: str) -> ArrayHeader:
    with archive.open(name) as stream:
        version = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(stream)
        return shape, dtype

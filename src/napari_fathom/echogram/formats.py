"""Which format a path holds, by its content, and the reader that opens it."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

from napari_fathom.echogram.plain import PlainOptions
from napari_fathom.echogram.readers.bare import read_bare
from napari_fathom.echogram.readers.base import Part, Source
from napari_fathom.echogram.readers.crimac import crimac_bottom, read_crimac
from napari_fathom.echogram.readers.datagrams import is_simrad
from napari_fathom.echogram.readers.dataset import SV_NAMES, read_dataset
from napari_fathom.echogram.readers.described import REQUIRED, read_described
from napari_fathom.echogram.readers.raw import read_raw
from napari_fathom.errors import FormatError
from napari_fathom.events import Progress
from napari_fathom.npz import npz_names

__all__ = ["Format", "look", "sniff"]

Format = Literal["store", "raw", "sv", "echodata", "crimac", "described", "plain"]

Found = tuple[list[Part], list[str], dict[str, str]]
"""What a reader sees in one file: parts, notes, companions."""


def sniff(paths: Path | str | Sequence[Path | str]) -> Format | None:
    """Name the format of files by what is in them; cheap, reads no Sv.

    Parameters
    ----------
    paths : path or sequence of paths

    Returns
    -------
    str or None
        None where a file is not ours, or where they are of different formats. `store` a survey store, `raw`
        Simrad EK60/EK80, `sv` Sv or MVBS of echopype in netCDF or zarr, `echodata` echopype's converted raw,
        `crimac` a CRIMAC `_sv.zarr`, `described` an npz that says all it must, `plain` bare npy, npz, mat.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    formats = {_sniff_one(path) for path in files}
    return formats.pop() if len(formats) == 1 else None


def _sniff_one(path: Path) -> Format | None:
    if path.is_dir():
        return _sniff_folder(path)
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        head = stream.read(128)
    if is_simrad(head):
        return "raw"
    if head[:4] == b"PK\x03\x04":
        return _sniff_npz(path)
    if head[:6] == b"\x93NUMPY" or head[:7] == b"MATLAB ":
        return "plain"
    if head[:8] == b"\x89HDF\r\n\x1a\n":
        return _sniff_hdf5(path)
    return _sniff_names(_classic_names(path)) if head[:3] == b"CDF" else None


def _sniff_folder(path: Path) -> Format | None:
    if not any((path / marker).is_file() for marker in ("zarr.json", ".zgroup", ".zmetadata")):
        return None
    marker = path / "zarr.json"
    if marker.is_file():
        try:
            attributes = json.loads(marker.read_bytes()).get("attributes", {})
        except (ValueError, AttributeError):
            return None
        if "napari_fathom" in attributes:
            return "store"
    return _sniff_names({child.name for child in path.iterdir() if child.is_dir()})


def _sniff_hdf5(path: Path) -> Format | None:
    import h5py

    try:
        with h5py.File(path) as file:
            return _sniff_names(set(file))
    except (OSError, RuntimeError):  # begins as HDF5 but goes on as nothing
        return None


def _classic_names(path: Path) -> set[str]:
    from scipy.io import netcdf_file

    try:
        with netcdf_file(path, mmap=False) as file:
            return set(file.variables)
    except (OSError, ValueError, TypeError, KeyError):
        return set()


def _sniff_names(names: set[str]) -> Format | None:
    """Tell datasets apart by the names in them."""
    if names & set(SV_NAMES):
        return "sv"
    if "Sonar" in names:
        return "echodata"
    return "crimac" if names >= {"sv", "frequency", "ping_time", "range"} else None


def _sniff_npz(path: Path) -> Format | None:
    names = npz_names(path)
    if names.issuperset(REQUIRED) and names & {"sv", "sv_db"}:
        return "described"
    return "plain" if names else None


def look(paths: Sequence[Path], plain: PlainOptions | None = None) -> Generator[Progress, None, Source]:
    """Let the right reader look at the files, one by one, before any Sv is read.

    Parameters
    ----------
    paths : sequence of paths
        Files of one format.
    plain : PlainOptions, optional
        What npy, npz and mat files don't say.

    Yields
    ------
    Progress
        One file seen; the generator's value is the Source, which is the caller's to close.

    Raises
    ------
    FormatError
        If a file is missing, not ours, or not of the others' format, or its reader finds it damaged.
    """
    read = _reader(paths, plain)
    parts: list[Part] = []
    notes: list[str] = []
    companions: dict[str, str] = {}
    with ExitStack() as opened:  # closed again where a later file is damaged, or nobody looks on
        for number, path in enumerate(paths):
            yield Progress("look", number, len(paths))
            more, remarks, found = read(path)
            for part in more:
                opened.callback(part.close)
            parts += more
            notes += remarks
            companions |= found
        yield Progress("look", len(paths), len(paths))
        opened.pop_all()
    name = min(path.name.split(".")[0] for path in paths)
    stamps = sorted(_stamp(path) for path in (*paths, *filter(Path.exists, map(_seabed_of, paths))))
    identity = (*stamps, plain.model_dump_json() if plain else "")
    return Source(name, tuple(parts), identity, tuple(notes), companions)


def _reader(paths: Sequence[Path], plain: PlainOptions | None) -> Callable[[Path], Found]:
    kind = _common_format(paths)
    readers: dict[Format, Callable[[Path], Found]] = {
        "raw": lambda path: (*read_raw(path), {}),
        "sv": lambda path: (*read_dataset(path), {}),
        "crimac": read_crimac,
        "described": lambda path: (read_described(path), [], {}),
        "plain": lambda path: (*read_bare(path, plain), {}),
    }
    if kind in readers:
        return readers[kind]
    if kind == "echodata":
        raise FormatError(
            paths[0],
            "echopype's converted raw file, which holds power, not Sv",
            "Give the .raw file itself, or save what echopype.calibrate.compute_Sv makes of it.",
        )
    raise FormatError(paths[0], "a survey store among other files", "Open it by itself.")


READ = "EK60 and EK80 .raw, echopype Sv and MVBS (netCDF, zarr), CRIMAC _sv.zarr, npy, npz and mat"
"""For the message about a file that is none of these."""


def _common_format(paths: Sequence[Path]) -> Format:
    kinds: dict[Format, Path] = {}
    for path in paths:
        if not path.exists():
            raise FormatError(path, "there is no such file", "Check the path.")
        if path.is_file() and path.stat().st_size == 0:
            raise FormatError(path, "an empty file", "Copy it again, or leave it out.")
        kind = _sniff_one(path)
        if kind is None:
            raise FormatError(path, "a format that is not read", f"Read are {READ}.")
        kinds.setdefault(kind, path)
    if len(kinds) > 1:
        found = ", ".join(f"{kind} ({path.name})" for kind, path in kinds.items())
        raise FormatError(paths[0], f"files of different formats: {found}", "Convert each kind by itself.")
    return next(iter(kinds))


def _seabed_of(path: Path) -> Path:
    """Where the seabed of a file or a CRIMAC survey would be."""
    return crimac_bottom(path) if path.is_dir() else path.with_suffix(".bot")


def _stamp(path: Path) -> str:
    """What changes when the content does: bytes and last change, of all that a folder holds."""
    files = [path] if path.is_file() else [found for found in path.rglob("*") if found.is_file()]
    status = [file.stat() for file in files]
    size, newest = sum(each.st_size for each in status), max((each.st_mtime_ns for each in status), default=0)
    return f"{path.name} {size} {newest}"

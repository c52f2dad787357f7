"""Which format a path holds, by its content, and the reader that opens it."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Literal

from napari_fathom.echogram.plain import PlainOptions
from napari_fathom.echogram.readers.base import Part, Source
from napari_fathom.echogram.readers.datagrams import is_simrad
from napari_fathom.echogram.readers.described import REQUIRED, member_names, read_described
from napari_fathom.echogram.readers.raw import read_raw
from napari_fathom.errors import FormatError
from napari_fathom.events import Progress

__all__ = ["Format", "open_source", "sniff"]

Format = Literal["store", "raw", "sv", "echodata", "crimac", "described", "plain"]


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
    return None


def _sniff_folder(path: Path) -> Format | None:
    marker = path / "zarr.json"
    if marker.is_file():
        try:
            attributes = json.loads(marker.read_bytes()).get("attributes", {})
        except (ValueError, AttributeError):
            return None
        if "napari_fathom" in attributes:
            return "store"
    return None


def _sniff_npz(path: Path) -> Format | None:
    names = member_names(path)
    if names.issuperset(REQUIRED) and names & {"sv", "sv_db"}:
        return "described"
    return "plain" if names else None


def open_source(
    paths: Sequence[Path], plain: PlainOptions | None = None
) -> Generator[Progress, None, Source]:
    """Let the right reader look at the files, one by one.

    Raises
    ------
    FormatError
        If a file is missing, not ours, or not of the others' format, or its reader finds it damaged.
    """
    kind = _common_format(paths)
    parts: list[Part] = []
    notes: list[str] = []
    companions: dict[str, str] = {}
    for number, path in enumerate(paths):
        yield Progress("look", number, len(paths))
        if kind == "described":
            parts += read_described(path)
        elif kind == "raw":
            more, remarks = read_raw(path)
            parts += more
            notes += remarks
    yield Progress("look", len(paths), len(paths))
    name = min(path.name.split(".")[0] for path in paths)
    identity = tuple(sorted(_stamp(path) for path in paths))
    return Source(name, tuple(parts), identity, tuple(notes), companions)


def _common_format(paths: Sequence[Path]) -> Format:
    kinds: dict[Format, Path] = {}
    for path in paths:
        if not path.exists():
            raise FormatError(path, "there is no such file", "Check the path.")
        if path.is_file() and path.stat().st_size == 0:
            raise FormatError(path, "an empty file", "Copy it again, or leave it out.")
        kind = _sniff_one(path)
        if kind is None:
            raise FormatError(path, "a format that is not read", "docs/formats.md lists those that are.")
        kinds.setdefault(kind, path)
    if len(kinds) > 1:
        found = ", ".join(f"{kind} ({path.name})" for kind, path in kinds.items())
        raise FormatError(paths[0], f"files of different formats: {found}", "Convert each kind by itself.")
    return next(iter(kinds))


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{path.name} {status.st_size} {status.st_mtime_ns}"

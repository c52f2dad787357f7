"""A folder of the disk as a tree."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path
from stat import S_ISDIR
from typing import BinaryIO

from napari_fathom.errors import FormatError
from napari_fathom.plankton.tree import ZARR_SIZE, Tree, stamp_of

__all__ = ["Folder", "is_zarr"]

_OURS = (".collection", ".fathom", ".part", ".former")
_ZARR = ("zarr.json", ".zarray", ".zgroup")


class Folder(Tree):
    """A folder of the disk, or some of its files.

    Parameters
    ----------
    path : Path
    only : collection of str, optional
        Names in it that were chosen; default all below it. Hidden files and folders, and our own stores, are
        left out. A zarr array counts as one file.
    """

    def __init__(self, path: Path, only: Collection[str] | None = None) -> None:
        super().__init__(path)
        self._only = only

    @cached_property
    def _found(self) -> dict[str, tuple[int, int]]:
        if self._only is None:
            return dict(sorted(_scan(self.path)))
        status = {name: (self.path / name).stat() for name in sorted(self._only)}
        return {
            name: (ZARR_SIZE if S_ISDIR(each.st_mode) else each.st_size, each.st_mtime_ns)
            for name, each in status.items()
        }

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Bytes of every file by its name, sorted by name."""
        return {name: size for name, (size, _) in self._found.items()}

    @property
    def stamp(self) -> str:
        """Hash of names, sizes and times of change."""
        return stamp_of(f"{name}\0{size}\0{time}" for name, (size, time) in self._found.items())

    def open(self, name: str) -> BinaryIO:
        """Open one file for reading; see `Tree.open`."""
        try:
            return (self.path / name).open("rb")
        except OSError as error:
            raise FormatError(name, f"can't be opened ({error.strerror})", "Check the folder.") from error

    def local(self, name: str) -> Path | None:
        """Where the file lies."""
        return self.path / name


def _scan(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Names below a folder with size and time; links to folders aren't followed, they may go in a ring."""
    waiting = [("", str(folder))]
    while waiting:
        prefix, place = waiting.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if entry.name.endswith(_OURS):
                        continue
                    if is_zarr(entry.path):
                        yield prefix + entry.name, (ZARR_SIZE, entry.stat().st_mtime_ns)
                    else:
                        waiting.append((f"{prefix}{entry.name}/", entry.path))
                elif entry.is_file():
                    status = entry.stat()
                    yield prefix + entry.name, (status.st_size, status.st_mtime_ns)


def is_zarr(folder: str) -> bool:
    """Whether a folder is a zarr array or group."""
    return any(os.path.exists(os.path.join(folder, marker)) for marker in _ZARR)

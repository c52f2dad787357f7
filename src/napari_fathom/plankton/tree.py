"""A folder or a zip archive as the same thing: names of files, and their bytes, read in place."""

from __future__ import annotations

import hashlib
import io
import os
import re
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from stat import S_ISDIR
from typing import BinaryIO

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import Fault

__all__ = ["ARRAY", "IMAGE_SUFFIXES", "Archive", "Folder", "Tree", "open_tree", "open_trees"]

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif")
ARRAY = ".zarr"
"""What zarr arrays are listed under, whatever their folders are called."""

LARGEST_MEMBER = 2 * 1024**3
"""Bytes a member of an archive may claim to unpack to: no table or image is larger, a bomb is."""

_OURS = (".collection", ".fathom", ".part", ".former")
_OF_A_BIN = (".adc", ".roi", ".hdr", ".csv")
_ZARR_SIZE = -1
_ZARR = ("zarr.json", ".zarray", ".zgroup")
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)
"""What zipfile raises on archives that were damaged, encrypted, or packed in ways it doesn't know."""


class Tree(ABC):
    """Files below one folder, or in one zip archive, by relative names with `/` between the parts.

    Parameters
    ----------
    path : Path
        The folder or the archive.

    Attributes
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    @abstractmethod
    def sizes(self) -> dict[str, int]:
        """Bytes of every file by its name, sorted by name; -1 for a zarr array."""

    @cached_property
    def by_suffix(self) -> dict[str, list[str]]:
        """Names of all files by how they end, in lower case."""
        found: dict[str, list[str]] = {}
        for name, size in self.sizes.items():
            # a million names go through here: os.path.splitext would take twice as long
            dot = name.rfind(".")
            suffix = ARRAY if size == _ZARR_SIZE else name[dot:].lower() if dot > name.rfind("/") else ""
            found.setdefault(suffix, []).append(name)
        return found

    def names(self, *suffixes: str) -> list[str]:
        """Names of the files that end in one of these ways (dot first, lower case), sorted."""
        found = [self.by_suffix.get(suffix, []) for suffix in suffixes]
        return sorted(chain.from_iterable(found))

    @property
    @abstractmethod
    def stamp(self) -> str:
        """What changes when a file of the tree does: hash of names, sizes and times."""

    @property
    def refused(self) -> tuple[Fault, ...]:
        """Names that are not read because they point out of the tree, or promise too much."""
        return ()

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Open one file for reading.

        Raises
        ------
        FormatError
            If it is not there, or its archive is damaged.
        """

    def read(self, name: str) -> bytes:
        """All bytes of one file.

        Raises
        ------
        FormatError
            If it is not there, or damaged.
        """
        with self.open(name) as stream:
            return stream.read()

    def local(self, name: str) -> Path | None:
        """Where a file lies by itself on the disk; None inside an archive."""
        return None

    def close(self) -> None:
        """Let go of open files; the tree opens them again when asked."""
        return


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
            name: (_ZARR_SIZE if S_ISDIR(each.st_mode) else each.st_size, each.st_mtime_ns)
            for name, each in status.items()
        }

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Bytes of every file by its name, sorted by name."""
        return {name: size for name, (size, _) in self._found.items()}

    @property
    def stamp(self) -> str:
        """Hash of names, sizes and times of change."""
        return _digest(f"{name}\0{size}\0{time}" for name, (size, time) in self._found.items())

    def open(self, name: str) -> BinaryIO:
        """Open one file for reading; see `Tree.open`."""
        try:
            return (self.path / name).open("rb")
        except OSError as error:
            raise FormatError(name, f"can't be opened ({error.strerror})", "Check the folder.") from error

    def local(self, name: str) -> Path | None:
        """Where the file lies."""
        return self.path / name


class Archive(Tree):
    """A zip archive, never unpacked to the disk.

    Names that are absolute, climb with `..`, or promise more than `LARGEST_MEMBER` bytes are refused.

    Raises
    ------
    FormatError
        When its list is first asked for and the archive is damaged.
    """

    @cached_property
    def _zip(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self.path)
        except _DAMAGED as error:
            raise FormatError(
                self.path, f"a zip archive that is damaged ({error})", "Copy it again, or leave it out."
            ) from error

    @cached_property
    def _members(self) -> dict[str, zipfile.ZipInfo]:
        files = {info.filename.replace("\\", "/"): info for info in self._zip.infolist() if not info.is_dir()}
        return {
            name: info
            for name, info in sorted(files.items())
            if not _is_hidden(name) and _why_refused(name, info) is None
        }

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Bytes of every file by its name, sorted by name."""
        return {name: info.file_size for name, info in self._members.items()}

    @property
    def stamp(self) -> str:
        """Hash of names, sizes and checksums, as the archive lists them."""
        return _digest(f"{name}\0{info.file_size}\0{info.CRC}" for name, info in self._members.items())

    @property
    def refused(self) -> tuple[Fault, ...]:
        """One fault for each member that is not read."""
        found = ((info.filename, _why_refused(info.filename, info)) for info in self._zip.infolist())
        return tuple(
            Fault(f"{self.path.name}: {name}", None, f"{why}; it is not read.") for name, why in found if why
        )

    def open(self, name: str) -> BinaryIO:
        """Open one member for reading; see `Tree.open`."""
        info = self._members.get(name)
        if info is None:
            raise FormatError(name, f"is not in {self.path.name}", "Check the archive.")
        try:
            return io.BytesIO(self._zip.read(info))
        except _DAMAGED as error:
            raise FormatError(
                name, f"can't be unpacked from {self.path.name} ({error})", "Pack the archive again."
            ) from error

    def close(self) -> None:
        """Close the archive; it is opened again when asked."""
        if "_zip" in self.__dict__:
            self._zip.close()
            for kept in ("_zip", "_members"):
                self.__dict__.pop(kept, None)


def open_tree(path: Path) -> Tree:
    """The tree of a folder or of a zip archive."""
    path = path.resolve()
    return Folder(path) if path.is_dir() else Archive(path)


def open_trees(paths: Sequence[Path]) -> list[Tree]:
    """The trees of some paths, each at most once.

    A folder or archive is a tree; files are trees of their folders with nothing but them. Of an IFCB bin one
    file is enough.
    """
    trees: list[Tree] = []
    loose: dict[Path, dict[str, None]] = {}
    for path in map(Path.resolve, paths):
        if path.is_dir() and not _is_zarr(str(path)):
            trees.append(Folder(path))
        elif zipfile.is_zipfile(path):
            trees.append(Archive(path))
        else:
            loose.setdefault(path.parent, {}).update(dict.fromkeys(_with_siblings(path)))
    return [*trees, *(Folder(parent, names) for parent, names in loose.items())]


def _with_siblings(path: Path) -> list[str]:
    """A file, or the three of a bin."""
    if path.suffix.lower() not in _OF_A_BIN[:3]:
        return [path.name]
    return [each.name for each in path.parent.glob(f"{path.stem}.*") if each.suffix.lower() in _OF_A_BIN]


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
                    if _is_zarr(entry.path):
                        yield prefix + entry.name, (_ZARR_SIZE, entry.stat().st_mtime_ns)
                    else:
                        waiting.append((f"{prefix}{entry.name}/", entry.path))
                elif entry.is_file():
                    status = entry.stat()
                    yield prefix + entry.name, (status.st_size, status.st_mtime_ns)


def _is_zarr(folder: str) -> bool:
    return any(os.path.exists(os.path.join(folder, marker)) for marker in _ZARR)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") and part not in (".", "..") for part in name.split("/")) or (
        name.startswith("__MACOSX/")
    )


def _why_refused(name: str, info: zipfile.ZipInfo) -> str | None:
    parts: Sequence[str] = name.replace("\\", "/").split("/")
    if ".." in parts:
        return "a name that climbs out of the archive"
    if not parts[0] or re.match(r"[A-Za-z]:", name):
        return "an absolute name in an archive"
    if info.flag_bits & 1:
        return "an encrypted member"
    if info.file_size > LARGEST_MEMBER:
        return f"a member that would unpack to {info.file_size / 1024**3:.0f} GiB"
    return None


def _digest(lines: Iterator[str]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for line in lines:
        digest.update(line.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()

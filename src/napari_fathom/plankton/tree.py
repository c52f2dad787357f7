"""A folder or a zip archive as the same thing: names of files, and their bytes, read in place."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from napari_fathom.plankton.faults import Fault

__all__ = ["ARRAY", "IMAGE_SUFFIXES", "ZARR_SIZE", "Tree", "stamp_of"]

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif")
ARRAY = ".zarr"
"""What zarr arrays are listed under, whatever their folders are called."""
ZARR_SIZE = -1


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
            suffix = ARRAY if size == ZARR_SIZE else name[dot:].lower() if dot > name.rfind("/") else ""
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


def stamp_of(lines: Iterable[str]) -> str:
    """Hash of lines that say what a tree holds."""
    digest = hashlib.blake2b(digest_size=16)
    for line in lines:
        digest.update(line.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()

"""A zip archive as a tree, never unpacked to the disk."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from functools import cached_property
from typing import BinaryIO

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import Fault
from napari_fathom.plankton.tree import Tree, stamp_of

__all__ = ["LARGEST_MEMBER", "Archive"]

LARGEST_MEMBER = 2 * 1024**3
"""Bytes a member of an archive may claim to unpack to: no table or image is larger, a bomb is."""

_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)
"""What zipfile raises on archives that were damaged, encrypted, or packed in ways it doesn't know."""


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
        return stamp_of(f"{name}\0{info.file_size}\0{info.CRC}" for name, info in self._members.items())

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

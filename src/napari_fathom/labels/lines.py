"""A file of lines that is only ever appended to: each with a checksum, each on the disk before it counts."""

import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napari_fathom import files
from napari_fathom.errors import LabelError

__all__ = ["Line", "LineFile"]


@dataclass(frozen=True)
class Line:
    """One whole line: what it says, and where it begins and ends in the file (bytes).

    `head` is None where the line is damaged.
    """

    head: dict[str, Any] | None
    start: int
    end: int


class LineFile:
    """The file.

    Parameters
    ----------
    path : Path
        Need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size if self.path.exists() else 0

    def add(self, head: Mapping[str, Any]) -> tuple[int, int]:
        """Write one line and flush it to the disk.

        Returns
        -------
        (int, int)
            Where it begins and ends.

        Raises
        ------
        LabelError
            If the disk is full or read-only; the file is then as it was before.
        """
        body = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
        line = b"%08x %s\n" % (zlib.crc32(body), body)
        start = self.size
        try:
            with self.path.open("ab", buffering=0) as stream:
                try:
                    _write_all(stream.fileno(), line)
                    os.fsync(stream.fileno())
                except OSError:
                    stream.truncate(start)  # else the next line would be glued to half of this one
                    raise
            if not start:
                files.flush_entries(self.path.parent)
        except OSError as error:
            raise LabelError(
                f"{self.path.name}: this change could not be saved ({error.strerror or error}). "
                f"Everything before it is safe. Make room at {self.path.parent} and do it again."
            ) from error
        return start, start + len(line)

    def lines(self, start: int = 0, stop: int | None = None) -> Iterator[Line]:
        """Read the whole lines that begin between two byte positions, oldest first."""
        if not self.path.exists():
            return
        with self.path.open("rb") as stream:
            stream.seek(start)
            position = start
            for line in stream:
                if not line.endswith(b"\n") or (stop is not None and position >= stop):
                    return
                yield Line(_checked(line), position, position + len(line))
                position += len(line)

    def damaged(self, start: int = 0) -> list[int]:
        """Number of bytes from the file's beginning at which each unreadable whole line begins."""
        return [line.start for line in self.lines(start) if line.head is None]

    def end_of_whole_lines(self) -> int:
        """Position behind the last newline: what follows is a line that a crash cut off."""
        end = self.size
        if not end:
            return 0
        step = 1 << 16
        with self.path.open("rb") as stream:
            while end > 0:
                begin = max(0, end - step)
                stream.seek(begin)
                found = stream.read(end - begin).rfind(b"\n")
                if found >= 0:
                    return begin + found + 1
                end = begin
        return 0

    def cut_torn_end(self) -> int:
        """Remove a last line that has no end; it was never acknowledged. Returns its bytes."""
        whole = self.end_of_whole_lines()
        torn = self.size - whole
        if torn:
            with self.path.open("r+b") as stream:
                stream.truncate(whole)
                os.fsync(stream.fileno())
        return torn


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _checked(line: bytes) -> dict[str, Any] | None:
    checksum, _, body = line.rstrip(b"\n").partition(b" ")
    if checksum != b"%08x" % zlib.crc32(body):
        return None
    head: dict[str, Any] = json.loads(body)
    return head

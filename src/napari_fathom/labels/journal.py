"""Every change of the labels, one line each, appended and flushed before anything else is touched."""

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from napari_fathom import files
from napari_fathom.errors import LabelError
from napari_fathom.events import Box
from napari_fathom.labels.patch import Patch

__all__ = ["Journal", "JournalEntry", "LabelEvent"]


@dataclass(frozen=True)
class LabelEvent:
    """One change of the labels, as the journal tells it.

    Parameters
    ----------
    number : int
        1, 2, 3…; 0 for a change that changed nothing and so was not written.
    time : numpy.datetime64
        When, UTC, to the millisecond.
    origin : str
        Who: `paint`, `undo`, `redo`, `accept`, `import`, …
    note : str
        Anything worth knowing: the file of an import, the class that was accepted.
    box : Box
        Tight around the changed pixels.
    pixels : int
        How many changed.
    stroke, strokes : int
        The first stroke id the event brought, and how many.
    """

    number: int
    time: np.datetime64
    origin: str
    note: str
    box: Box
    pixels: int
    stroke: int
    strokes: int = 1


@dataclass(frozen=True)
class JournalEntry:
    """An event with the pixels it changed, and where its line begins and ends in the file (bytes)."""

    event: LabelEvent
    patch: Patch
    start: int
    end: int


class Journal:
    """The append-only file.

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

    def append(self, event: LabelEvent, patch: Patch) -> JournalEntry:
        """Write one line and flush it to the disk.

        Raises
        ------
        LabelError
            If the disk is full or read-only; the journal is then as it was before.
        """
        line = _encode(event, patch)
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
                f"Everything before it is safe. Make room at {self.path.parent} and paint it again."
            ) from error
        return JournalEntry(event, patch, start, start + len(line))

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[JournalEntry]:
        """Read the whole lines between two byte positions, oldest first; damaged ones are skipped.

        `end_of_whole_lines` and `damaged` tell of what is left out here.
        """
        for begin, line in self._lines(start, stop):
            entry = _decode(line, begin)
            if entry is not None:
                yield entry

    def events(self) -> Iterator[LabelEvent]:
        """Read what happened, oldest first, without unpacking the pixels."""
        for _, line in self._lines(0, None):
            head = _checked(line)
            if head is not None:
                yield _event(head)

    def damaged(self, start: int = 0) -> list[int]:
        """Number of bytes from the file's beginning at which each unreadable whole line begins."""
        return [begin for begin, line in self._lines(start, None) if _checked(line) is None]

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

    def _lines(self, start: int, stop: int | None) -> Iterator[tuple[int, bytes]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as stream:
            stream.seek(start)
            position = start
            for line in stream:
                if not line.endswith(b"\n") or (stop is not None and position >= stop):
                    return
                yield position, line
                position += len(line)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _encode(event: LabelEvent, patch: Patch) -> bytes:
    head = {
        "number": event.number,
        "time": str(event.time.astype("datetime64[ms]")),
        "origin": event.origin,
        "note": event.note,
        "box": list(event.box),
        "pixels": event.pixels,
        "stroke": event.stroke,
        "strokes": event.strokes,
        "patch": patch.encode(),
    }
    body = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _checked(line: bytes) -> dict[str, Any] | None:
    checksum, _, body = line.rstrip(b"\n").partition(b" ")
    if checksum != b"%08x" % zlib.crc32(body):
        return None
    head: dict[str, Any] = json.loads(body)
    return head


def _event(head: dict[str, Any]) -> LabelEvent:
    top, bottom, left, right = (int(edge) for edge in head["box"])
    return LabelEvent(
        number=head["number"],
        time=np.datetime64(head["time"], "ms"),
        origin=head["origin"],
        note=head["note"],
        box=(top, bottom, left, right),
        pixels=head["pixels"],
        stroke=head["stroke"],
        strokes=head["strokes"],
    )


def _decode(line: bytes, start: int) -> JournalEntry | None:
    head = _checked(line)
    if head is None:
        return None
    event = _event(head)
    return JournalEntry(event, Patch.decode(event.box, head["patch"]), start, start + len(line))

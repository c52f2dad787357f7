"""Every change of the labels, one line each, appended and flushed before anything else is touched."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from napari_fathom.events import Box
from napari_fathom.labels.lines import LineFile
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


class Journal(LineFile):
    """The append-only file of a label store.

    Parameters
    ----------
    path : Path
        Need not exist yet.
    """

    def append(self, event: LabelEvent, patch: Patch) -> JournalEntry:
        """Write one line and flush it to the disk.

        Raises
        ------
        LabelError
            If the disk is full or read-only; the journal is then as it was before.
        """
        start, end = self.add(_head(event, patch))
        return JournalEntry(event, patch, start, end)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[JournalEntry]:
        """Read the whole lines between two byte positions, oldest first; damaged ones are skipped.

        `end_of_whole_lines` and `damaged` tell of what is left out here.
        """
        for line in self.lines(start, stop):
            if line.head is not None:
                event = _event(line.head)
                patch = Patch.decode(event.box, line.head["patch"])
                yield JournalEntry(event, patch, line.start, line.end)

    def events(self) -> Iterator[LabelEvent]:
        """Read what happened, oldest first, without unpacking the pixels."""
        for line in self.lines():
            if line.head is not None:
                yield _event(line.head)


def _head(event: LabelEvent, patch: Patch) -> dict[str, Any]:
    return {
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

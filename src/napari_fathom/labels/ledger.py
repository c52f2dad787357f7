"""Changes of the labels in their order: first the journal's line, then the chunks; and how to go back."""

import time
from collections.abc import Collection, Iterator

import numpy as np

from napari_fathom.errors import LabelError
from napari_fathom.events import Box
from napari_fathom.labels.changes import inverse
from napari_fathom.labels.chunks import chunk_keys
from napari_fathom.labels.journal import Journal, JournalEntry, LabelEvent
from napari_fathom.labels.pages import Pages
from napari_fathom.labels.patch import Patch
from napari_fathom.labels.restore import with_former_strokes

__all__ = ["Ledger"]

MOST_DIRTY_CHUNKS = 24
"""Changed chunks that are held in memory; beyond, each stroke writes as many as it touches and one more."""
CHECKPOINT_EVENTS = 200
"""Events after which a checkpoint is written."""


class Ledger:
    """What a label store does with a change once it knows its pixels; not for more than one thread at a time.

    Parameters
    ----------
    journal : Journal
    pages : Pages
        The chunks, brought up to the journal's end.
    """

    def __init__(self, journal: Journal, pages: Pages) -> None:
        self._journal, self._pages = journal, pages
        self._session: list[
            tuple[Box, int]
        ] = []  # box, and place in the journal, of each event since opening

    def record(self, patch: Patch, origin: str, note: str, strokes: int) -> LabelEvent:
        """Make a change; it is safe on disk when this returns.

        Parameters
        ----------
        patch : Patch
        origin, note : str
            As for `LabelStore.write`.
        strokes : int
            How many new stroke ids it brings.

        Raises
        ------
        LabelError
            If the disk is full; nothing has changed then.
        """
        event = self._event(self._pages.number + 1, origin, note, patch.box, patch.pixels, strokes)
        entry = self._journal.append(event, patch)
        self._pages.apply(entry)
        self._session.append((patch.box, entry.start))
        self._catch_up(len(list(chunk_keys(patch.box))))
        return event

    def nothing(self, origin: str, note: str, box: Box) -> LabelEvent:
        """Say that nothing has changed: an event of number 0 that no journal holds."""
        return self._event(0, origin, note, (box[0], box[0], box[2], box[2]), 0, 0)

    def restored(self, patch: Patch) -> Patch:
        """Give the pixels of an undo or redo back to the strokes of this session that had them."""
        return with_former_strokes(patch, self._walk_back())

    def revert(self, numbers: Collection[int]) -> list[LabelEvent]:
        """Take events back, newest first, wherever nobody has painted over them since.

        Raises
        ------
        LabelError
            If the journal hasn't got one of them.
        """
        found = [entry for entry in self._journal.entries() if entry.event.number in numbers]
        missing = sorted(set(numbers) - {entry.event.number for entry in found})
        if missing:
            raise LabelError(f"The journal has no event {missing}; it can't be taken back.")
        return [self._revert(entry) for entry in reversed(found)]

    def _revert(self, entry: JournalEntry) -> LabelEvent:
        note = f"takes back {entry.event.number}"
        back = inverse(entry.patch, *self._pages.read(entry.patch.box))
        if back is None:
            return self.nothing("undo", note, entry.patch.box)
        return self.record(back, "undo", note, 0)

    def _event(self, number: int, origin: str, note: str, box: Box, pixels: int, strokes: int) -> LabelEvent:
        now = np.datetime64(time.time_ns() // 1_000_000, "ms")
        return LabelEvent(number, now, origin, note, box, pixels, self._pages.next_stroke, strokes)

    def _catch_up(self, touched: int) -> None:
        try:
            if self._pages.dirty > MOST_DIRTY_CHUNKS:
                self._pages.flush_oldest(touched + 1)
            if self._pages.pending >= CHECKPOINT_EVENTS:
                self._pages.save_checkpoint()
        except OSError as error:  # the change itself is safe in the journal; the next checkpoint tries again
            self._pages.notes.append(
                f"The chunk files could not be brought up to date ({error}); the journal has all."
            )

    def _walk_back(self) -> Iterator[Patch]:
        for _, start in reversed(self._session):
            yield from (entry.patch for entry in self._journal.entries(start, start + 1))

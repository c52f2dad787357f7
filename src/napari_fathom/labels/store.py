"""Partial labels of a whole survey on disk; nothing that was painted is ever lost."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_fathom import files
from napari_fathom.errors import LabelError
from napari_fathom.events import Box
from napari_fathom.labels.changes import changed_pixels, checked_box, checked_strokes, checked_values
from napari_fathom.labels.checkpoint import Checkpoint
from napari_fathom.labels.chunks import ChunkFolder
from napari_fathom.labels.classes import DEFAULT_CLASSES, Classes
from napari_fathom.labels.head import StoreHead
from napari_fathom.labels.journal import Journal, LabelEvent
from napari_fathom.labels.journaled import JOURNAL, JournaledStore
from napari_fathom.labels.ledger import Ledger
from napari_fathom.labels.lock import WriteLock
from napari_fathom.labels.pages import Pages
from napari_fathom.labels.restore import RESTORING

__all__ = ["LabelStore"]


class LabelStore(JournaledStore[StoreHead]):
    """Labels of a survey of any length, in chunks of which only the painted ones exist.

    A change is first one flushed line of the journal, then a change of chunks in memory; now and then these
    are written and a checkpoint says how far. `open` replays the lines behind the checkpoint, so a crash at
    any moment costs nothing that `write` had returned from. All methods may be called from any thread.

    Make one with `create` or `open`; use it as a context manager, or `close` it.
    """

    holds: ClassVar[str] = "labels"

    def __init__(self, path: Path, head: StoreHead, lock: WriteLock | None) -> None:
        super().__init__(path, head, lock)
        self._journal = Journal(path / JOURNAL)
        amiss = [*self._found_amiss(self._journal)]  # before anything reads the journal
        self._pages = Pages(path, head.shape, self._journal)
        self._pages.notes.extend(amiss)
        self._ledger = Ledger(self._journal, self._pages)

    @classmethod
    def create(
        cls, path: Path | str, shape: tuple[int, int], classes: Classes = DEFAULT_CLASSES
    ) -> "LabelStore":
        """Make an empty store and open it for writing.

        Parameters
        ----------
        path : Path
            A folder that doesn't exist yet.
        shape : (int, int)
            Range cells and pings of the survey.
        classes : Classes
            What may be painted.

        Raises
        ------
        LabelError
            If there is something at `path`, or the shape is empty.
        """
        path = Path(path)
        rows, pings = int(shape[0]), int(shape[1])
        if rows < 1 or pings < 1:
            raise LabelError(
                f"{path.name}: a survey of {rows} × {pings} cells can't be labelled; it is empty."
            )
        with cls._laid_out(path) as folder:
            (folder / "chunks").mkdir()
            StoreHead((rows, pings), classes).save(folder)
            Checkpoint().save(folder / "checkpoint.json")
        return cls.open(path)

    @classmethod
    def _read_head(cls, path: Path) -> StoreHead:
        return StoreHead.load(path)

    @property
    def shape(self) -> tuple[int, int]:
        """Range cells and pings."""
        return self._head.shape

    @property
    def last_event(self) -> int:
        """Number of the last change; 0 for a store nobody has painted in."""
        return self._pages.number

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found amiss, and what was done about it."""
        return tuple(self._pages.notes)

    def set_classes(self, classes: Classes) -> None:
        """Replace the classes.

        Raises
        ------
        LabelError
            If a class goes that still has painted pixels.
        """
        with self._guard:
            self._require_writable()
            for value, pixels in self.counts().items():
                if value not in classes and pixels:
                    raise LabelError(
                        f"Class {self.classes[value].name!r} has {pixels:,} painted pixels. "
                        "Erase or repaint them, then remove the class."
                    )
            head = StoreHead(self.shape, classes)
            head.save(self.path)
            self._head = head

    def read(self, box: Box) -> NDArray[np.uint8]:
        """Labels of a box, shape (h, w); 0 where nobody has said anything."""
        with self._guard:
            return self._pages.read(checked_box(box, self.shape))[0]

    def read_strokes(self, box: Box) -> NDArray[np.uint32]:
        """Id of the stroke that set each pixel of a box, shape (h, w); 0 where there is none."""
        with self._guard:
            return self._pages.read(checked_box(box, self.shape))[1]

    def write(
        self,
        box: Box,
        values: ArrayLike,
        mask: ArrayLike | None = None,
        *,
        origin: str,
        note: str = "",
        strokes: ArrayLike | None = None,
    ) -> LabelEvent:
        """Set labels; they are safe on disk when this returns.

        Parameters
        ----------
        box : Box
            Where.
        values : array of int, shape (h, w) or broadcast to it
            Class values; 0 erases.
        mask : array of bool, shape (h, w), optional
            Which pixels of the box to set; all without it.
        origin : str
            Who says so: `paint`, `accept`, `import`, … `undo` and `redo` give pixels back the stroke ids that
            they had when they last had that value.
        note : str
            Anything worth keeping with it.
        strokes : array of int, shape (h, w), optional
            1, 2, 3… where one write brings several strokes (the regions of an imported file, say).

        Returns
        -------
        LabelEvent
            What was changed; number 0 if that is nothing.

        Raises
        ------
        LabelError
            If the box or a value is out of bounds, or the disk is full (nothing has changed then).
        """
        box = checked_box(box, self.shape)
        shape = (box[1] - box[0], box[3] - box[2])
        new = np.broadcast_to(checked_values(values, self.classes.values), shape)
        where = None if mask is None else np.broadcast_to(np.asarray(mask, bool), shape)
        with self._guard:
            self._require_writable()
            first = self._pages.next_stroke
            ids = checked_strokes(strokes, shape, first)
            patch = changed_pixels(box, new, where, ids, *self._pages.read(box))
            if patch is None:
                return self._ledger.nothing(origin, note, box)
            brought = max(0, int(patch.strokes.max()) - first + 1)
            if origin in RESTORING:
                patch = self._ledger.restored(patch)
            return self._ledger.record(patch, origin, note, brought)

    def revert(self, events: Iterable[LabelEvent]) -> list[LabelEvent]:
        """Take changes back, newest first, wherever nobody has painted over them since.

        Pixels get back their former labels and stroke ids. Each reverted event is itself a new one (`undo`).

        Parameters
        ----------
        events : iterable of LabelEvent
            As `write` returned them; those that changed nothing are passed over.

        Raises
        ------
        LabelError
            If an event is not in this store's journal.
        """
        numbers = {event.number for event in events if event.number}
        with self._guard:
            self._require_writable()
            return self._ledger.revert(numbers)

    def counts(self) -> dict[int, int]:
        """Painted pixels of each class, 0 for a class without any."""
        with self._guard:
            totals = dict.fromkeys(self.classes.values, 0)
            for summary in self._pages.summaries.values():
                for value, pixels in summary.counts.items():
                    totals[value] = totals.get(value, 0) + pixels
            return totals

    def painted_boxes(self) -> list[Box]:
        """Boxes, one a chunk and tight in it, that together hold every painted pixel."""
        with self._guard:
            return [self._pages.summaries[key].box for key in sorted(self._pages.summaries)]

    def journal(self) -> list[LabelEvent]:
        """Every change since the store was made, oldest first."""
        with self._guard:
            return list(self._journal.events())

    def snapshot(self, folder: Path | str) -> "LabelStore":
        """Freeze what is painted now into a new folder and open that read-only.

        Costs next to nothing: unchanged chunks are second names of the same files.
        """
        with self._guard, files.replace_folder(Path(folder)) as beside:
            chunks = ChunkFolder(beside / "chunks")
            chunks.path.mkdir()
            self._pages.copy_to(chunks)
            StoreHead(self.shape, self.classes, frozen=True).save(beside)
            pages = self._pages
            frozen = Checkpoint(pages.number, 0, pages.next_stroke, pages.summaries)
            frozen.save(beside / "checkpoint.json")
        return LabelStore.open(folder, "r")

    def checkpoint(self) -> None:
        """Bring the chunk files up to date, so that opening has nothing to replay."""
        with self._guard:
            self._require_writable()
            self._pages.flush()

    def _save_pending(self) -> None:
        if self._pages.pending or self._pages.dirty:
            self._pages.flush()

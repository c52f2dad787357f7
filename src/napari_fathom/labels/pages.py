"""The chunks of one store in memory, kept in step with the journal and, now and then, with the disk."""

from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import LabelError
from napari_fathom.events import Box
from napari_fathom.labels.checkpoint import Checkpoint
from napari_fathom.labels.chunks import (
    Chunk,
    ChunkFolder,
    ChunkKey,
    ChunkSummary,
    chunk_box,
    chunk_keys,
    within,
)
from napari_fathom.labels.journal import Journal, JournalEntry

__all__ = ["Pages"]

CACHED_CHUNKS = 64
"""Clean chunks kept in memory, 1.3 MB each."""


class Pages:
    """What the journal adds up to.

    Parameters
    ----------
    path : Path
        The store's folder.
    shape : (int, int)
        Range cells and pings of the survey.
    journal : Journal
        Its whole lines behind the last checkpoint are replayed at once.

    Attributes
    ----------
    number, next_stroke : int
        The last event, and the id the next stroke gets.
    summaries : dict
        What lies in each painted chunk.
    pending : int
        Events that are not in the chunk files yet.
    notes : list of str
        What was found amiss, and what was done.
    """

    def __init__(self, path: Path, shape: tuple[int, int], journal: Journal) -> None:
        self.shape, self.folder = shape, ChunkFolder(path / "chunks")
        self.notes: list[str] = []
        self._journal, self._checkpoint = journal, path / "checkpoint.json"
        self._clean: OrderedDict[ChunkKey, Chunk] = OrderedDict()
        self._dirty: OrderedDict[ChunkKey, Chunk] = OrderedDict()  # those longest dirty first
        self._behind: dict[
            ChunkKey, tuple[int, int]
        ] = {}  # event and offset before the first one not on disk
        start = self._load_checkpoint()
        self.number, self.offset, self.next_stroke = start.number, start.offset, start.next_stroke
        if self.offset > journal.size:
            self.notes.append(
                f"The journal has {journal.size:,} bytes, {self.offset:,} when it was last in use; "
                "what is missing can't be taken back, the labels themselves are whole."
            )
            self.offset = 0  # new lines may lie anywhere; chunks know what they hold already
        self.summaries: dict[ChunkKey, ChunkSummary] = dict(start.summaries)
        self.pending = 0
        self._replay()

    @property
    def dirty(self) -> int:
        """Chunks that are newer here than on disk."""
        return len(self._dirty)

    def read(self, box: Box) -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
        """Labels and stroke ids of a box, each of shape (h, w), as copies."""
        shape = (box[1] - box[0], box[3] - box[2])
        values, strokes = np.zeros(shape, np.uint8), np.zeros(shape, np.uint32)
        for key in chunk_keys(box):
            if key not in self.summaries:
                continue
            chunk, place = self._chunk(key), chunk_box(key, self.shape)
            common = (
                max(box[0], place[0]),
                min(box[1], place[1]),
                max(box[2], place[2]),
                min(box[3], place[3]),
            )
            values[within(common, box)] = chunk.values[within(common, place)]
            strokes[within(common, box)] = chunk.strokes[within(common, place)]
        return values, strokes

    def apply(self, entry: JournalEntry) -> None:
        """Take over one journal entry; chunks that hold it already stay as they are."""
        for key in chunk_keys(entry.patch.box):
            chunk, place = self._chunk(key), chunk_box(key, self.shape)
            if chunk.number < entry.event.number:
                chunk.apply(entry.patch, place, entry.event.number)
                self._soil(key, chunk)
            self._summarise(key, chunk.summary(place))
        self.number, self.offset = max(self.number, entry.event.number), entry.end
        self.next_stroke = max(self.next_stroke, entry.event.stroke + entry.event.strokes)
        self.pending += 1

    def flush(self) -> None:
        """Write what is newer than the disk, then a checkpoint that says so."""
        self.flush_oldest(self.dirty)
        self.checkpoint().save(self._checkpoint)
        self.pending = 0

    def flush_oldest(self, chunks: int) -> None:
        """Write so many chunks; a few at each stroke, so that no stroke has to wait for all of them."""
        for key in list(self._dirty)[:chunks]:
            self.folder.save(key, self._dirty[key])
            self._keep(key, self._dirty.pop(key))
            del self._behind[key]

    def save_checkpoint(self) -> None:
        """Say how far the chunks on disk are, without writing any."""
        self.checkpoint().save(self._checkpoint)
        self.pending = 0

    def checkpoint(self) -> Checkpoint:
        """How far the chunks on disk hold everything; what is there beyond does no harm."""
        number, offset = min(self._behind.values(), default=(self.number, self.offset))
        return Checkpoint(number, offset, self.next_stroke, self.summaries)

    def copy_to(self, folder: ChunkFolder) -> None:
        """Give `folder` every painted chunk as it is now."""
        for key in self.summaries:
            if key in self._dirty:
                folder.save(key, self._dirty[key])
            else:
                self.folder.link(key, folder)

    def _load_checkpoint(self) -> Checkpoint:
        try:
            return Checkpoint.load(self._checkpoint)
        except ValueError as error:
            self.notes.append(f"{error}; everything was built again from the journal.")
            return Checkpoint()

    def _replay(self) -> None:
        start = self.offset
        for entry in self._journal.entries(start):
            self.apply(entry)
        if self.pending:
            self.notes.append(
                f"{self.pending} changes after the last checkpoint were taken from the journal."
            )
        bad = self._journal.damaged(start)
        if bad:
            self.notes.append(
                f"{len(bad)} damaged lines of the journal were left out (first at byte {bad[0]})."
            )

    def _chunk(self, key: ChunkKey) -> Chunk:
        if key in self._dirty:
            return self._dirty[key]
        if key in self._clean:
            self._clean.move_to_end(key)
            return self._clean[key]
        place = chunk_box(key, self.shape)
        try:
            chunk = self.folder.load(key, place)
        except ValueError as error:
            self._soil(key, self._rebuild(key, error))
            self.pending += 1
            return self._dirty[key]
        self._keep(key, chunk)
        return chunk

    def _rebuild(self, key: ChunkKey, damage: ValueError) -> Chunk:
        if not self._journal.size:
            raise LabelError(f"{damage}. This frozen copy has no journal to rebuild it from; train again.")
        place = chunk_box(key, self.shape)
        chunk = Chunk.empty(place)
        for entry in self._journal.entries():
            if entry.event.number > self.number:
                break
            chunk.apply(entry.patch, place, entry.event.number)
        self.notes.append(f"{damage}; it was built again from the journal.")
        return chunk

    def _soil(self, key: ChunkKey, chunk: Chunk) -> None:
        self._clean.pop(key, None)
        self._dirty[key] = chunk
        self._behind.setdefault(key, (self.number, self.offset))

    def _keep(self, key: ChunkKey, chunk: Chunk) -> None:
        self._clean[key] = chunk
        self._clean.move_to_end(key)
        while len(self._clean) > CACHED_CHUNKS:
            self._clean.popitem(last=False)

    def _summarise(self, key: ChunkKey, summary: ChunkSummary | None) -> None:
        if summary is None:
            self.summaries.pop(key, None)
        else:
            self.summaries[key] = summary

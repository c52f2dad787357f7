"""The labels of a whole survey in pieces, of which only the painted ones exist."""

import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from napari_fathom import files
from napari_fathom.events import Box
from napari_fathom.labels.patch import Patch, tight_box
from napari_fathom.npz import read_npz

__all__ = ["CHUNK_SHAPE", "Chunk", "ChunkFolder", "ChunkKey", "ChunkSummary", "chunk_box", "chunk_keys"]

CHUNK_SHAPE = (256, 1024)
"""Rows and pings of one piece: 1.3 MB unpacked, about a kilobyte on disk for a few strokes."""

ChunkKey = tuple[int, int]


@dataclass(frozen=True)
class ChunkSummary:
    """What lies in one chunk, known without opening it.

    Parameters
    ----------
    counts : dict of int to int
        Pixels of each class.
    box : Box
        Tight around them, in cells of the survey.
    """

    counts: dict[int, int]
    box: Box


@dataclass
class Chunk:
    """One piece in memory.

    Parameters
    ----------
    values : ndarray of uint8, shape (h, w)
    strokes : ndarray of uint32, shape (h, w)
    number : int
        The last label event that is in it: replaying a journal skips what is there already.
    """

    values: NDArray[np.uint8]
    strokes: NDArray[np.uint32]
    number: int = 0

    @classmethod
    def empty(cls, box: Box) -> "Chunk":
        """Nobody has said anything."""
        shape = (box[1] - box[0], box[3] - box[2])
        return cls(np.zeros(shape, np.uint8), np.zeros(shape, np.uint32))

    def apply(self, patch: Patch, box: Box, number: int) -> None:
        """Take over the part of a patch that lies in this chunk, whose place is `box`."""
        part = patch.within(box)
        if part is not None:
            inner = within(part.box, box)
            self.values[inner][part.mask] = part.values
            self.strokes[inner][part.mask] = part.strokes
        self.number = number

    def summary(self, box: Box) -> ChunkSummary | None:
        """Count what is here; None where all is unlabelled."""
        tight = tight_box(self.values > 0)
        if tight is None:
            return None
        counts = np.bincount(self.values.ravel(), minlength=2)
        counts[0] = 0
        return ChunkSummary(
            {int(value): int(counts[value]) for value in np.flatnonzero(counts)},
            (box[0] + tight[0], box[0] + tight[1], box[2] + tight[2], box[2] + tight[3]),
        )


@dataclass(frozen=True)
class ChunkFolder:
    """The files, one compressed npz for each chunk, each written beside and renamed."""

    path: Path

    def file(self, key: ChunkKey) -> Path:
        """Where a chunk lies."""
        return self.path / f"{key[0]}.{key[1]}.npz"

    def load(self, key: ChunkKey, box: Box) -> Chunk:
        """Read one chunk; an empty one where there is no file.

        Raises
        ------
        ValueError
            If the file is damaged.
        """
        path = self.file(key)
        if not path.exists():
            return Chunk.empty(box)
        shape = (box[1] - box[0], box[3] - box[2])
        try:
            stored = read_npz(path, ("values", "strokes", "number"))
            chunk = Chunk(stored["values"], stored["strokes"], int(stored["number"]))
        except (KeyError, ValueError, TypeError) as error:
            raise ValueError(f"{path.name} is damaged ({error})") from error
        if chunk.values.shape != shape or chunk.strokes.shape != shape:
            raise ValueError(f"{path.name} has the shape {chunk.values.shape}, not {shape}")
        return chunk

    def save(self, key: ChunkKey, chunk: Chunk) -> None:
        """Write one chunk and flush it to the disk."""
        packed = io.BytesIO()
        np.savez_compressed(packed, values=chunk.values, strokes=chunk.strokes, number=np.int64(chunk.number))
        files.replace_bytes(self.file(key), packed.getvalue())

    def link(self, key: ChunkKey, other: "ChunkFolder") -> None:
        """Give `other` the same chunk: a second name of the file (they are only ever replaced), or a copy."""
        source, target = self.file(key), other.file(key)
        if not source.exists():
            return
        try:
            os.link(source, target)
        except OSError:  # another disk, or a file system without hard links
            shutil.copy2(source, target)


def chunk_box(key: ChunkKey, shape: tuple[int, int]) -> Box:
    """Place of a chunk in a survey of this shape."""
    top, left = key[0] * CHUNK_SHAPE[0], key[1] * CHUNK_SHAPE[1]
    return top, min(top + CHUNK_SHAPE[0], shape[0]), left, min(left + CHUNK_SHAPE[1], shape[1])


def chunk_keys(box: Box) -> Iterator[ChunkKey]:
    """Chunks that a box touches."""
    for row in range(box[0] // CHUNK_SHAPE[0], -(-box[1] // CHUNK_SHAPE[0])):
        for column in range(box[2] // CHUNK_SHAPE[1], -(-box[3] // CHUNK_SHAPE[1])):
            yield row, column


def within(inner: Box, outer: Box) -> tuple[slice, slice]:
    """Slices of `inner` in an array whose place is `outer`."""
    return (
        slice(inner[0] - outer[0], inner[1] - outer[0]),
        slice(inner[2] - outer[2], inner[3] - outer[2]),
    )

"""Edits of a model's clusters on disk, one line each, and their taking back."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError
from napari_fathom.labels.lines import LineFile
from napari_fathom.study.cluster_edits import ClusterEdit, Merge, Partition, SendBack, Split, edited

__all__ = ["EditLog"]


@dataclass(frozen=True, eq=False)
class _Applied:
    """An edit, and what it takes to take it back: a copy of every state would fill the memory."""

    edit: ClusterEdit
    rows: NDArray[np.int64]
    largest: int
    sent_back: frozenset[int]

    @classmethod
    def to(cls, partition: Partition, edit: ClusterEdit) -> "_Applied":
        rows = np.zeros(0, np.int64) if isinstance(edit, SendBack) else partition.rows(edit.cluster)
        return cls(edit, rows, partition.largest, partition.sent_back)

    def taken_back(self, partition: Partition) -> Partition:
        cluster = partition.cluster.copy()
        cluster[self.rows] = self.edit.cluster
        return Partition(cluster, self.largest, self.sent_back)


class EditLog:
    """The edits on disk, each flushed before it counts; opening applies them again.

    One thread may edit while others read `partition`: every edit puts a new one in its place.

    Parameters
    ----------
    path : Path
        `cluster_edits.jsonl` beside the answer; need not exist yet.
    partition : Partition
        As the model says.
    writable : bool
        Whether this is the one who may write: a line that a crash cut off is removed.

    Attributes
    ----------
    partition : Partition
        As the clusters are now.
    notes : list of str
        What was found amiss in the file.
    """

    def __init__(self, path: Path, partition: Partition, *, writable: bool) -> None:
        self._lines = LineFile(path)
        self._applied: list[_Applied] = []
        self.partition = partition
        self.notes: list[str] = []
        if writable and (torn := self._lines.cut_torn_end()):
            self.notes.append(f"{path.name}: the last line was cut off by a crash ({torn} bytes); removed.")
        for number, line in enumerate(self._lines.lines(), 1):
            try:
                self._replay(line.head)
            except (StudyError, ValueError, KeyError, TypeError, zlib.error, binascii.Error) as error:
                self.notes.append(f"{path.name}, line {number}: damaged or of no use any more ({error}).")

    def add(self, edit: ClusterEdit) -> None:
        """Apply an edit; it is safe on disk when this returns.

        Raises
        ------
        StudyError
            If it doesn't fit.
        LabelError
            If the disk is full; nothing has changed then.
        """
        after = edited(self.partition, edit)
        self._lines.add(_as_line(edit))
        self._apply(edit, after)

    def undo(self) -> ClusterEdit | None:
        """Take the last edit back; None if there is none. To do it again, `add` what this returns.

        Raises
        ------
        LabelError
            If the disk is full; nothing has changed then.
        """
        if not self._applied:
            return None
        self._lines.add({"edit": "undo"})
        return self._take_back()

    def _apply(self, edit: ClusterEdit, after: Partition) -> None:
        self._applied.append(_Applied.to(self.partition, edit))
        self.partition = after

    def _take_back(self) -> ClusterEdit:
        last = self._applied.pop()
        self.partition = last.taken_back(self.partition)
        return last.edit

    def _replay(self, head: Mapping[str, Any] | None) -> None:
        if head is None:
            raise ValueError("its checksum doesn't fit")
        if head["edit"] != "undo":
            edit = _from_line(head)
            self._apply(edit, edited(self.partition, edit))
        elif self._applied:
            self._take_back()


def _as_line(edit: ClusterEdit) -> dict[str, Any]:
    if isinstance(edit, Merge):
        return {"edit": "merge", "cluster": edit.cluster, "into": edit.into}
    if isinstance(edit, SendBack):
        return {"edit": "send back", "cluster": edit.cluster}
    part = base64.b64encode(zlib.compress(np.asarray(edit.part, np.uint8).tobytes())).decode()
    return {"edit": "split", "cluster": edit.cluster, "part": part}


def _from_line(head: Mapping[str, Any]) -> ClusterEdit:
    cluster = int(head["cluster"])
    match head["edit"]:
        case "merge":
            return Merge(cluster, int(head["into"]))
        case "send back":
            return SendBack(cluster)
        case "split":
            packed = zlib.decompress(base64.b64decode(head["part"], validate=True))
            return Split(cluster, np.frombuffer(packed, np.uint8))
        case other:
            raise ValueError(
                f"an edit of the kind {other!r}; this version knows merge, split, send back, undo"
            )

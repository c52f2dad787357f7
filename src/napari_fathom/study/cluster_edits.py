"""What a person changes about a model's clusters: merges, splits, sendings back, and their taking back."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError
from napari_fathom.labels.lines import LineFile

__all__ = ["ClusterEdit", "EditLog", "Merge", "Partition", "SendBack", "Split", "edited"]


@dataclass(frozen=True)
class Merge:
    """The members of one cluster go to another."""

    cluster: int
    into: int


@dataclass(frozen=True, eq=False)
class Split:
    """A cluster falls into parts: the first keeps its number, the others get new ones.

    Parameters
    ----------
    cluster : int
    part : ndarray of uint8, shape (n,)
        Of each member, in the order of the collection's rows. Kept, not computed again: another version of
        k-means may part them otherwise.
    """

    cluster: int
    part: NDArray[np.uint8]


@dataclass(frozen=True)
class SendBack:
    """A cluster is left undecided and comes last."""

    cluster: int


ClusterEdit = Merge | Split | SendBack


@dataclass(frozen=True, eq=False)
class Partition:
    """Which cluster each object is in.

    Parameters
    ----------
    cluster : ndarray of uint32, shape (N,)
        0 for objects without an image.
    largest : int
        The largest number that was ever given: numbers of merged clusters are not used again.
    sent_back : frozenset of int
        Clusters that come last.
    """

    cluster: NDArray[np.uint32]
    largest: int
    sent_back: frozenset[int] = frozenset()

    @classmethod
    def of(cls, cluster: NDArray[Any]) -> "Partition":
        """As a model says, before any edit."""
        return cls(np.array(cluster, np.uint32), int(np.max(cluster, initial=0)))

    def rows(self, cluster: int) -> NDArray[np.int64]:
        """Members of a cluster, ascending.

        Raises
        ------
        StudyError
            If it has none.
        """
        rows = np.flatnonzero(self.cluster == cluster)
        if cluster < 1 or not len(rows):
            raise StudyError(f"There is no cluster {cluster} (any more). Choose another one.")
        return rows


def edited(partition: Partition, edit: ClusterEdit) -> Partition:
    """Apply an edit.

    Raises
    ------
    StudyError
        If it doesn't fit: a cluster that isn't there, one merged into itself, parts of another size.
    """
    rows = partition.rows(edit.cluster)
    if isinstance(edit, SendBack):
        return replace(partition, sent_back=partition.sent_back | {edit.cluster})
    cluster = partition.cluster.copy()
    if isinstance(edit, Merge):
        if edit.into == edit.cluster:
            raise StudyError(f"Cluster {edit.cluster} can't be merged with itself. Choose another one.")
        partition.rows(edit.into)
        cluster[rows] = edit.into
        largest = partition.largest
    else:
        if edit.part.shape != rows.shape or len(edit.part) == 0 or (edit.part > 0).all():
            raise StudyError(
                f"Cluster {edit.cluster} has {len(rows):,} members; the split is of {len(edit.part):,}. "
                "Split it anew."
            )
        new = np.where(edit.part == 0, edit.cluster, partition.largest + edit.part.astype(np.int64))
        cluster[rows] = new
        largest = partition.largest + int(edit.part.max())
    return Partition(cluster, largest, partition.sent_back - {edit.cluster})


class EditLog:
    """The edits on disk, each flushed before it counts; opening applies them again.

    Parameters
    ----------
    path : Path
        `cluster_edits.jsonl` beside the answer; need not exist yet.
    partition : Partition
        As the model says.
    writable : bool
        Whether this is the one who may write: a line that a crash cut off is removed.
    """

    def __init__(self, path: Path, partition: Partition, *, writable: bool) -> None:
        self._lines = LineFile(path)
        self._states = [partition]
        self._edits: list[ClusterEdit] = []
        self.notes: list[str] = []
        if writable and (torn := self._lines.cut_torn_end()):
            self.notes.append(f"{path.name}: the last line was cut off by a crash ({torn} bytes); removed.")
        for number, line in enumerate(self._lines.lines(), 1):
            try:
                self._replay(line.head)
            except (StudyError, ValueError, KeyError, TypeError, zlib.error, binascii.Error) as error:
                self.notes.append(f"{path.name}, line {number}: damaged or of no use any more ({error}).")

    @property
    def partition(self) -> Partition:
        """As the clusters are now."""
        return self._states[-1]

    @property
    def last(self) -> ClusterEdit | None:
        """The edit that `undo` would take back."""
        return self._edits[-1] if self._edits else None

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
        self._states.append(after)
        self._edits.append(edit)

    def undo(self) -> ClusterEdit | None:
        """Take the last edit back; None if there is none.

        Raises
        ------
        LabelError
            If the disk is full; nothing has changed then.
        """
        if not self._edits:
            return None
        self._lines.add({"edit": "undo"})
        self._states.pop()
        return self._edits.pop()

    def _replay(self, head: Mapping[str, Any] | None) -> None:
        if head is None:
            raise ValueError("its checksum doesn't fit")
        if head["edit"] == "undo":
            if self._edits:
                self._states.pop()
                self._edits.pop()
            return
        edit = _from_line(head)
        self._states.append(edited(self.partition, edit))
        self._edits.append(edit)


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

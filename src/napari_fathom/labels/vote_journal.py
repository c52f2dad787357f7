"""Every cast and every taking back, one line each, appended and flushed before anything else is touched."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.labels.columns import pack_column, unpack_column
from napari_fathom.labels.lines import LineFile

__all__ = ["Ballot", "VoteEvent", "VoteJournal", "VoteLine"]


@dataclass(frozen=True)
class VoteEvent:
    """What one person (or model) said about any number of objects at once, as the journal tells it.

    Parameters
    ----------
    number : int
        1, 2, 3…; 0 for a cast that changed nothing and so was not written.
    time : numpy.datetime64
        When it was cast, UTC, to the millisecond.
    annotator : str
        Whose votes they are; empty where earlier ones are taken back.
    status : str
        predicted, dubious or validated; empty where earlier ones are taken back.
    note : str
        Anything worth knowing: the cluster that was accepted, the file that was imported.
    objects : int
        How many votes it cast or took back.
    takes_back : int
        The event whose votes count no more, or again where that one took votes back itself; 0 for a cast.
    """

    number: int
    time: np.datetime64
    annotator: str
    status: str
    note: str
    objects: int
    takes_back: int = 0


@dataclass(frozen=True)
class Ballot:
    """The votes of one cast, one row each.

    Parameters
    ----------
    rows : ndarray of int64, shape (n,)
        Objects, ascending, each once.
    values : ndarray of uint16, shape (n,)
        Classes; 0 withdraws what the annotator said before.
    shown : ndarray of uint16, shape (n,)
        The class that was proposed to the annotator; 0 for none.
    times : ndarray of int64, shape (n,)
        Milliseconds since 1970, UTC.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.uint16]
    shown: NDArray[np.uint16]
    times: NDArray[np.int64]

    def encode(self) -> dict[str, Any]:
        """Pack into plain JSON values."""
        return {
            "rows": pack_column(np.diff(self.rows, prepend=0)),  # neighbours differ by little
            "values": pack_column(self.values),
            "shown": pack_column(self.shown),
            "times": pack_column(self.times),
        }

    @classmethod
    def decode(cls, packed: dict[str, Any], size: int) -> "Ballot":
        """Unpack what `encode` gave.

        Raises
        ------
        ValueError
            If the payload is damaged.
        """
        whole, short = np.dtype(np.int64), np.dtype(np.uint16)
        return cls(
            np.cumsum(unpack_column(packed["rows"], whole, size)),
            unpack_column(packed["values"], short, size),
            unpack_column(packed["shown"], short, size),
            unpack_column(packed["times"], whole, size),
        )


@dataclass(frozen=True)
class VoteLine:
    """An event with its votes (None where it takes some back), and where its line ends (bytes)."""

    event: VoteEvent
    ballot: Ballot | None
    end: int


class VoteJournal(LineFile):
    """The append-only file of a vote store.

    Parameters
    ----------
    path : Path
        Need not exist yet.
    """

    def append(self, event: VoteEvent, ballot: Ballot | None) -> VoteLine:
        """Write one line and flush it to the disk.

        Raises
        ------
        LabelError
            If the disk is full or read-only; the journal is then as it was before.
        """
        head: dict[str, Any] = {"number": event.number, "time": str(event.time.astype("datetime64[ms]"))}
        if ballot is None:
            head |= {"takes_back": event.takes_back, "note": event.note, "objects": event.objects}
        else:
            head |= {"annotator": event.annotator, "status": event.status, "note": event.note}
            head |= {"objects": event.objects, "ballot": ballot.encode()}
        return VoteLine(event, ballot, self.add(head)[1])

    def entries(self, start: int = 0) -> Iterator[VoteLine]:
        """Read the whole lines from a byte position on, oldest first; damaged ones are skipped."""
        for line in self.lines(start):
            if line.head is not None:
                event, packed = _event(line.head), line.head.get("ballot")
                ballot = Ballot.decode(packed, event.objects) if packed is not None else None
                yield VoteLine(event, ballot, line.end)

    def events(self) -> Iterator[VoteEvent]:
        """Read what happened, oldest first, without unpacking the votes."""
        for line in self.lines():
            if line.head is not None:
                yield _event(line.head)


def _event(head: dict[str, Any]) -> VoteEvent:
    return VoteEvent(
        number=head["number"],
        time=np.datetime64(head["time"], "ms"),
        annotator=head.get("annotator", ""),
        status=head.get("status", ""),
        note=head["note"],
        objects=head["objects"],
        takes_back=head.get("takes_back", 0),
    )

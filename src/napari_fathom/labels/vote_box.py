"""All votes of a store in memory: one growing table, threaded so that an object's votes are found at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.labels.tally import latest_of_each
from napari_fathom.labels.vote_journal import Ballot

__all__ = ["STATUSES", "VOTE", "VoteBox"]

STATUSES = ("", "predicted", "dubious", "validated")
"""As EcoTaxa has them; a vote's status is a place in this list. Machines predict, the others are people's."""

VOTE = np.dtype(
    [
        ("row", "<i4"),
        ("annotator", "<u2"),
        ("value", "<u2"),
        ("shown", "<u2"),
        ("status", "u1"),
        ("counts", "?"),
        ("event", "<u4"),
        ("previous", "<i4"),
        ("time", "<i8"),
    ]
)
"""One vote: `counts` is False once it was taken back, `previous` the vote before on the object (−1: none)."""


class VoteBox:
    """The table.

    Parameters
    ----------
    objects : int
        Rows that can be voted on.
    votes : ndarray of VOTE, optional
        To begin with, in the order they were cast.
    """

    def __init__(self, objects: int, votes: NDArray[Any] | None = None) -> None:
        self._table = np.zeros(1024, VOTE) if votes is None else votes.copy()
        self._size = 0 if votes is None else len(votes)
        self._last = np.full(objects, -1, np.int32)
        self._last[self.votes["row"]] = np.arange(self._size, dtype=np.int32)

    def __len__(self) -> int:
        return self._size

    @property
    def votes(self) -> NDArray[Any]:
        """The votes, as a view of VOTE records, in the order they were cast."""
        return self._table[: self._size]

    @property
    def objects(self) -> int:
        """Rows that can be voted on."""
        return len(self._last)

    def add(self, event: int, annotator: int, status: int, ballot: Ballot) -> None:
        """Take over one cast."""
        start, stop = self._size, self._size + len(ballot.rows)
        if stop > len(self._table):
            self._table = np.concatenate([self.votes, np.zeros(max(stop, len(self._table)), VOTE)])
        new = self._table[start:stop]
        new["row"], new["value"], new["shown"], new["time"] = (
            ballot.rows,
            ballot.values,
            ballot.shown,
            ballot.times,
        )
        new["event"], new["annotator"], new["status"], new["counts"] = event, annotator, status, True
        new["previous"] = self._last[ballot.rows]
        self._last[ballot.rows] = np.arange(start, stop, dtype=np.int32)
        self._size = stop

    def of_event(self, event: int) -> NDArray[Any]:
        """The votes of one cast, as a view that may be changed; empty if it isn't one."""
        events = self.votes["event"]  # ascending, since votes are never moved
        return self.votes[np.searchsorted(events, event, "left") : np.searchsorted(events, event, "right")]

    def on(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Places of all votes on some objects, ascending."""
        found = []
        at = self._last[rows]
        while (at := at[at >= 0]).size:
            found.append(at)
            at = self._table["previous"][at]
        return np.sort(np.concatenate(found)).astype(np.int64) if found else np.zeros(0, np.int64)

    def last_words(self, rows: NDArray[Any] | None = None) -> NDArray[np.int64]:
        """Places of each annotator's last vote on an object that was not taken back, ascending.

        A withdrawal (value 0) ends what was said and is no word itself.

        Parameters
        ----------
        rows : ndarray of int, optional
            Only these objects; all without it.
        """
        places = np.arange(self._size) if rows is None else self.on(rows)
        places = places[self._table["counts"][places]]
        votes = self._table[places]
        places = places[latest_of_each(votes["row"], votes["annotator"])]
        said: NDArray[np.int64] = places[self._table["value"][places] > 0]
        return said

    def standing(self, rows: NDArray[Any] | None = None) -> NDArray[np.int64]:
        """Places of the votes that stand: last words, and machines' only where nobody else has one."""
        places = self.last_words(rows)
        votes = self._table[places]
        people = votes["status"] > STATUSES.index("predicted")
        decided = np.zeros(self.objects, bool)
        decided[votes["row"][people]] = True
        stands: NDArray[np.int64] = places[people | ~decided[votes["row"]]]
        return stands

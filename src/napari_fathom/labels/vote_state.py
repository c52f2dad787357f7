"""What a vote journal adds up to, kept in step with it, and now and then saved so that opening is quick."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom import files
from napari_fathom.labels.tally import tally, winners
from napari_fathom.labels.vote_box import STATUSES, VOTE, VoteBox
from napari_fathom.labels.vote_journal import VoteJournal, VoteLine
from napari_fathom.labels.vote_standing import Standing
from napari_fathom.npz import read_npz

__all__ = ["VoteState"]

NAME = "votes.npz"


class VoteState:
    """Votes, and what stands on each object.

    Parameters
    ----------
    folder : Path
        The store's.
    objects : int
        Rows that can be voted on.
    journal : VoteJournal
        Its whole lines behind the saved state are replayed at once.

    Attributes
    ----------
    box : VoteBox
    annotators : list of str
        In the order they first voted.
    standing : Standing
        What it comes to; replaced as a whole by every event.
    number, offset : int
        The last event, and the bytes of the journal up to and with it.
    pending : int
        Events that are not in the saved state.
    notes : list of str
        What was found amiss.
    """

    def __init__(self, folder: Path, objects: int, journal: VoteJournal) -> None:
        self._path = folder / NAME
        self.notes: list[str] = []
        self.pending = 0
        self._load(objects, journal)
        start = self.offset
        for entry in journal.entries(start):
            self._take(entry)
        bad = journal.damaged(start)
        if bad:
            self.notes.append(
                f"{len(bad)} damaged lines of the journal were left out (first at byte {bad[0]})."
            )
        self.standing = Standing.empty(objects)
        self._settle(np.unique(self.box.votes["row"]))

    def annotator(self, name: str) -> int:
        """Place of an annotator in the list; one behind it if they have never voted."""
        return self._places.get(name, len(self.annotators))

    def counts_again(self, event: int) -> tuple[int, bool] | None:
        """Find what taking an event back does.

        Returns
        -------
        (int, bool) or None
            The cast whose votes are meant, and whether they count again (True) or no more; None if there is
            no such event.
        """
        again = False
        while event in self._links:
            event, again = self._links[event], not again
        return (event, again) if len(self.box.of_event(event)) else None

    def speaks_for(self, values: NDArray[Any]) -> NDArray[np.uint16]:
        """Class value of every last word that is for one of these classes, shape (n,)."""
        if not len(values):
            return np.zeros(0, np.uint16)
        votes = self.box.votes
        wanted = np.zeros(1 << 16, bool)
        wanted[values] = True
        rows = np.unique(votes["row"][wanted[votes["value"]] & votes["counts"]])
        words: NDArray[np.uint16] = votes["value"][self.box.last_words(rows)]
        return words[wanted[words]]

    def apply(self, entry: VoteLine) -> None:
        """Take over one line that was just written."""
        rows = self._take(entry)
        self._settle(rows)

    def save(self) -> None:
        """Write the whole state into the store, so that nothing up to here has to be replayed."""
        self._write(self._path, self.offset)
        self.pending = 0

    def save_copy(self, folder: Path) -> None:
        """Write the whole state into another folder, which has no journal."""
        self._write(folder / NAME, 0)

    def _write(self, path: Path, offset: int) -> None:
        links = np.array(list(self._links.items()), np.int64).reshape(-1, 2)
        stream = io.BytesIO()
        np.savez(  # not compressed: saving a million votes would take seconds
            stream,
            allow_pickle=False,
            votes=self.box.votes,
            annotators=np.array(self.annotators, np.str_),
            links=links,
            place=np.array([self.number, offset], np.int64),
        )
        files.replace_bytes(path, stream.getvalue())

    def _load(self, objects: int, journal: VoteJournal) -> None:
        self.box, self.number, self.offset = VoteBox(objects), 0, 0
        self.annotators: list[str] = []
        self._links: dict[int, int] = {}
        if self._path.exists():
            try:
                stored = read_npz(self._path, ("votes", "annotators", "links", "place"))
                if stored["votes"].dtype != VOTE or (stored["votes"]["row"] >= objects).any():
                    raise ValueError("its votes are of another kind")
                number, offset = (int(value) for value in stored["place"])
                annotators = [str(name) for name in stored["annotators"]]
                links = {int(event): int(back) for event, back in stored["links"]}
                self.box = VoteBox(objects, stored["votes"])
                self.number, self.offset = number, offset
                self.annotators, self._links = annotators, links
            except (KeyError, ValueError, TypeError) as error:
                self.notes.append(
                    f"{NAME} is damaged ({error}); everything was built again from the journal."
                )
        if self.offset > journal.size:
            self.notes.append(
                f"The journal has {journal.size:,} bytes, {self.offset:,} when it was last in use; "
                "what is missing can't be listed, the votes themselves are whole."
            )
            self.offset = 0
        self._places = {name: place for place, name in enumerate(self.annotators)}

    def _take(self, entry: VoteLine) -> NDArray[np.int64]:
        event = entry.event
        self.offset = entry.end
        if event.number <= self.number:  # it is in the saved state
            return np.zeros(0, np.int64)
        self.number = event.number
        self.pending += 1
        if entry.ballot is None:
            self._links[event.number] = event.takes_back
            found = self.counts_again(event.number)
            if found is None:  # the line of that cast is damaged
                return np.zeros(0, np.int64)
            cast, taken = found
            votes = self.box.of_event(cast)
            votes["counts"] = not taken
            return votes["row"].astype(np.int64)
        place = self._places.setdefault(event.annotator, len(self.annotators))
        if place == len(self.annotators):
            self.annotators.append(event.annotator)
        self.box.add(event.number, place, STATUSES.index(event.status), entry.ballot)
        return entry.ballot.rows

    def _settle(self, rows: NDArray[np.int64]) -> None:
        """Count what stands on these objects (ascending, each once)."""
        places = self.box.standing(rows if len(rows) < self.box.objects else None)
        votes = self.box.votes[places]
        counted = tally(np.searchsorted(rows, votes["row"]), votes["value"], len(rows))
        won = winners(counted)
        said = won >= 0
        deciding = np.full(len(rows), -1, np.int64)
        deciding[said] = places[counted.latest[won[said]]]
        labels = np.where(said, self.box.votes["value"][deciding], np.uint16(0))
        statuses = np.where(said, self.box.votes["status"][deciding], np.uint8(0))
        self.standing = self.standing.with_rows(rows, deciding, labels, statuses)

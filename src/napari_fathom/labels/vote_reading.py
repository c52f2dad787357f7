"""What a vote store answers; `votes.VoteStore` adds what it takes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from napari_fathom.labels.journaled import JOURNAL, JournaledStore
from napari_fathom.labels.lock import WriteLock
from napari_fathom.labels.tally import Tally, agreement, entropy_bits, soft_labels, tally
from napari_fathom.labels.vote_box import STATUSES
from napari_fathom.labels.vote_head import VoteHead, fingerprint_of, load_objects
from napari_fathom.labels.vote_journal import VoteEvent, VoteJournal
from napari_fathom.labels.vote_state import VoteState
from napari_fathom.labels.vote_table import vote_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["VoteReading"]


class VoteReading(JournaledStore[VoteHead]):
    """Questions about the votes of a store; from any thread."""

    holds: ClassVar[str] = "votes"

    def __init__(self, path: Path, head: VoteHead, lock: WriteLock | None) -> None:
        super().__init__(path, head, lock)
        self._journal = VoteJournal(path / JOURNAL)
        amiss = [*self._found_amiss(self._journal)]  # before anything reads the journal
        self._state = VoteState(path, head.objects, self._journal)
        self._state.notes.extend(amiss)
        self._counted: tuple[int, Tally] | None = None  # after which event, and what

    @classmethod
    def _read_head(cls, path: Path) -> VoteHead:
        return VoteHead.load(path)

    def __len__(self) -> int:
        return self._head.objects

    @property
    def object_ids(self) -> tuple[str, ...]:
        """The objects the votes are of, in the order of their rows; read from the disk each time."""
        return load_objects(self.path, self._head)

    @property
    def annotators(self) -> tuple[str, ...]:
        """Everybody who ever voted, in the order they first did."""
        return tuple(self._state.annotators)

    @property
    def last_event(self) -> int:
        """Number of the last change; 0 for a store nobody has voted in."""
        return self._state.number

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found amiss, and what was done about it."""
        return tuple(self._state.notes)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Let all who vote wait, so that what is read meanwhile belongs together; read only what is quick."""
        with self._guard:
            yield

    def is_of(self, object_ids: Sequence[str]) -> bool:
        """True if these are the objects, in the order of their rows, that the votes are of."""
        return len(object_ids) == len(self) and fingerprint_of(object_ids) == self._head.fingerprint

    def hard(self) -> NDArray[np.uint16]:
        """What people say each object is, shape (N,): 0 = nobody has said.

        Read-only, as it was after the last event: it waits for nobody who is writing. So do `label`,
        `status` and `counts`.
        """
        return self._state.standing.hard

    def label(self) -> NDArray[np.uint16]:
        """What each object is taken for, shape (N,): as `hard`; where nobody has said, as a machine said."""
        return self._state.standing.labels

    def status(self) -> NDArray[np.str_]:
        """How `label` came about, shape (N,): "", predicted, dubious or validated.

        It is the status of the last vote for the class that won.
        """
        return np.array(STATUSES)[self._state.standing.statuses]

    def said_by(self) -> NDArray[np.object_]:
        """Whose vote `status` is of, shape (N,) of str: "" where there is none."""
        with self._guard:
            names = np.array([*self._state.annotators, ""], object)
            votes, deciding = self._state.box.votes, self._state.standing.deciding
            found = np.full(len(self), "", object)
            found[deciding >= 0] = names[votes["annotator"][deciding[deciding >= 0]]]
            return found

    def said_at(self) -> NDArray[np.datetime64]:
        """When that vote was cast, shape (N,), datetime64[ms], UTC; NaT where nobody knows or has voted."""
        with self._guard:
            votes, deciding = self._state.box.votes, self._state.standing.deciding
            found = np.full(len(self), np.datetime64("NaT", "ms"))
            found[deciding >= 0] = votes["time"][deciding[deciding >= 0]].astype("datetime64[ms]")
            return found

    def soft(self) -> NDArray[np.float32]:
        """Share of people's votes that each class has, shape (N, C) in the order of `classes`; else 0."""
        return soft_labels(self.tally(), self.classes.values)

    def agreement(self) -> NDArray[np.float32]:
        """Chance that two who voted on an object said the same, shape (N,); NaN with fewer than two."""
        return agreement(self.tally())

    def entropy(self) -> NDArray[np.float32]:
        """Spread of people's votes on each object, shape (N,), in bits; NaN where nobody voted."""
        return entropy_bits(self.tally())

    def counts(self) -> dict[int, int]:
        """Objects of each class as people say (`hard`), 0 for a class without any."""
        found = self._state.standing.counts
        return {value: int(found[value]) for value in self.classes.values}

    def tally(self) -> Tally:
        """Count people's standing votes by object and class."""
        with self._guard:
            if self._counted is None or self._counted[0] != self.last_event:
                votes = self._state.box.votes[self._state.box.standing()]
                votes = votes[votes["status"] > STATUSES.index("predicted")]
                self._counted = self.last_event, tally(votes["row"], votes["value"], len(self))
            return self._counted[1]

    def votes(self) -> "pd.DataFrame":
        """Everything that was said and not taken back, one row a vote; see `vote_table`."""
        with self._guard:
            return vote_table(self._state.box, self.annotators, self.classes)

    def votes_on(self, row: int) -> "pd.DataFrame":
        """What was said of one object and not taken back; as `votes`."""
        with self._guard:
            return vote_table(self._state.box, self.annotators, self.classes, np.array([row]))

    def journal(self) -> list[VoteEvent]:
        """Every change since the store was made, oldest first."""
        with self._guard:
            return list(self._journal.events())

"""Votes of many annotators on the objects of a collection; nothing that was said is ever lost."""

import time as clock
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_fathom import files
from napari_fathom.errors import LabelError
from napari_fathom.labels.classes import Classes
from napari_fathom.labels.vote_changes import checked_ballot, checked_status, without_repetitions
from napari_fathom.labels.vote_head import VoteHead, fingerprint_of, save_objects
from napari_fathom.labels.vote_journal import VoteEvent
from napari_fathom.labels.vote_reading import VoteReading

__all__ = ["VoteStore"]

MOST_ANNOTATORS = 65_535
"""A vote names its annotator by a uint16."""


class VoteStore(VoteReading):
    """What everybody said about every object of a collection.

    A cast is one flushed line of the journal, however many objects it is about; only then does it count. What
    an annotator said last about an object stands, until it is withdrawn (value 0) or taken back. The object's
    class is the one with most standing votes, and of several with as many the one voted for last. A machine's
    votes (`predicted`) stand only where no person's do. All methods may be called from any thread.

    Make one with `create` or `open`; use it as a context manager, or `close` it.
    """

    @classmethod
    def create(cls, path: Path | str, objects: Sequence[str], classes: Classes) -> "VoteStore":
        """Make an empty store and open it for writing.

        Parameters
        ----------
        path : Path
            A folder that doesn't exist yet.
        objects : sequence of str, shape (N,)
            Their ids, in the order of the collection's rows.
        classes : Classes
            What may be voted for.

        Raises
        ------
        LabelError
            If there is something at `path`, there are no objects, or two of one id.
        """
        path, ids = Path(path), [str(name) for name in objects]
        if not ids:
            raise LabelError(f"{path.name}: a collection without objects can't be labelled.")
        if len(set(ids)) < len(ids):
            twice = Counter(ids).most_common(1)[0][0]
            raise LabelError(f"{path.name}: two objects have the id {twice!r}. Give each its own.")
        with cls._laid_out(path) as folder:
            save_objects(folder, ids)
            VoteHead(len(ids), fingerprint_of(ids), classes).save(folder)
        return cls.open(path)

    def set_classes(self, classes: Classes) -> None:
        """Replace the classes.

        Raises
        ------
        LabelError
            If a class goes that is somebody's last word on an object.
        """
        with self._guard:
            self._require_writable()
            gone = np.setdiff1d(self.classes.values, classes.values)
            words = self._state.speaks_for(gone)
            for value in np.unique(words):
                count = int(np.count_nonzero(words == value))
                raise LabelError(
                    f"Class {self.classes[int(value)].name!r} has {count:,} votes. "
                    "Give those objects another class, then remove it."
                )
            head = VoteHead(self._head.objects, self._head.fingerprint, classes)
            head.save(self.path)
            self._head = head

    def cast(
        self,
        rows: ArrayLike,
        values: ArrayLike,
        *,
        annotator: str,
        shown: ArrayLike | None = None,
        status: str = "validated",
        time: Any = None,
        note: str = "",
    ) -> VoteEvent:
        """Say what objects are; it is safe on disk when this returns.

        Parameters
        ----------
        rows : array of int, shape (n,)
            Objects, each once.
        values : array of int, shape (n,) or a single one
            Classes; 0 withdraws what this annotator said before.
        annotator : str
            Who says so: a person, or the name of a model for predictions.
        shown : array of int, shape (n,) or a single one, optional
            The class that was proposed to the annotator, 0 for none: proposals lead people, so it is kept.
        status : {"validated", "dubious", "predicted"}
            How sure: `dubious` for a person in doubt, `predicted` for a machine.
        time : datetime64 or array of it, shape (n,), optional
            When each was said, UTC; now without it, NaT where unknown. Which vote is the latest is told by
            the order of casting, not by this.
        note : str
            Anything worth keeping with it.

        Returns
        -------
        VoteEvent
            What was cast. Votes that repeat what the same annotator says already, as surely, are left out;
            number 0 if none is left.

        Raises
        ------
        LabelError
            If a row, a value or the status is out of bounds, or the disk is full (nothing has changed then).
        """
        if not annotator.strip():
            raise LabelError("A vote needs an annotator. Give a name.")
        grade = checked_status(status)
        now = np.datetime64(clock.time_ns() // 1_000_000, "ms")
        ballot = checked_ballot(
            rows, values, shown, now if time is None else time, len(self), self.classes.values
        )
        with self._guard:
            self._require_writable()
            place = self._state.annotator(annotator)
            if place > MOST_ANNOTATORS:
                raise LabelError(
                    f"{self.path.name}: no more than {MOST_ANNOTATORS:,} annotators can vote here."
                )
            ballot = without_repetitions(ballot, self._state.box, place, grade)
            size = len(ballot.rows)
            number = self.last_event + 1 if size else 0
            event = VoteEvent(number, now, annotator, status, note, size)
            if size:
                self._state.apply(self._journal.append(event, ballot))
            return event

    def revert(self, events: Iterable[VoteEvent]) -> list[VoteEvent]:
        """Take casts back, newest first: their votes count no more, and what stood before stands again.

        Taking back a taking back brings its votes again. What was said since stays said.

        Parameters
        ----------
        events : iterable of VoteEvent
            As `cast` and `revert` returned them; those that changed nothing are passed over.

        Returns
        -------
        list of VoteEvent
            Each reverted event is itself a new one; number 0 where its votes had been taken back already.

        Raises
        ------
        LabelError
            If an event is not in this store's journal, or what stood before was for a class that is gone.
        """
        numbers = sorted({event.number for event in events if event.number}, reverse=True)
        with self._guard:
            self._require_writable()
            missing = [number for number in numbers if self._state.counts_again(number) is None]
            if missing:
                raise LabelError(
                    f"{self.path.name}: the journal has no event {missing}; it can't be taken back."
                )
            return [self._revert(number) for number in numbers]

    def snapshot(self, folder: Path | str) -> "VoteStore":
        """Freeze what was said until now into a new folder and open that read-only."""
        with self._guard, files.replace_folder(Path(folder)) as beside:
            save_objects(beside, self.object_ids)
            head = VoteHead(self._head.objects, self._head.fingerprint, self.classes, frozen=True)
            head.save(beside)
            self._state.save_copy(beside)
        return VoteStore.open(folder, "r")

    def _save_pending(self) -> None:
        if not self._state.pending:
            return
        try:
            self._state.save()
        except OSError as error:  # nothing is lost: the next one to open reads the journal
            self._state.notes.append(f"The votes could not be summed up ({error}); the journal has all.")

    def _revert(self, number: int) -> VoteEvent:
        found = self._state.counts_again(number)
        cast, again = found if found is not None else (number, False)
        votes = self._state.box.of_event(cast)
        changed = int(np.count_nonzero(votes["counts"] != again))
        if changed:
            self._refuse_gone_classes(votes, again)
        now = np.datetime64(clock.time_ns() // 1_000_000, "ms")
        event = VoteEvent(self.last_event + 1 if changed else 0, now, "", "", "", changed, number)
        if changed:
            self._state.apply(self._journal.append(event, None))
        return event

    def _refuse_gone_classes(self, votes: NDArray[Any], again: bool) -> None:
        """Refuse to let votes count or not if what then stands is for a class that was removed meanwhile."""
        votes["counts"] = again
        after = self._state.box.votes[self._state.box.last_words(votes["row"])]["value"]
        votes["counts"] = not again
        gone = np.setdiff1d(after, self.classes.values)
        if gone.size:
            raise LabelError(
                f"{self.path.name}: what stood before is for a class removed since (value {gone[0]}); "
                "it can't be brought back. Vote anew."
            )

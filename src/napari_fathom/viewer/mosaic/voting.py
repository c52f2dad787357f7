"""Votes given by hand in a window: cast behind the screen, in order, each undoable."""

import getpass
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from qtpy.QtCore import QObject, Signal

from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event

if TYPE_CHECKING:
    from napari_fathom.labels import VoteEvent
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.worker import Worker

__all__ = ["Voting", "user_name"]


def user_name() -> str:
    """Who sits here, as the computer knows them; the annotator of votes until another name is given."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user in the system's list, as in some containers
        return "annotator"


class Voting(QObject):
    """Casts one person's votes and takes them back.

    Parameters
    ----------
    study : CollectionStudy
        Open for writing.
    worker : Worker
        Does the writing, in the order of the calls.
    """

    changed = Signal()
    """Votes have reached the disk, or were taken back."""
    told = Signal(str)
    """What has just happened, in a sentence."""

    def __init__(self, study: "CollectionStudy", worker: "Worker", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.annotator = user_name()
        self._study, self._worker = study, worker
        self._done: list[VoteEvent] = []
        self._undone: list[VoteEvent] = []

    @property
    def can_undo(self) -> bool:
        """Something was cast in this window."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Something was taken back and nothing was cast since."""
        return bool(self._undone)

    @property
    def depth(self) -> int:
        """How many casts `undo` could take back, one after the other."""
        return len(self._done)

    def cast(
        self,
        rows: ArrayLike,
        value: int,
        *,
        status: str = "validated",
        proposed: int | None = None,
        note: str = "",
    ) -> None:
        """Say what objects are; value 0 withdraws. What was shown to the annotator is kept with the votes.

        Parameters
        ----------
        rows : array of int, shape (n,)
        value : int
            A class.
        status : {"validated", "dubious"}
        proposed : int, optional
            The class that was proposed for all of them, 0 for none; without it, what the model in force says
            of each.
        note : str
            Kept with the votes.
        """
        wanted = np.asarray(rows, np.int64)
        if not len(wanted):
            return
        study, annotator = self._study, self.annotator.strip() or user_name()

        def make(stop: object) -> "Generator[Event[VoteEvent], None, None]":
            shown = _shown(study, wanted) if proposed is None else proposed
            yield Done(
                study.votes.cast(wanted, value, annotator=annotator, shown=shown, status=status, note=note)
            )

        name = "withdrawn" if value == 0 else study.classes[value].short_name
        self._run("Labelling", make, lambda event: self._was_cast(event, name))

    def undo(self) -> None:
        """Take the last cast of this window back."""
        if self._done:
            self._turn(self._done.pop(), self._undone, "taken back")

    def redo(self) -> None:
        """Cast again what was taken back last."""
        if self._undone:
            self._turn(self._undone.pop(), self._done, "given again")

    def _turn(self, event: "VoteEvent", onto: "list[VoteEvent]", word: str) -> None:
        study = self._study

        def make(stop: object) -> "Generator[Event[list[VoteEvent]], None, None]":
            yield Done(study.votes.revert([event]))

        def finished(events: "list[VoteEvent]") -> None:
            onto.extend(new for new in events if new.number)
            self.told.emit(f"{event.objects:,} votes {word}.")
            self.changed.emit()

        self._run("Undo", make, finished)

    def _was_cast(self, event: "VoteEvent", name: str) -> None:
        if not event.number:
            self.told.emit("They were labelled so already.")
            return
        self._done.append(event)
        self._undone.clear()
        self.told.emit(f"{event.objects:,} labelled {name}.")
        self.changed.emit()

    def _run(self, title: str, make: Any, finished: Any) -> None:
        job = self._worker.submit(title, make, owner=self._study)
        job.finished.connect(finished)
        job.failed.connect(lambda error: self.told.emit(str(error)))


def _shown(study: "CollectionStudy", rows: np.ndarray) -> np.ndarray | None:
    """What the model in force says of the objects; 0 for what is no class of the study any more."""
    try:
        answers = study.answers()
    except StudyError:  # damaged, as the mosaic has told; no vote is lost for it
        return None
    if answers is None:
        return None
    proposed = answers.values()[rows]
    return np.where(np.isin(proposed, study.classes.values), proposed, 0)

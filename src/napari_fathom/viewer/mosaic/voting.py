"""Votes given by hand in a window: cast behind the screen, in order, each undoable."""

import getpass
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from qtpy.QtCore import QObject, Signal

from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event
from napari_fathom.viewer.mosaic.history import History

if TYPE_CHECKING:
    from napari_fathom.labels import Classes, VoteEvent, VoteStore
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.worker import JobHandle, Worker

__all__ = ["Cast", "Voting", "user_name"]


def user_name() -> str:
    """Who sits here, as the computer knows them; the annotator of votes until another name is given."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user in the system's list, as in some containers
        return "annotator"


@dataclass(frozen=True)
class Cast:
    """Votes that were given at once, by hand or by a file, or taken back; a `Deed`.

    Parameters
    ----------
    votes : VoteStore
    events : tuple of VoteEvent
        What taking back takes back.
    words : str
    stands : bool
        The votes count now.
    """

    votes: "VoteStore"
    events: "tuple[VoteEvent, ...]"
    words: str
    stands: bool = True

    @property
    def void(self) -> bool:
        """Never: votes stay in their journal."""
        return False

    def turn(self) -> "Cast":
        """Let the votes count no more, or again.

        Raises
        ------
        LabelError
            If what stood before is of a class that is gone, or the disk is full.
        """
        turned = tuple(event for event in self.votes.revert(self.events) if event.number)
        count = sum(event.objects for event in self.events)
        words = f"{count:,} vote{'' if count == 1 else 's'} {'taken back' if self.stands else 'given again'}."
        return Cast(self.votes, turned or self.events, words, not self.stands)


class Voting(QObject):
    """Casts one person's votes; `history` takes them back.

    Parameters
    ----------
    study : CollectionStudy
        Open for writing.
    worker : Worker
        Does the writing, in the order of the calls.

    Attributes
    ----------
    annotator : str
        Whose votes these are from now on.
    history : History
        Of all that is done by hand to this study: votes, and edits of clusters.
    """

    changed = Signal()
    """Something done by hand has reached the disk, or was taken back."""
    told = Signal(str)
    """What has just happened, in a sentence."""

    def __init__(self, study: "CollectionStudy", worker: "Worker", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.annotator = user_name()
        self.history = History(worker, study, self)
        self.history.told.connect(self.told)
        self.history.done.connect(lambda _: self.changed.emit())
        self._study, self._worker = study, worker
        self._coming: Classes | None = None

    @property
    def classes(self) -> "Classes":
        """What can be voted for: the study's classes, or those that it is about to have."""
        return self._study.classes if self._coming is None else self._coming

    @property
    def can_undo(self) -> bool:
        """Something was done in this window."""
        return self.history.can_undo

    @property
    def can_redo(self) -> bool:
        """Something was taken back and nothing was done since."""
        return self.history.can_redo

    def undo(self) -> None:
        """Take back what was done last in this window: votes, or an edit of clusters."""
        self.history.undo()

    def redo(self) -> None:
        """Do again what was taken back last."""
        self.history.redo()

    def change_classes(self, classes: "Classes", then: Callable[[Exception | None], None]) -> None:
        """Have the study take these classes, in order with the votes: what is cast next may be of a new one.

        Parameters
        ----------
        classes : Classes
            Made from `classes`: others are on their way perhaps, whose values must not be given twice.
        then : callable
            Called with None, or with why nothing has changed.
        """
        study, self._coming = self._study, classes

        def make(stop: object) -> "Generator[Event[None], None, None]":
            study.votes.set_classes(classes)
            yield Done(None)

        def settled(refusal: Exception | None) -> None:
            if self._coming is classes:
                self._coming = None
            then(refusal)

        job = self._worker.submit("Editing classes", make, owner=study)
        job.finished.connect(lambda _: settled(None))
        job.failed.connect(settled)

    def cast(
        self,
        rows: ArrayLike,
        value: int,
        *,
        status: str = "validated",
        proposed: int | None = None,
        note: str = "",
    ) -> "JobHandle | None":
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

        Returns
        -------
        JobHandle or None
            None where there are no rows.
        """
        wanted = np.asarray(rows, np.int64)
        if not len(wanted):
            return None
        study, annotator = self._study, self.annotator.strip() or user_name()

        def act() -> Cast | None:
            name = "" if value == 0 else study.classes[value].short_name  # a new class is stored by now
            shown = _shown(study, wanted) if proposed is None else proposed
            event = study.votes.cast(
                wanted, value, annotator=annotator, shown=shown, status=status, note=note
            )
            words = f"{event.objects:,} {'withdrawn' if value == 0 else f'labelled {name}'}."
            return Cast(study.votes, (event,), words) if event.number else None

        return self.history.do("Labelling", act, "They were labelled so already.")


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

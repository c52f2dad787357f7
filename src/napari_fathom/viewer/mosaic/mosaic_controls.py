"""Which collection is open and how its mosaic is laid out; reads and arranges behind the screen."""

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event
from napari_fathom.viewer.jobs_ui import JobBar, failure_words
from napari_fathom.viewer.mosaic.arrange_panel import ArrangePanel
from napari_fathom.viewer.mosaic.board import Board, board_job
from napari_fathom.viewer.mosaic.options_offer import OptionsOffer
from napari_fathom.viewer.mosaic.remarks import Remarks

if TYPE_CHECKING:
    from napari_fathom.plankton import ImageOptions, Suggestion
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.session import Session
    from napari_fathom.viewer.worker import JobHandle

__all__ = ["MosaicControls", "helpful_group"]

_BUSY = "The model trains or predicts on these images: wait until it is done, or stop it, then press again."

_BY_HAND = "'fathom convert' with options of your own sees them otherwise."

_LEGEND = (
    "Frames: a whole one is what people say, a dashed one what a model or the files predict; without one an "
    "object is ambiguous, or nobody has said."
)


class MosaicControls(QWidget):
    """Has the images of a new collection looked at, and its objects arranged as they are wished for.

    Parameters
    ----------
    session : Session
        Its light worker does both.
    """

    arranged = Signal(object)
    """The `Board` that was wished for last."""

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._trouble = ""
        self._looking: JobHandle | None = None
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.remarks = Remarks()
        self.arrange = ArrangePanel()
        self.again = QPushButton("Arrange again")
        self.again.setToolTip("Labels given meanwhile move no tile until you ask for it (R)")
        self.otherwise = QPushButton("See images otherwise…")
        self.otherwise.setToolTip(
            "Look at a few images again, and offer what they suggest: scale bars, dark on light"
        )
        self.offer = OptionsOffer()
        self.legend = QLabel(_LEGEND)
        self.legend.setWordWrap(True)
        self.bar = JobBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for above in (self.summary, self.remarks, self.offer, self.arrange, self.again):
            column.addWidget(above)
        for below in (self.otherwise, self.bar, self.legend):
            column.addWidget(below)
        self.again.clicked.connect(self.rearrange)
        self.arrange.valueChanged.connect(lambda _: self.rearrange())
        self.otherwise.clicked.connect(self._ask_otherwise)
        self.offer.applied.connect(self._see_otherwise)
        self.setEnabled(False)

    def follow(self, study: "CollectionStudy | None") -> None:
        """Show another study: look at its images where that has not been done, and arrange it."""
        self.setEnabled(study is not None)
        self._trouble = ""
        self.offer.setValue(None, None)
        self.remarks.setValue(() if study is None else _remarks(study))
        if study is None:
            self.summary.clear()
            return
        self.arrange.propose(helpful_group(study))
        self.otherwise.setEnabled(study.writable)
        if study.writable and not np.all(study.collection.looked_at):
            self._suggest(study)
            self._look(study)
        else:
            self.rearrange()

    def tell(self, study: "CollectionStudy", labelled: int) -> None:
        """Say what is open, and how many of its objects people have labelled."""
        self.summary.setText(
            f"{study.name}: {len(study.collection):,} objects, {len(study.classes):,} classes, "
            f"{labelled:,} labelled by people."
        )

    def rearrange(self) -> None:
        """Read what is known of the objects now and lay the mosaic out as it is wished for."""
        study = self._session.collection
        if study is None:
            return
        wish = self.arrange.value()
        job = self._session.light.submit("Arranging", lambda stop: board_job(study, wish), owner=study)
        job.finished.connect(self._show)
        self.bar.watch(job)

    def show_answers(self) -> None:
        """Arrange what a new answer says, by class or else cluster unless the user has chosen otherwise."""
        if self._session.collection is not None:
            self.arrange.propose(helpful_group(self._session.collection))
        self.rearrange()

    def _ask_otherwise(self) -> None:
        """Offer once more what a few images speak for, and say where that is nothing."""
        study = self._session.collection
        if study is not None:
            self.otherwise.setEnabled(False)  # it may have to wait until all images have been looked at
            job = self._suggest(study)
            job.finished.connect(self._tell_none)
            job.ended.connect(self._allow_otherwise)

    def _allow_otherwise(self) -> None:
        study = self._session.collection
        self.otherwise.setEnabled(study is not None and study.writable)

    def _tell_none(self, found: "Suggestion") -> None:
        if not found.offers and not self.bar.running:
            self.bar.say(f"{found.looked_at} images suggest nothing else. {_BY_HAND}")

    def _suggest(self, study: "CollectionStudy") -> "JobHandle":
        """Offer what a few images speak for; they are looked at as they are until somebody takes it."""
        job = self._session.light.submit(
            "Looking at a few images", lambda _: _suggestion_job(study), owner=study
        )
        job.finished.connect(lambda found: self.offer.setValue(found, study.collection.options))
        return job

    def _see_otherwise(self, options: "ImageOptions") -> None:
        study = self._session.collection
        if study is None:
            return
        if self._session.heavy.busy:  # it would end in vain: what it reads would be laid out otherwise
            self.offer.tell(_BUSY)
            return
        self.offer.setValue(None, None)
        if self._looking is not None:
            self._looking.drop()
        self._look(study, options)

    def _look(self, study: "CollectionStudy", options: "ImageOptions | None" = None) -> None:
        """Look at images that have not been looked at, or not so; the mosaic comes when that is over."""
        from napari_fathom.study.jobs import look_job

        job = self._looking = self._session.light.submit(
            "Looking at every image", lambda _: look_job(study, options=options), owner=study
        )
        job.finished.connect(lambda _: self.rearrange())
        job.stopped.connect(self.rearrange)
        job.failed.connect(self._show_what_there_is)
        self.bar.watch(job)

    def _show_what_there_is(self, error: Exception) -> None:
        self._trouble = f" {failure_words(error)}"
        self.rearrange()

    def _show(self, board: Board) -> None:
        self.arrange.setColumns([str(name) for name in board.objects.columns])
        self.arranged.emit(board)
        if self._session.collection is not None:  # images may have been looked at meanwhile
            self.remarks.setValue(_remarks(self._session.collection))
        shown = f"{len(board.arrangement):,} of {len(board.objects):,} objects are shown."
        if board.answered is not None:
            sure = int((board.answered.values > 0).sum())
            ambiguous = int((board.answered.cluster > 0).sum()) - sure
            shown += f" The model gives {sure:,} a class; {ambiguous:,} are ambiguous and grouped."
        self.bar.conclude(shown + self._trouble)


def _suggestion_job(study: "CollectionStudy") -> "Generator[Event[Suggestion], None, None]":
    from napari_fathom.plankton import suggest_options

    yield Done(suggest_options(study.collection, study.collection.options))


def _remarks(study: "CollectionStudy") -> list[str]:
    """What was noted of a study's files and votes, and what could not be read."""
    return [*study.collection.notes, *study.notes, *map(str, study.collection.faults)]


def helpful_group(study: "CollectionStudy") -> str:
    """The column that says most of a collection at first sight: what the model says, else what people say."""
    try:
        answers = study.answers()
    except StudyError:  # damaged, as the mosaic tells
        answers = None
    if answers is not None:
        return "predicted" if answers.record.classes else "cluster"
    return "class" if any(study.votes.counts().values()) else ""

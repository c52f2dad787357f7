"""Train: what is painted, how to learn from it, Retrain and Stop, and how it goes."""

import sys
import threading
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, cast

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.events import Done, Event
from napari_fathom.study.jobs import train_job
from napari_fathom.viewer.class_counts import ClassCounts
from napari_fathom.viewer.curves import TrainingCurves
from napari_fathom.viewer.jobs_ui import JobBar, failure_words
from napari_fathom.viewer.readiness import readiness
from napari_fathom.viewer.training_form import TrainingForm, look_at_machine
from napari_fathom.viewer.training_words import NOT_LEARNED, keeps_words, model_words
from napari_fathom.viewer.worker import Worker

if TYPE_CHECKING:
    from napari_fathom.learning.settings import TrainSettings
    from napari_fathom.study import ModelRecord, Study
    from napari_fathom.viewer.session import Session

__all__ = ["TrainDock"]

_COUNT_MS = 250
_JUDGED_BY = "strokes"


class TrainDock(QWidget):
    """Trains the open study's model.

    Parameters
    ----------
    session : Session
        Whose study; its heavy worker does the work.
    """

    trained = Signal(object)
    """The new model's record; it is in force already."""

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._counts = ClassCounts()
        self._advice = QLabel()
        self._advice.setWordWrap(True)
        self._form: TrainingForm | None = None
        self._form_place = QVBoxLayout()
        self.retrain_button = QPushButton("Retrain")
        self.retrain_button.setToolTip(
            "Train on all strokes painted so far (Shift+R). The former model stays in force until the new one"
            " is whole; then the survey is predicted by itself, the part in view first."
        )
        self._in_force = QLabel()
        self._in_force.setWordWrap(True)
        self.bar = JobBar()
        self.curves = TrainingCurves()
        self.curves.hide()

        column = QVBoxLayout(self)
        column.addWidget(self._counts)
        column.addWidget(self._advice)
        column.addLayout(self._form_place)
        for part in (self.retrain_button, self.bar, self.curves, self._in_force):
            column.addWidget(part)
        column.addStretch(1)

        self._soon = QTimer(self)  # strokes may follow each other quickly; counting takes the store's lock
        self._soon.setSingleShot(True)
        self._soon.setInterval(_COUNT_MS)
        self._soon.timeout.connect(self.refresh)
        self.retrain_button.clicked.connect(self.retrain)
        self.bar.ended.connect(self.refresh)
        session.studyChanged.connect(self._open)
        session.labelsChanged.connect(self._soon.start)
        session.classesChanged.connect(self.refresh)
        session.modelChanged.connect(self.refresh)
        self._open(session.study)
        self._show_training()
        if "torch" in sys.modules:
            self.form  # noqa: B018 - made by being looked up
        else:
            self._look()

    @property
    def form(self) -> TrainingForm:
        """How to train; made at once where the machine hasn't been looked at yet."""
        if self._form is None:
            self._form = TrainingForm()
            _empty(self._form_place)
            self._form_place.addWidget(self._form)
            self._open(self._session.study)
        return self._form

    def retrain(self) -> None:
        """Press Retrain; does nothing while a training runs or labels are missing."""
        study = self._session.study
        if study is None or not self.retrain_button.isEnabled():
            return
        settings, start = cast("TrainSettings", self.form.value()), self.form.start()
        job = self._session.heavy.submit(
            "Training",
            lambda stop: train_job(study, settings, start=start, stop=stop),
            owner=study,
            torch=True,
        )
        self._session.follow_training(job, keeps_words(settings.keep, _JUDGED_BY))
        self._show_training()

    def _show_training(self) -> None:
        """Show the training that runs, also one that a dock began which has been closed since."""
        training = self._session.training
        if training is None or training[0].done:
            return
        job, keeps = training
        self.curves.clear()
        self.curves.show()
        job.progressed.connect(self.curves.add)
        job.finished.connect(self._finished)
        self.bar.watch(job, keeps=keeps, stopped=NOT_LEARNED)
        self.retrain_button.setEnabled(False)

    def stop(self) -> None:
        """Press Stop."""
        self.bar.stop()

    def refresh(self) -> None:
        """Show counts, advice and the model in force as they are now."""
        study = self._session.study
        if study is None:
            self._counts.hide()
            self._advice.setText("No survey is open. Open one under Survey.")
            self.retrain_button.setEnabled(False)
            self._in_force.setText("")
            return
        counts, (rows, pings) = study.labels.counts(), study.labels.shape
        state = readiness(study.classes, counts, rows * pings)
        self._counts.setValue(study.classes, counts)
        self._counts.show()
        self._advice.setText(state.words)
        self.retrain_button.setEnabled(state.ready and not self.bar.running and self._form is not None)
        model = self._session.model()
        if self._form is not None:
            self._form.allow_last(model is not None)
        self._in_force.setText(model_words(model, _JUDGED_BY))

    def _open(self, study: "Study | None") -> None:
        self.curves.clear()
        self.curves.hide()
        if self._form is not None and study is not None and study.settings:
            self._restore(study, self._form)
        self.refresh()

    def _look(self) -> None:
        """Have torch imported behind the screen: that takes seconds, in which the window must not stand."""
        words = QLabel("Looking at this machine…")
        words.setWordWrap(True)
        self._form_place.addWidget(words)
        self._looker = Worker("fathom-look", self)  # opening a survey drops the jobs of the others
        job = self._looker.submit("Looking at this machine", _look_job)
        job.finished.connect(lambda _: self.form)
        job.failed.connect(lambda error: words.setText(failure_words(error)))
        job.ended.connect(self._looker.close)

    def _restore(self, study: "Study", form: TrainingForm) -> None:
        """Show the settings this study was trained with last; ones of another version are left."""
        from napari_fathom.learning.settings import TrainSettings

        try:
            form.setValue(TrainSettings.model_validate(study.settings))
        except ValueError as error:
            self.bar.say(
                f"The study's training settings are of another version; the preset is used. ({error})"
            )

    def _finished(self, record: "ModelRecord") -> None:
        how = "Stopped; what was learned until then is in force" if record.stopped else "Done"
        self.bar.conclude(f"{how}. The survey is being predicted.")
        self.trained.emit(record)


def _look_job(stop: threading.Event) -> Generator[Event[Any], None, None]:
    look_at_machine()
    yield Done(None)


def _empty(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.deleteLater()

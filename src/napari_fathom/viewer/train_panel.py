"""Train: what is labelled, how to learn from it, Retrain and Stop, and how it goes."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event, Note
from napari_fathom.study.jobs import train_job
from napari_fathom.study.jobs.starts import beginning, classes_in
from napari_fathom.viewer.class_counts import ClassCounts
from napari_fathom.viewer.class_map import ClassMap, is_known
from napari_fathom.viewer.class_map_dialog import ClassMapDialog, ask_meaning
from napari_fathom.viewer.curves import TrainingCurves
from napari_fathom.viewer.jobs_ui import JobBar, failure_words
from napari_fathom.viewer.training_form import TrainingForm
from napari_fathom.viewer.training_words import NOT_LEARNED, keeps_words, model_words
from napari_fathom.viewer.worker import Worker

if TYPE_CHECKING:
    from napari_fathom.learning.shared_settings import SharedSettings
    from napari_fathom.study import CollectionStudy, ModelRecord, Study
    from napari_fathom.viewer.session import Session
    from napari_fathom.viewer.teaching import Teaching
    from napari_fathom.viewer.training_catalogue import Catalogue
    from napari_fathom.viewer.worker import JobHandle

__all__ = ["TrainPanel"]

_COUNT_MS = 250


class TrainPanel(QWidget):
    """Trains the open study's model.

    Parameters
    ----------
    session : Session
        Its heavy worker does the work, and goes on without this panel.
    teaching : Teaching
        What there is to learn from.
    """

    trained = Signal(object)
    """The new model's record; it is in force already."""

    def __init__(self, session: "Session", teaching: "Teaching", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._teaching = session, teaching
        self._counts = ClassCounts()
        self._advice = QLabel()
        self._advice.setWordWrap(True)
        self._form: TrainingForm | None = None
        self._looking = QLabel("Looking at this machine…")
        self._looking.setWordWrap(True)
        self._form_place = QVBoxLayout()
        self._form_place.addWidget(self._looking)
        self.retrain_button = QPushButton("Retrain")
        self.retrain_button.setToolTip(
            f"Train on all {teaching.unit} labelled so far (Shift+R). The former model stays in force until"
            " the new one is whole; then it answers by itself."
        )
        self._in_force = QLabel()
        self._in_force.setWordWrap(True)
        self.bar = JobBar()
        self._warned = QLabel()
        self._warned.setWordWrap(True)
        self._warned.hide()
        self.asking: ClassMapDialog | None = None
        self.curves = TrainingCurves(teaching.unit)

        column = QVBoxLayout(self)
        column.addWidget(self._counts)
        column.addWidget(self._advice)
        column.addLayout(self._form_place)
        for part in (self.retrain_button, self.bar, self._warned, self.curves, self._in_force):
            column.addWidget(part)
        column.addStretch(1)

        self._soon = QTimer(self)  # labels may follow each other quickly; counting takes the store's lock
        self._soon.setSingleShot(True)
        self._soon.setInterval(_COUNT_MS)
        self._soon.timeout.connect(self.refresh)
        self.retrain_button.clicked.connect(self.retrain)
        self.bar.ended.connect(self.refresh)
        session.studyChanged.connect(self._open)
        session.collectionChanged.connect(self._open)
        session.labelsChanged.connect(self._soon.start)
        session.classesChanged.connect(self.refresh)
        session.modelChanged.connect(self.refresh)
        session.predictionChanged.connect(self.refresh)  # a former model comes into force with its answer
        session.answering.started.connect(self._await_answer)
        self._open()
        self._show_training()
        self._look()

    @property
    def form(self) -> TrainingForm:
        """How to train; made at once where the machine hasn't been looked at yet."""
        self.prepare()
        assert self._form is not None
        return self._form

    def prepare(self) -> None:
        """Be ready to train now, though the window may stand for it while torch is imported."""
        if self._form is None:
            self._offer(self._teaching.catalogue())

    def warning(self) -> str:
        """The last warning of the training that is shown; empty where it had none."""
        return str(self._warned.text())

    @property
    def can_train(self) -> bool:
        """Whether Retrain can be pressed."""
        return bool(self.retrain_button.isEnabled())

    def retrain(self) -> None:
        """Press Retrain; does nothing while a training runs or labels are missing.

        Where a model's folder was chosen whose classes have other names, `asking` is the dialog that asks
        what they mean.
        """
        study = self._teaching.study
        if study is None or not self.can_train:
            return
        start = self.form.start()
        strange = _strangers(study, start) if isinstance(start, Path) else []
        if not strange:
            self._train(study, {})
            return
        model = f"the model {Path(start).name}"
        self.asking = ask_meaning(
            model, strange, study.classes, lambda meant: self._train(study, meant), self, offers_new=False
        )

    def _train(self, study: "Study | CollectionStudy", meant: ClassMap) -> None:
        if self._teaching.study is not study or self.bar.running:
            return
        settings, start = self.form.value(), self.form.start()
        aliases = {name: one for name, one in meant.items() if one is not None}
        job = self._session.heavy.submit(
            "Training",
            lambda stop: train_job(study, settings, start=start, aliases=aliases, stop=stop),
            owner=study,
            torch=True,
        )
        keep = settings.keep if self.form.needs_labels else "last"  # nothing judges what learned without
        self._session.follow_training(job, keeps_words(keep, self._teaching.unit))
        self._show_training()

    def stop(self) -> None:
        """Press Stop."""
        self.bar.stop()

    def refresh(self) -> None:
        """Show counts, advice and the model in force as they are now."""
        study, counts = self._teaching.study, self._teaching.counts()
        state = self._teaching.readiness(self._form is None or self._form.needs_labels)
        self._counts.setVisible(counts is not None)
        if counts is not None:
            self._counts.setValue(*counts)
        self._advice.setText(state.words)
        can = state.ready and not self.bar.running and self._form is not None
        self.retrain_button.setEnabled(can and study is not None and study.writable)
        model = None if study is None else self._session.model()
        if self._form is not None:
            self._form.allow_last(model is not None)
        self._in_force.setText("" if study is None else self._words_of(model))

    def _words_of(self, model: "ModelRecord | None") -> str:
        form = self._form
        clustering = model is not None and form is not None and not form.needs_labels_for(model.method)
        return model_words(model, self._teaching.counted, self._teaching.unit, clustering=clustering)

    def _heed(self, event: "Event[object]") -> None:
        """Keep the last warning in sight: napari's notification goes by itself."""
        if isinstance(event, Note) and event.level == "warning":
            self._warn(event.message)

    def _warn(self, words: str) -> None:
        self._warned.setText(words)
        self._warned.setVisible(bool(words))

    def _open(self) -> None:
        self.curves.clear()
        self._warn("")
        self.bar.say("")  # what was said is of the study before
        self._restore()
        self.refresh()

    def _show_training(self) -> None:
        """Show the training that runs, also one that a dock began which has been closed since."""
        training = self._session.training
        if training is None or training[0].done or not training[0].wanted:
            return
        job, keeps = training
        self.curves.clear()
        self._warn("")
        job.progressed.connect(self.curves.add)
        job.progressed.connect(self._heed)
        job.finished.connect(self._finished)
        self.bar.watch(job, keeps=keeps, stopped=NOT_LEARNED, judged_by=self._teaching.unit)
        self.retrain_button.setEnabled(False)

    def _look(self) -> None:
        """Have torch imported behind the screen: that takes seconds, in which the window must not stand."""
        teaching = self._teaching

        def make(stop: object) -> "Generator[Event[Catalogue[SharedSettings]], None, None]":
            yield Done(teaching.catalogue())

        self._looker = Worker("fathom-look", self)  # opening a study drops the jobs of the others
        job = self._looker.submit("Looking at this machine", make)
        job.finished.connect(self._offer)
        job.failed.connect(self._tell_no_look)
        job.ended.connect(self._looker.close)

    def _offer(self, catalogue: "Catalogue[SharedSettings]") -> None:
        """Show what can be chosen, once it is known."""
        if self._form is None:
            self._form = TrainingForm(catalogue)
            self._form.valueChanged.connect(self.refresh)
            self._looking.hide()
            self._form_place.addWidget(self._form)
            self._restore()
            self.refresh()

    def _tell_no_look(self, error: Exception) -> None:
        self._looking.setText(failure_words(error))

    def _restore(self) -> None:
        """Show the settings this study was trained with last; ones of another version are left."""
        study, form = self._teaching.study, self._form
        if study is None or form is None or not study.settings:
            return
        try:
            form.setValue(type(form.value()).model_validate(study.settings))
        except ValueError as error:
            self.bar.say(
                f"The study's training settings are of another version; the preset is used. ({error})"
            )

    def _finished(self, record: "ModelRecord") -> None:
        how = "Stopped; what was learned until then is in force" if record.stopped else "Trained"
        self.bar.conclude(f"{how}. {self._teaching.follows}")
        self.trained.emit(record)

    def _await_answer(self, job: "JobHandle") -> None:
        job.ended.connect(self._tell_answer)

    def _tell_answer(self) -> None:
        """Say no longer that there is an answer on its way: it is there, or won't come."""
        trained, follows = self.bar.text(), self._teaching.follows
        if self.bar.running or not trained.endswith(follows) or self._session.answering.job is not None:
            return
        model = self._session.model()
        there = model is not None and self._session.answered_by() == model.number
        self.bar.say(trained.removesuffix(follows) + (self._teaching.followed if there else ""))


def _strangers(study: "Study | CollectionStudy", folder: Path) -> list[str]:
    """Classes of a model that the study hasn't; none of one that can't be read, as training will tell."""
    try:
        begin, names = beginning(study, folder), classes_in(folder)
    except StudyError:
        return []
    called = names if begin is None else begin.names(names)
    return [name for name, now in zip(names, called, strict=True) if not is_known(now, study.classes)]

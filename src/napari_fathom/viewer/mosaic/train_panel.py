"""Train on a collection's labels, and have every object answered."""

from typing import TYPE_CHECKING, cast

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.study.jobs import predict_collection_job, train_collection_job
from napari_fathom.viewer.curves import TrainingCurves
from napari_fathom.viewer.jobs_ui import JobBar
from napari_fathom.viewer.training_form import TrainingForm
from napari_fathom.viewer.training_words import NOT_LEARNED, keeps_words, model_words

if TYPE_CHECKING:
    from napari_fathom.learning.images.settings import ImageSettings
    from napari_fathom.learning.shared_settings import SharedSettings
    from napari_fathom.study import Answers, CollectionStudy, ModelRecord
    from napari_fathom.viewer.session import Session
    from napari_fathom.viewer.training_catalogue import Catalogue

__all__ = ["TrainPanel", "readiness_of_images"]

_JUDGED_BY = "images"


class TrainPanel(QWidget):
    """Trains the model of a study of images, then predicts.

    Parameters
    ----------
    session : Session
        Its heavy worker does the work.
    """

    answered = Signal()
    """A new answer is in force."""

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._study: CollectionStudy | None = None
        self._form: TrainingForm | None = None
        self._advice = QLabel()
        self._advice.setWordWrap(True)
        self._place = QVBoxLayout()
        self.retrain_button = QPushButton("Retrain")
        self.retrain_button.setToolTip(
            "Train on everything labelled so far (Shift+R). The former model stays in force until the new one"
            " is whole; then every object is answered."
        )
        self.bar = JobBar()
        self.curves = TrainingCurves()
        self.curves.hide()
        self._in_force = QLabel()
        self._in_force.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addWidget(self._advice)
        column.addLayout(self._place)
        for part in (self.retrain_button, self.bar, self.curves, self._in_force):
            column.addWidget(part)
        column.addStretch(1)
        self.retrain_button.clicked.connect(self.retrain)
        self.bar.ended.connect(self.refresh)
        self.refresh()

    @property
    def form(self) -> TrainingForm | None:
        """How to train; None until the machine has been looked at."""
        return self._form

    def offer(self, catalogue: "Catalogue[SharedSettings]") -> None:
        """Show what can be chosen, once it is known."""
        if self._form is None:
            self._form = TrainingForm(catalogue)
            self._place.addWidget(self._form)
            self.refresh()

    def set_study(self, study: "CollectionStudy | None") -> None:
        """Work on another study."""
        self._study = study
        self.curves.clear()
        self.curves.hide()
        self._restore()
        self.refresh()
        if study is not None:
            self._show_training()

    def retrain(self) -> None:
        """Press Retrain; does nothing while a training runs or labels are missing."""
        study, form = self._study, self._form
        if study is None or form is None or not self.retrain_button.isEnabled():
            return
        settings, start = cast("ImageSettings", form.value()), form.start()
        job = self._session.heavy.submit(
            "Training",
            lambda stop: train_collection_job(study, settings, start=start, stop=stop),
            owner=study,
            torch=True,
        )
        self._session.follow_training(job, keeps_words(settings.keep, _JUDGED_BY))
        self._show_training()

    def _show_training(self) -> None:
        """Show the study's training that runs, also one that a dock began which has been closed since."""
        training = self._session.training
        if training is None or training[0].done or not training[0].wanted:
            return
        job, keeps = training
        self.curves.clear()
        self.curves.show()
        job.progressed.connect(self.curves.add)
        job.finished.connect(self._trained)
        self.bar.watch(job, keeps=keeps, stopped=NOT_LEARNED)
        self.retrain_button.setEnabled(False)

    def refresh(self) -> None:
        """Show advice and the model in force as they are now."""
        study = self._study
        if study is None:
            self._advice.setText("No collection is open.")
            self._in_force.setText("")
            self.retrain_button.setEnabled(False)
            return
        ready, words = readiness_of_images(study)
        self._advice.setText(words)
        can = ready and study.writable and not self.bar.running and self._form is not None
        self.retrain_button.setEnabled(can)
        model = self._session.model()
        if self._form is not None:
            self._form.allow_last(model is not None)
        self._in_force.setText(model_words(model, _JUDGED_BY))

    def _restore(self) -> None:
        """Show the settings this study was trained with last; ones of another version are left."""
        from napari_fathom.learning.images.settings import ImageSettings

        if self._form is not None and self._study is not None and self._study.settings:
            try:
                self._form.setValue(ImageSettings.model_validate(self._study.settings))
            except ValueError as error:
                self.bar.say(
                    f"The last training settings are of another version; the preset is used. ({error})"
                )

    def _trained(self, record: "ModelRecord") -> None:
        study = self._study
        if study is None:
            return
        how = "Stopped; what was learned until then is in force" if record.stopped else "Trained"
        self.bar.conclude(f"{how}. Every object is being answered.")
        job = self._session.heavy.submit(
            "Answering", lambda stop: predict_collection_job(study, stop=stop), owner=study, torch=True
        )
        job.finished.connect(self._answered)
        self.bar.watch(job)

    def _answered(self, answers: "Answers") -> None:
        sure = int(answers.certain().sum())
        total = int((answers.cluster > 0).sum())
        self.bar.conclude(
            f"{sure:,} of {total:,} objects are given a class; {total - sure:,} are ambiguous and grouped."
        )
        self.answered.emit()


def readiness_of_images(study: "CollectionStudy") -> tuple[bool, str]:
    """Say whether the labels suffice to train, and what to do if not, in plain words."""
    counts = study.votes.counts()
    given = [info for info in study.classes if counts[info.value]]
    if len(given) < 2:
        return False, "Label a few images of at least two classes; then train."
    total = sum(counts.values())
    words = [f"{total:,} images of {len(given)} classes are labelled."]
    few = [info.short_name for info in given if counts[info.value] < 5]
    if few:
        words.append(f"Very few of {', '.join(few[:5])}: five of each are a start.")
    return True, " ".join(words)

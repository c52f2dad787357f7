"""The prediction of the open study: a button that asks for it, how it goes, and whose it is."""

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QComboBox, QPushButton, QVBoxLayout, QWidget

from napari_fathom.viewer.jobs_ui import JobBar
from napari_fathom.viewer.training_words import short_words
from napari_fathom.viewer.worker import JobHandle

if TYPE_CHECKING:
    from napari_fathom.study import ModelRecord
    from napari_fathom.viewer.session import Session

__all__ = ["PredictPanel"]

_KEEPS = "The former answer stays in force."
_BY_ITSELF = "After a training the new one does so by itself."


class PredictPanel(QWidget):
    """Shows every prediction of the window's study, whoever asked for it.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.models = QComboBox()
        self.models.setToolTip("Which model answers; another one comes into force with its answer")
        self.button = QPushButton("Predict again")
        self.bar = JobBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.models)
        column.addWidget(self.button)
        column.addWidget(self.bar)
        self.button.clicked.connect(self._predict)
        self.bar.ended.connect(self.refresh)
        session.answering.started.connect(self.watch)
        session.studyChanged.connect(self.refresh)
        session.collectionChanged.connect(self.refresh)
        session.modelChanged.connect(self.refresh)
        session.predictionChanged.connect(self.refresh)
        if session.answering.job is not None:
            self.watch(session.answering.job)
        self.refresh()

    def watch(self, job: JobHandle) -> None:
        """Show a job that makes, or changes, the answer."""
        self.bar.watch(job, keeps=_KEEPS, stopped=_KEEPS)

    def refresh(self) -> None:
        """Say whose the answer is, as it is now."""
        model, answered_by = self._session.model(), self._session.answered_by()
        self._offer_models(model)
        first = "" if self._session.study is None else ", the part in view first"
        self.button.setToolTip(f"Have this model answer{first}. {_BY_ITSELF}")
        if self.bar.running:
            return
        if model is None and self.models.count():
            self.bar.say("The model in force is damaged or gone: choose another, then press Predict again.")
        elif model is None:
            self.bar.say("No model yet: label two classes, then press Retrain under Train.")
        elif answered_by is None:
            self.bar.say("Nothing is predicted yet.")
        else:
            self.bar.say(_answer_words(answered_by, model.number))

    def _predict(self) -> None:
        self._session.answering.predict(self.models.currentData())

    def _offer_models(self, in_force: "ModelRecord | None") -> None:
        """All whole models of the study, the newest first; the one in force is chosen where it is whole."""
        study = self._session.opened
        self.models.clear()
        for record in reversed(() if study is None else study.models()):
            self.models.addItem(short_words(record), record.number)
        if in_force is not None:
            self.models.setCurrentIndex(self.models.findData(in_force.number))
        for part in (self.models, self.button):
            part.setEnabled(self.models.count() > 0)


def _answer_words(answered_by: int, in_force: int) -> str:
    words = f"Predicted by model {answered_by}. Class, cluster and ambiguity are layers."
    if answered_by == in_force:
        return words
    return f"{words} Model {in_force} is in force since: press Predict again."

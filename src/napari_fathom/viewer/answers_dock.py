"""Answers: predict, weigh by class shares, accept, and go where the model is least sure."""

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QGroupBox, QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.study.jobs import reclass_job
from napari_fathom.viewer.accept import Acceptor
from napari_fathom.viewer.accept_panel import AcceptPanel
from napari_fathom.viewer.ambiguity_tour import AmbiguityTour
from napari_fathom.viewer.jobs_ui import JobBar
from napari_fathom.viewer.predicting import Predictor
from napari_fathom.viewer.shares_panel import ShareChoice, SharesPanel
from napari_fathom.viewer.shares_words import shares_view
from napari_fathom.viewer.worker import JobHandle

if TYPE_CHECKING:
    from napari_fathom.study import Study
    from napari_fathom.viewer.session import Session

__all__ = ["AnswersDock"]

_KEEPS = "The former answer stays in force."


class AnswersDock(QWidget):
    """Shows and uses the open study's prediction.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.predictor = Predictor(session, self)
        self.shares = SharesPanel()
        self.accept_panel = AcceptPanel()
        self.acceptor = Acceptor(session, self.accept_panel, self)
        self.tour = AmbiguityTour(session, self)
        self.bar = JobBar()
        self.predict_button = QPushButton("Predict again")
        self.predict_button.setToolTip(
            "Predict the survey with the model in force, the part in view first. After a training this starts"
            " by itself."
        )
        self.next_button = QPushButton("Next most ambiguous window")
        self.next_button.setToolTip(
            "Go where the model is least sure (Shift+N): a stroke there teaches most."
        )
        self._tour_words = QLabel()
        self._tour_words.setWordWrap(True)
        self._tour_words.hide()

        column = QVBoxLayout(self)
        column.addWidget(_group("Prediction", self.predict_button, self.bar))
        column.addWidget(_group("Review", self.next_button, self._tour_words))
        column.addWidget(_group("Accept into the labels", self.accept_panel))
        column.addWidget(_group("Class shares", self.shares))
        column.addStretch(1)

        self.predictor.started.connect(self._watch)
        self.predict_button.clicked.connect(self._predict)
        self.next_button.clicked.connect(self.tour.go)
        self.tour.told.connect(self._tell_tour)
        self.shares.choiceChanged.connect(self._reclass)
        self.bar.ended.connect(self.refresh)
        session.studyChanged.connect(self._open)
        session.predictionChanged.connect(self.refresh)
        session.modelChanged.connect(self.refresh)
        self._open(session.study)

    def refresh(self) -> None:
        """Show the state of the prediction as it is now."""
        study = self._session.study
        store = self._session.prediction()
        model = self._session.model()
        self.predict_button.setEnabled(model is not None)
        self.next_button.setEnabled(store is not None)
        self.shares.setEnabled(store is not None and not self.bar.running)
        self.shares.setValue(None if store is None or study is None else shares_view(study, store))
        if study is None:
            self.bar.say("No survey is open. Open one under Survey.")
        elif model is None:
            self.bar.say("No model yet: paint two classes, then press Retrain under Train.")
        elif store is None and not self.bar.running:
            self.bar.say("Nothing is predicted yet.")
        elif store is not None and not self.bar.running:
            self.bar.say(_answer_words(store.record.model, model.number))

    def _open(self, study: "Study | None") -> None:
        if study is not None:
            self.shares.setChoice(study.document.shares)
        self.refresh()

    def _tell_tour(self, words: str) -> None:
        self._tour_words.setText(words)
        self._tour_words.show()

    def _predict(self) -> None:
        self.predictor.predict()

    def _reclass(self, choice: ShareChoice) -> None:
        study = self._session.study
        if study is None or self._session.prediction() is None:
            return
        job = self._session.light.submit(
            "Class shares", lambda stop: reclass_job(study, choice, stop=stop), owner=study
        )
        job.finished.connect(self._reclassed)
        self._watch(job)

    def _watch(self, job: JobHandle) -> None:
        self.bar.watch(job, keeps=_KEEPS, stopped=_KEEPS)
        self.refresh()

    def _reclassed(self) -> None:
        self.predictor.show_whole()
        self._session.predictionChanged.emit()


def _answer_words(answered_by: int, in_force: int) -> str:
    words = f"Predicted by model {answered_by}. Class, cluster and ambiguity are layers."
    if answered_by == in_force:
        return words
    return f"{words} Model {in_force} is in force since: press Predict again."


def _group(title: str, *parts: QWidget) -> QGroupBox:
    box = QGroupBox(title)
    column = QVBoxLayout(box)
    for part in parts:
        column.addWidget(part)
    return box

"""Answers: predict, weigh by class shares, accept, and go where the model is least sure."""

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from napari_fathom.study.jobs import reclass_job
from napari_fathom.viewer.accept import Acceptor
from napari_fathom.viewer.accept_panel import AcceptPanel
from napari_fathom.viewer.ambiguity_tour import AmbiguityTour
from napari_fathom.viewer.panes import titled
from napari_fathom.viewer.predict_panel import PredictPanel
from napari_fathom.viewer.predicting import AnswerView
from napari_fathom.viewer.shares_panel import ShareChoice, SharesPanel
from napari_fathom.viewer.shares_words import shares_view

if TYPE_CHECKING:
    from napari_fathom.study import Study
    from napari_fathom.viewer.session import Session

__all__ = ["AnswersPage"]


class AnswersPage(QWidget):
    """Shows and uses the open study's prediction.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: "Session", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.shown = AnswerView(session, self)
        self.prediction = PredictPanel(session)
        self.shares = SharesPanel()
        self.accept_panel = AcceptPanel()
        self.acceptor = Acceptor(session, self.accept_panel, self)
        self.tour = AmbiguityTour(session, self)
        self.next_button = QPushButton("Next most ambiguous window")
        self.next_button.setToolTip(
            "Go where the model is least sure (Shift+N): a stroke there teaches most."
        )
        self._tour_words = QLabel()
        self._tour_words.setWordWrap(True)
        self._tour_words.hide()

        column = QVBoxLayout(self)
        column.addWidget(titled("Prediction", self.prediction))
        column.addWidget(titled("Review", self.next_button, self._tour_words))
        column.addWidget(titled("Accept into the labels", self.accept_panel))
        column.addWidget(titled("Class shares", self.shares))
        column.addStretch(1)

        self.next_button.clicked.connect(self.tour.go)
        self.tour.told.connect(self._tell_tour)
        self.shares.choiceChanged.connect(self._reclass)
        session.answering.started.connect(self.refresh)
        self.prediction.bar.ended.connect(self.refresh)
        session.studyChanged.connect(self._open)
        session.predictionChanged.connect(self.refresh)
        session.modelChanged.connect(self.refresh)
        self._open(session.study)

    def refresh(self) -> None:
        """Show the state of the prediction as it is now."""
        study = self._session.study
        store = self._session.prediction()
        self.next_button.setEnabled(store is not None)
        self.shares.setEnabled(store is not None and not self.prediction.bar.running)
        self.shares.setValue(None if store is None or study is None else shares_view(study, store))

    def _open(self, study: "Study | None") -> None:
        if study is not None:
            self.shares.setChoice(study.document.shares)
        self.refresh()

    def _tell_tour(self, words: str) -> None:
        self._tour_words.setText(words)
        self._tour_words.show()

    def _reclass(self, choice: ShareChoice) -> None:
        study = self._session.study
        if study is None or self._session.prediction() is None:
            return
        job = self._session.light.submit(
            "Class shares", lambda stop: reclass_job(study, choice, stop=stop), owner=study
        )
        job.finished.connect(self._session.predictionChanged)
        self.prediction.watch(job)
        self.refresh()

"""Fills the answer layers of the open survey while a prediction grows."""

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, QTimer

from napari_fathom.events import Box, Event, Tile
from napari_fathom.viewer.prediction_layers import PredictionLayers
from napari_fathom.viewer.worker import JobHandle

if TYPE_CHECKING:
    from napari_fathom.study import Study
    from napari_fathom.viewer.session import Session

__all__ = ["AnswerView"]

_REDRAW_MS = 400  # tiles that came within this time are shown together


class AnswerView(QObject):
    """Shows the last whole answer, or the one that is being made.

    Parameters
    ----------
    session : Session
        Whose survey.
    """

    def __init__(self, session: "Session", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.layers: PredictionLayers | None = None
        self._news: list[Box] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self._show_news)
        session.studyChanged.connect(self._open)
        session.answering.started.connect(self._watch)
        session.predictionChanged.connect(self.show_whole)
        session.classesChanged.connect(self._recolour)
        self._open(session.study)
        if session.answering.job is not None:
            self._watch(session.answering.job)

    def show_whole(self) -> None:
        """Show the last whole answer, or none."""
        self._forget_news()
        study, store = self._session.study, self._session.prediction()
        if self.layers is None or study is None:
            return
        if store is None:
            self.layers.hide()
        else:
            self.layers.show(store, study.classes)

    def _open(self, study: "Study | None") -> None:
        self._forget_news()
        view = self._session.view
        self.layers = None if view is None else PredictionLayers(view, view)
        if self._session.prediction() is not None:
            self.show_whole()

    def _watch(self, job: JobHandle) -> None:
        job.progressed.connect(self._progressed)
        job.stopped.connect(self.show_whole)
        job.failed.connect(self.show_whole)

    def _progressed(self, event: Event[Any]) -> None:
        if isinstance(event, Tile):
            self._news.append(event.box)
            if not self._timer.isActive():
                self._timer.start()

    def _show_news(self) -> None:
        """Show the growing answer's new tiles."""
        study = self._session.study
        if study is None or self.layers is None or not self._news:
            return
        growing = study.growing_prediction()
        if growing is not None and not self.layers.shows(growing):
            self.layers.show(growing, study.classes)
        self.layers.changed(_around(self._news))
        self._news.clear()

    def _forget_news(self) -> None:
        self._timer.stop()
        self._news.clear()

    def _recolour(self) -> None:
        study = self._session.study
        if study is not None and self.layers is not None:
            self.layers.recolour(study.classes)


def _around(boxes: list[Box]) -> Box:
    """The box around all of them."""
    tops, bottoms, lefts, rights = zip(*boxes, strict=True)
    return (min(tops), max(bottoms), min(lefts), max(rights))

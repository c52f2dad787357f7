"""Runs predictions of the open study and fills its answer layers while they grow."""

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, QTimer, Signal

from napari_fathom.events import Box, Event, Tile
from napari_fathom.study.jobs import predict_job
from napari_fathom.viewer.navigate import box_in_view
from napari_fathom.viewer.prediction_layers import PredictionLayers
from napari_fathom.viewer.worker import JobHandle

if TYPE_CHECKING:
    from napari_fathom.study import Study
    from napari_fathom.viewer.session import Session

__all__ = ["Predictor"]

_REDRAW_MS = 400  # tiles that came within this time are shown together


class Predictor(QObject):
    """Predicts, the part in view first; whenever another model is in force, by itself.

    Parameters
    ----------
    session : Session
        Whose study; its heavy worker does the work.
    """

    started = Signal(object)
    """The `JobHandle`, for whoever shows it."""

    def __init__(self, session: "Session", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.layers: PredictionLayers | None = None
        self._job: JobHandle | None = None
        self._news: list[Box] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self._show_news)
        session.studyChanged.connect(self._open)
        session.modelChanged.connect(self.predict)
        session.classesChanged.connect(self._recolour)
        self._open(session.study)

    def predict(self) -> JobHandle | None:
        """Start over with the model in force; a prediction that runs is dropped."""
        study, view = self._session.study, self._session.view
        if study is None or view is None or self._session.model() is None:
            return None
        if self._job is not None:
            self._job.drop()
        first = box_in_view(view.viewer, view.frame)
        job = self._session.heavy.submit(
            "Predicting", lambda stop: predict_job(study, first=first, stop=stop), owner=study, torch=True
        )
        self._job = job
        job.progressed.connect(self._progressed)
        job.finished.connect(self._finished)
        job.stopped.connect(self.show_whole)
        job.failed.connect(self.show_whole)
        self.started.emit(job)
        return job

    def show_whole(self) -> None:
        """Show the last whole answer, or none."""
        study, store = self._session.study, self._session.prediction()
        if self.layers is None or study is None:
            return
        if store is None:
            self.layers.hide()
        else:
            self.layers.show(store, study.classes)

    def _open(self, study: "Study | None") -> None:
        self._timer.stop()
        self._news.clear()
        self._job = None
        view = self._session.view
        self.layers = None if view is None else PredictionLayers(view, view)
        if self._session.prediction() is not None:
            self.show_whole()

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

    def _finished(self) -> None:
        self._timer.stop()
        self._news.clear()
        self._job = None
        self.show_whole()
        self._session.predictionChanged.emit()

    def _recolour(self) -> None:
        study = self._session.study
        if study is not None and self.layers is not None:
            self.layers.recolour(study.classes)


def _around(boxes: list[Box]) -> Box:
    """The box around all of them."""
    tops, bottoms, lefts, rights = zip(*boxes, strict=True)
    return (min(tops), max(bottoms), min(lefts), max(rights))

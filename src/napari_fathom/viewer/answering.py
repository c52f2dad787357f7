"""Has the model in force answer for the open study, of either kind: when it is new, or when asked."""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal

from napari_fathom.events import Event
from napari_fathom.study import CollectionStudy
from napari_fathom.study.jobs import predict_collection_job, predict_job
from napari_fathom.viewer.navigate import box_in_view
from napari_fathom.viewer.worker import JobHandle

if TYPE_CHECKING:
    import threading

    from napari_fathom.viewer.session import Session

__all__ = ["Answering"]


class Answering(QObject):
    """Part of the session, so that a training whose dock was closed is answered too.

    Parameters
    ----------
    session : Session
        Its heavy worker does the work; it tells `predictionChanged` when there is another whole answer.
    """

    started = Signal(object)
    """The `JobHandle`, for whoever shows it."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._job: JobHandle | None = None
        session.modelChanged.connect(lambda: self.predict())

    @property
    def job(self) -> JobHandle | None:
        """The prediction that runs, or waits for its turn."""
        return None if self._job is None or self._job.done or not self._job.wanted else self._job

    def predict(self, model: int | None = None) -> JobHandle | None:
        """Start over, a survey's part in view first; what runs is dropped.

        Parameters
        ----------
        model : int, optional
            Number of a former model, which comes into force with its answer; the one in force without it.

        Returns
        -------
        JobHandle or None
            None where no study is open, or no whole model is in force and none was asked for.
        """
        if self._session.opened is None or (model is None and self._session.model() is None):
            return None
        if self._job is not None:
            self._job.drop()
        make = self._maker(model)
        job = self._job = self._session.heavy.submit(
            "Predicting", make, owner=self._session.opened, torch=True
        )
        job.finished.connect(self._session.predictionChanged)
        self.started.emit(job)
        return job

    def _maker(self, model: int | None) -> "Callable[[threading.Event], Generator[Event[Any], None, None]]":
        study, view = self._session.opened, self._session.view
        assert study is not None  # `predict` has looked
        if isinstance(study, CollectionStudy):
            return lambda stop: predict_collection_job(study, model=model, stop=stop)
        first = None if view is None else box_in_view(view.viewer, view.frame)
        return lambda stop: predict_job(study, model=model, first=first, stop=stop)

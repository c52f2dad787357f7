"""What all docks of one window share: the study that is open, the workers, and word of what changed."""

import weakref
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from napari_fathom.viewer.worker import Worker

if TYPE_CHECKING:
    from napari.components import ViewerModel

    from napari_fathom.study import Study

__all__ = ["Session"]


class Session(QObject):
    """One per window; `Session.of(viewer)` finds it, so that docks opened one by one work on the same study.

    Attributes
    ----------
    heavy : Worker
        Training and prediction: the one thread that uses torch.
    light : Worker
        All other reading and writing of the study, so that accepting and exporting don't wait for training.
    """

    studyChanged = Signal(object)
    """The `Study` that is open now, or None."""
    labelsChanged = Signal()
    """Strokes, imports or accepted answers have reached the labels store."""
    classesChanged = Signal()
    modelChanged = Signal()
    predictionChanged = Signal()
    """The class, cluster or ambiguity of the whole survey is new (single tiles are told by their job)."""
    jobFailed = Signal(object, object)
    """(JobHandle, Exception) from either worker."""

    def __init__(self, viewer: "ViewerModel") -> None:
        super().__init__()
        self._viewer = weakref.ref(viewer)
        self._study: Study | None = None
        self.heavy = Worker("fathom-heavy", self)
        self.light = Worker("fathom-light", self)
        for worker in (self.heavy, self.light):
            worker.jobFailed.connect(self.jobFailed)

    @classmethod
    def of(cls, viewer: "ViewerModel") -> "Session":
        """The viewer's session; made at the first call, gone with the viewer."""
        session = _SESSIONS.get(viewer)
        if session is None:
            session = _SESSIONS[viewer] = cls(viewer)
        return session

    @property
    def viewer(self) -> "ViewerModel | None":
        """None once the window is gone."""
        return self._viewer()

    @property
    def study(self) -> "Study | None":
        """The study that is open."""
        return self._study

    def open(self, study: "Study | None") -> None:
        """Make `study` the open one; jobs of the former are dropped."""
        if study is self._study:
            return
        self.heavy.stop_all()
        self.light.stop_all()
        self._study = study
        self.studyChanged.emit(study)

    def close(self) -> None:
        """Drop all jobs, wait a little for the threads, and let go of the study."""
        self.heavy.close()
        self.light.close()
        self._study = None


_SESSIONS: "weakref.WeakKeyDictionary[ViewerModel, Session]" = weakref.WeakKeyDictionary()

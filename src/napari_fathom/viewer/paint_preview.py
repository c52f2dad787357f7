"""Preview while painting: each stroke shows at once, in the part in view, what resembles it."""

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from napari_fathom.errors import TrainingError
from napari_fathom.viewer.navigate import box_in_view
from napari_fathom.viewer.paint_region import paintable
from napari_fathom.viewer.preview_layer import PreviewLayer
from napari_fathom.viewer.previewing import Previewed, Previewer, rest_value
from napari_fathom.viewer.view_rest import ViewRest
from napari_fathom.viewer.worker import JobHandle, Worker

if TYPE_CHECKING:
    from napari_fathom.study import Study
    from napari_fathom.viewer.paint_window import PaintWindow

__all__ = ["ZOOM_IN", "PaintPreview"]

ZOOM_IN = "Zoom in to see a preview: the view shows too many pings at once, or nothing of the survey."


class PaintPreview(QObject):
    """Follows the view of one study for as long as it lives; `renew` tells it of strokes; the newest wins.

    Parameters
    ----------
    study : Study
        Open for writing.
    paint : PaintWindow
        Of that study.
    worker : Worker
        Runs nothing else, so that neither a training nor an export holds it up, nor it the window.
    parent : QObject, optional
        Qt's owner.
    """

    told = Signal(str)
    """Why nothing is shown, in words for the user; empty when something is."""
    shown = Signal(object)
    """The `Previewed` that is on the canvas now."""
    failed = Signal(object)
    """An exception that is no want of strokes."""

    def __init__(
        self, study: "Study", paint: "PaintWindow", worker: Worker, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._study, self._view = study, paint.view
        self._previewer = Previewer(study)
        self._layer = PreviewLayer(paint.view)
        self._worker = worker
        self._job: JobHandle | None = None
        self._open = True
        self._rest = ViewRest(self._view.viewer, self)
        self._rest.rested.connect(self.renew)
        self._view.frameChanged.connect(self._layer_follows)

    def renew(self) -> None:
        """Ask for an answer to what is painted and in view now; one that is being made is dropped."""
        if not self._open or self._worker.closed:
            return
        self._drop()
        box, previewer = box_in_view(self._view.viewer, self._view.frame), self._previewer
        if not paintable(box):
            self._layer.remove()
            self.told.emit(ZOOM_IN)
            return
        self._job = self._worker.submit(
            "Preview", lambda stop: previewer.look(box, stop), owner=self._study, torch=True
        )
        self._job.finished.connect(self._show)
        self._job.failed.connect(self._tell)

    def recolour(self) -> None:
        """The classes are others now."""
        self._layer.recolour(self._study.classes, rest_value(self._study))
        self.renew()

    def close(self) -> None:
        """Take the layer away and follow nothing any more."""
        if not self._open:
            return
        self._open = False
        self._rest.close()
        self._view.frameChanged.disconnect(self._layer_follows)
        self._drop()
        self._layer.remove()

    def _drop(self) -> None:
        if self._job is not None:
            self._job.drop()
            self._job = None

    def _show(self, answer: Previewed | None) -> None:
        if answer is not None and self._open:
            self._layer.show(answer, self._study.classes, rest_value(self._study))
            self.told.emit("")
            self.shown.emit(answer)

    def _tell(self, error: Exception) -> None:
        self._layer.remove()
        self.told.emit(str(error) if isinstance(error, TrainingError) else "")
        if not isinstance(error, TrainingError):
            self.failed.emit(error)

    def _layer_follows(self, frame: object = None) -> None:
        self._layer.place()

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

__all__ = ["PaintPreview"]


class PaintPreview(QObject):
    """Follows the strokes and the view of one study for as long as it lives; the newest stroke wins.

    It has a thread of its own, so that neither a training nor an export holds it up, nor it the window.

    Parameters
    ----------
    study : Study
        Open for writing.
    paint : PaintWindow
        Of that study.
    parent : QObject, optional
        Qt's owner.
    """

    told = Signal(str)
    """Why nothing is shown, in words for the user; empty when something is."""
    shown = Signal(object)
    """The `Previewed` that is on the canvas now."""
    failed = Signal(object)
    """An exception that is no want of strokes."""

    def __init__(self, study: "Study", paint: "PaintWindow", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._study, self._paint, self._view = study, paint, paint.view
        self._previewer = Previewer(study)
        self._layer = PreviewLayer(paint.view)
        self._worker = Worker("fathom-preview", self)
        self._job: JobHandle | None = None
        self._open = True
        self._rest = ViewRest(self._view.viewer, self)
        self._rest.rested.connect(self.renew)
        paint.saved.connect(self.renew)
        self._view.frameChanged.connect(self._layer_follows)
        self.renew()

    @property
    def busy(self) -> bool:
        """Whether an answer is being made."""
        return self._worker.busy

    def renew(self, event: object = None) -> None:
        """Ask for an answer to what is painted and in view now; one that is being made is dropped."""
        if not self._open:
            return
        if self._job is not None:
            self._job.drop()
            self._job = None
        box = box_in_view(self._view.viewer, self._view.frame)
        if not paintable(box) or box[2] == box[3]:
            self._layer.remove()
            return
        self._job = self._worker.submit(
            "Preview", lambda stop: self._previewer.look(box, stop), owner=self._study, torch=True
        )
        self._job.finished.connect(self._show)
        self._job.failed.connect(self._tell)

    def recolour(self) -> None:
        """The classes are others now."""
        self._layer.recolour(self._study.classes, rest_value(self._study))
        self.renew()

    def close(self) -> None:
        """Take the layer away and follow nothing any more; the thread ends by itself, soon."""
        if not self._open:
            return
        self._open = False
        self._rest.close()
        self._paint.saved.disconnect(self.renew)
        self._view.frameChanged.disconnect(self._layer_follows)
        self._worker.close(wait_s=0.0)
        self._layer.remove()

    def _show(self, answer: Previewed | None) -> None:
        if answer is not None and self._open:
            self._layer.show(answer, self._study.classes, rest_value(self._study))
            self.told.emit("")
            self.shown.emit(answer)

    def _tell(self, error: Exception) -> None:
        self._layer.remove()
        if isinstance(error, TrainingError):
            self.told.emit(str(error))
        else:
            self.failed.emit(error)

    def _layer_follows(self, frame: object = None) -> None:
        self._layer.place()

"""When the view has come to rest after panning or zooming."""

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, QTimer, Signal

from napari_fathom.viewer._compat import camera_of

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["ViewRest"]

REST_MS = 120
"""The view has come to rest when it hasn't moved for so long."""


class ViewRest(QObject):
    """Watches a viewer's camera.

    Parameters
    ----------
    viewer : ViewerModel
    parent : QObject, optional
        Qt's owner.
    """

    rested = Signal()

    def __init__(self, viewer: "ViewerModel", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._camera = camera_of(viewer)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self.rested)
        for emitter in (self._camera.events.center, self._camera.events.zoom):
            emitter.connect(self.wait)

    def wait(self, event: Any = None) -> None:
        """Tell `rested` once nothing has moved for a while from now on."""
        self._timer.start()

    def close(self) -> None:
        """Watch no longer."""
        self._timer.stop()
        for emitter in (self._camera.events.center, self._camera.events.zoom):
            emitter.disconnect(self.wait)

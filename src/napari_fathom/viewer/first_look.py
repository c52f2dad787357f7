"""The first view of a survey, looked at again while the window is still laying itself out."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer

from napari_fathom.viewer._compat import camera_of, canvas_shape

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["FirstLook"]

CHECK_MS = 50
CHECKS = 40
"""Two seconds: by then docks have found their width, and what changes after is the user's own doing."""


class FirstLook(QObject):
    """Looks now, and again whenever the canvas has another size, until it rests or a hand moves the camera.

    Parameters
    ----------
    viewer : ViewerModel
        Whose camera `look` moves.
    look : callable
        Moves the camera to where a survey should first be seen.
    parent : QObject
        Qt's owner; it ends with it.
    """

    def __init__(self, viewer: "ViewerModel", look: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._viewer, self._look = viewer, look
        self._left = CHECKS
        self._timer = QTimer(self)
        self._timer.setInterval(CHECK_MS)
        self._timer.timeout.connect(self._check)
        self._take_look()
        self._timer.start()

    @property
    def looking(self) -> bool:
        """Whether the camera may still be moved."""
        return bool(self._timer.isActive())

    def stop(self) -> None:
        """Leave the camera alone from now on."""
        self._timer.stop()

    def _check(self) -> None:
        self._left -= 1
        if self._camera() != self._left_at or not self._left:
            self.stop()
        elif canvas_shape(self._viewer) != self._canvas:
            self._take_look()

    def _take_look(self) -> None:
        self._look()
        self._canvas, self._left_at = canvas_shape(self._viewer), self._camera()

    def _camera(self) -> tuple[float, ...]:
        camera = camera_of(self._viewer)
        return (*camera.center, camera.zoom)

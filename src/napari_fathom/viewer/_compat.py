"""Differences between napari versions, and what napari keeps to itself; nothing else.

napari 0.9 moved the camera to `viewer.scene` and made the canvas size public; 0.8 is still in use.
No version names a window's Qt widget in public; plugins get a viewer behind a proxy.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from qtpy.QtWidgets import QWidget

__all__ = ["camera_of", "canvas_shape", "canvas_widget", "grid_of", "main_window", "unwrapped"]


def camera_of(viewer: "ViewerModel") -> Any:
    """The camera, under its new or its old name."""
    scene = getattr(viewer, "scene", None)
    return viewer.camera if scene is None else scene.camera


def canvas_shape(viewer: "ViewerModel") -> tuple[int, int]:
    """(height, width) of the canvas in pixels."""
    canvas = getattr(viewer, "canvas", None)
    height, width = viewer._canvas_size if canvas is None else canvas.size
    return int(height), int(width)


def unwrapped(viewer: Any) -> Any:
    """The viewer itself: the proxy that napari hands to a plugin may go long before it."""
    return getattr(viewer, "__wrapped__", viewer)


def main_window(viewer: "ViewerModel") -> "QWidget | None":
    """The Qt window of an unwrapped viewer; None for a viewer model without one."""
    window = getattr(viewer, "window", None)
    return None if window is None else window._qt_window


def canvas_widget(viewer: "ViewerModel") -> "QWidget | None":
    """The Qt widget that an unwrapped viewer draws into; None for a viewer model without a window."""
    from qtpy.QtOpenGLWidgets import QOpenGLWidget
    from qtpy.QtWidgets import QMainWindow

    window = main_window(viewer)
    if not isinstance(window, QMainWindow):
        return None
    centre = window.centralWidget()
    canvas: QWidget | None = None if centre is None else centre.findChild(QOpenGLWidget)
    return canvas


def grid_of(viewer: "ViewerModel") -> Any:
    """The grid in which napari may lay layers side by side."""
    canvas = getattr(viewer, "canvas", None)
    return viewer.grid if canvas is None else canvas.grid

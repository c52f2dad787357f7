"""Differences between napari versions, and nothing else.

napari 0.9 moved the camera to `viewer.scene` and made the canvas size public; 0.8 is still in use.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["camera_of", "canvas_shape"]


def camera_of(viewer: "ViewerModel") -> Any:
    """The camera, under its new or its old name."""
    scene = getattr(viewer, "scene", None)
    return viewer.camera if scene is None else scene.camera


def canvas_shape(viewer: "ViewerModel") -> tuple[int, int]:
    """(height, width) of the canvas in pixels."""
    canvas = getattr(viewer, "canvas", None)
    height, width = viewer._canvas_size if canvas is None else canvas.size
    return int(height), int(width)

"""Where the camera looks, in cells of the survey."""

from typing import TYPE_CHECKING

from napari_fathom.events import Box
from napari_fathom.viewer._compat import camera_of, canvas_shape
from napari_fathom.viewer.layers import Aspect, Frame

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["box_in_view", "fit_survey", "look_at", "ping_m_for", "step_along", "zoom_of"]

MARGIN = 0.95
"""Share of the canvas that a box fills when it is shown whole."""


def zoom_of(viewer: "ViewerModel") -> float:
    """Canvas pixels per world metre."""
    return float(camera_of(viewer).zoom)


def box_in_view(viewer: "ViewerModel", frame: Frame) -> Box:
    """The cells of the survey that the canvas shows; zero height or width where it shows none."""
    camera = camera_of(viewer)
    height, width = canvas_shape(viewer)
    depth, along = camera.center[-2:]
    down, across = height / camera.zoom / 2, width / camera.zoom / 2
    return frame.box_between((depth - down, along - across), (depth + down, along + across))


def look_at(viewer: "ViewerModel", frame: Frame, box: Box) -> None:
    """Move the camera so that it shows all of a box, no larger than the box needs.

    Parameters
    ----------
    viewer : ViewerModel
        Whose camera moves.
    frame : Frame
        Where the survey lies.
    box : Box
        Cells of the survey.
    """
    top, bottom, left, right = box
    camera = camera_of(viewer)
    first = frame.to_world(top - 0.5, left - 0.5)
    last = frame.to_world(bottom - 0.5, right - 0.5)
    height, width = canvas_shape(viewer)
    down, across = abs(last[0] - first[0]), abs(last[1] - first[1])
    camera.center = ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2)
    camera.zoom = MARGIN * min(height / max(down, 1e-9), width / max(across, 1e-9))


def fit_survey(viewer: "ViewerModel", frame: Frame) -> None:
    """Show the whole survey."""
    look_at(viewer, frame, frame.survey_box)


def step_along(viewer: "ViewerModel", frame: Frame, screens: float) -> None:
    """Move along-track by a share of the screen, and stop at the survey's ends.

    Parameters
    ----------
    viewer : ViewerModel
        Whose camera moves.
    frame : Frame
        Where the survey lies.
    screens : float
        Widths of the canvas; negative goes back.
    """
    camera = camera_of(viewer)
    _, width = canvas_shape(viewer)
    depth, along = camera.center[-2:]
    end = frame.pings * frame.ping_m
    camera.center = (depth, min(max(along + screens * width / camera.zoom, 0.0), end))


def ping_m_for(aspect: Aspect, frame: Frame, along_track_m: float | None, canvas: tuple[int, int]) -> float:
    """How many metres one ping should take on the along-track axis.

    Parameters
    ----------
    aspect : {"pixels", "metric", "fill"}
        pixels: square cells. metric: the ship's own metres. fill: the whole survey fills the canvas.
    frame : Frame
        The survey.
    along_track_m : float or None
        Metres sailed between pings, None where positions are unknown; metric is square cells then.
    canvas : (int, int)
        Height and width in pixels.

    Returns
    -------
    float
        World metres per ping, above 0.
    """
    row_m = abs(frame.row_m)
    if aspect == "metric" and along_track_m is not None:
        return along_track_m
    if aspect == "fill":
        height, width = canvas
        return row_m * frame.rows * (width / max(height, 1)) / frame.pings
    return row_m

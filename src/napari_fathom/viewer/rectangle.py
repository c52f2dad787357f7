"""A rectangle that the user draws over the echogram to say where."""

from typing import TYPE_CHECKING

import numpy as np

from napari_fathom.events import Box
from napari_fathom.viewer.layers import ensure_layer
from napari_fathom.viewer.roles import Role, find, tag

if TYPE_CHECKING:
    from napari.layers import Layer

    from napari_fathom.viewer.session import Session
    from napari_fathom.viewer.survey_view import SurveyView

__all__ = ["RegionRectangle"]


class RegionRectangle:
    """The last rectangle on a layer of its own, which is made when it is first wanted.

    Parameters
    ----------
    session : Session
        Whose survey.
    """

    def __init__(self, session: "Session") -> None:
        self._session = session

    def draw(self) -> None:
        """Let the next drag on the canvas draw a rectangle."""
        view = self._session.view
        if view is None:
            return
        layer = ensure_layer(view.viewer, Role.REGION, view.survey, lambda: _make(view))
        view.viewer.layers.selection.active = layer
        layer.mode = "add_rectangle"

    def box(self) -> Box | None:
        """The cells that the last rectangle touches; None where none is drawn."""
        view = self._session.view
        if view is None:
            return None
        layer = find(view.viewer.layers, Role.REGION, survey=view.survey)
        if layer is None or not len(layer.data):
            return None
        corners = np.asarray(layer.data[-1])[:, -2:]  # in cells: the layer lies in the survey's frame
        first, last = view.frame.to_world(*corners.min(axis=0)), view.frame.to_world(*corners.max(axis=0))
        box = view.frame.box_between(first, last)
        return box if box[0] < box[1] and box[2] < box[3] else None


def _make(view: "SurveyView") -> "Layer":
    from napari.layers import Shapes

    layer: Shapes = Shapes(
        ndim=2,
        name="region",
        face_color="transparent",
        edge_color="white",
        edge_width=2,
        metadata=tag(Role.REGION, view.survey),
        **view.frame.placement(),
    )
    return layer

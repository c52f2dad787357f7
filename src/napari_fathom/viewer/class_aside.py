"""The class layer out of the way of the preview: the colours of both would mix to ones of no class."""

import weakref
from typing import TYPE_CHECKING

from napari_fathom.viewer.roles import Role, find

if TYPE_CHECKING:
    from napari.layers import Layer

    from napari_fathom.viewer.survey_view import SurveyView

__all__ = ["ClassAside"]


class ClassAside:
    """Hides a survey's class layer for a while, and never the one that the user shows again meanwhile.

    Parameters
    ----------
    view : SurveyView
    """

    def __init__(self, view: "SurveyView") -> None:
        self._view = view
        self._known: weakref.ref[Layer] | None = None
        self._hid = False

    def put_aside(self) -> None:
        """Hide it; does nothing to a layer that was met before."""
        layer = self._layer
        if layer is None or (self._known is not None and self._known() is layer):
            return
        self._known = weakref.ref(layer)
        self._hid = self._hid or layer.visible  # a new answer's layer is as hidden as the former was
        layer.visible = False

    def bring_back(self) -> None:
        """Show it, if it was hidden here."""
        layer = self._layer
        if layer is not None and self._hid:
            layer.visible = True
        self._known, self._hid = None, False

    @property
    def _layer(self) -> "Layer | None":
        return find(self._view.viewer.layers, Role.CLASS, survey=self._view.survey)

"""Painting on or off: the layer hides while the view is too wide for it, and a hint says why."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

if TYPE_CHECKING:
    from napari.layers import Labels

__all__ = ["PaintSwitch"]


class PaintSwitch(QObject):
    """Hides and shows the editable layer, and never the one that the user has hidden by its eye.

    Parameters
    ----------
    layer : callable
        The layer, or None where there is none now.
    parent : QObject, optional
        Qt's owner.
    """

    hintChanged = Signal(str)
    """Why painting is off, in words for the user; empty when it is on."""

    def __init__(self, layer: "Callable[[], Labels | None]", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hint = ""
        self._layer = layer
        self._off = self._hid = False

    def turn_on(self) -> None:
        """Show what `turn_off` hid."""
        layer = self._layer()
        if self._off and self._hid and layer is not None:
            layer.visible = True
        self._off = False
        self._say("")

    def turn_off(self, why: str) -> None:
        """Hide the layer, and say why."""
        layer = self._layer()
        if not self._off:
            self._off, self._hid = True, layer is not None and layer.visible
            if layer is not None:
                layer.visible = False
        self._say(why)

    def _say(self, hint: str) -> None:
        if hint != self.hint:
            self.hint = hint
            self.hintChanged.emit(hint)

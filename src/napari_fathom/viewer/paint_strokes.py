"""When a hand, an undo or a script has changed a labels layer: napari's several ways of telling, made one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from napari.layers import Labels

__all__ = ["StrokeWatch"]


class StrokeWatch(QObject):
    """Listens to one labels layer at a time.

    napari emits `paint` once for a finished stroke, fill or polygon; for `data_setitem` it does so before
    the data changes; undo and redo emit nothing but `set_data`, which every refresh emits too. So a change is
    announced as a moment to compare, not as a certainty.

    Attributes
    ----------
    pressed : bool
        A mouse button is down: a stroke is going on.
    muted : bool
        Set while the layer's data is replaced, which is no change by hand.
    """

    changed = Signal(str)
    """Compare now; `paint` or `undo` (which stands for redo too)."""
    released = Signal()
    """A stroke has ended, and `changed` for it has been told."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pressed = self.muted = False
        self._origin = "undo"
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._tell)

    def attach(self, layer: "Labels") -> None:
        """Listen to a new layer; the former one is gone."""
        self.pressed = False
        layer.events.paint.connect(self._on_paint)
        layer.events.set_data.connect(self._on_set_data)
        layer.mouse_drag_callbacks.append(self._track_press)

    def stop(self) -> None:
        """Announce nothing any more."""
        self._soon.stop()
        self.pressed = False
        self.blockSignals(True)

    def _track_press(self, layer: "Labels", event: Any) -> Iterator[None]:
        """A napari mouse callback: a stroke lasts from press to release."""
        self.pressed = True
        yield
        while event.type == "mouse_move":
            yield
        self.pressed = False
        QTimer.singleShot(0, self._release)  # after napari's own callback has finished the stroke

    def _release(self) -> None:
        if not self.pressed:
            self.changed.emit("paint")
            self.released.emit()

    def _on_paint(self, event: Any) -> None:
        self.changed.emit("paint")
        self._origin = "paint"
        self._soon.start()

    def _on_set_data(self, event: Any) -> None:
        if not self.pressed and not self.muted:
            self._soon.start()

    def _tell(self) -> None:
        origin, self._origin = self._origin, "undo"
        if not self.pressed:
            self.changed.emit(origin)

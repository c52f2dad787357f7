"""The name of a class as a line to edit: short while one reads, whole while one writes."""

from qtpy.QtCore import Qt
from qtpy.QtGui import QFocusEvent, QResizeEvent
from qtpy.QtWidgets import QLineEdit, QWidget

__all__ = ["ClassName"]

_FRAME_PX = 12
"""What the line's frame and margins take of its width."""


class ClassName(QLineEdit):
    """Shows a short name, cut at its end where there is no room, until somebody comes to edit the whole one.

    Parameters
    ----------
    whole, short : str
    tip : str
        What the name is; the whole one stands above it.
    """

    def __init__(self, whole: str, short: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(short, parent)
        self._whole, self._short = whole, short
        self.setToolTip(f"{whole}\n{tip}")

    def edited(self) -> str:
        """The whole name as it is written now."""
        return str(self.text()) if self.isModified() else self._whole

    def focusInEvent(self, event: QFocusEvent | None) -> None:
        """Show the whole name."""
        if not self.isModified():
            self.setText(self._whole)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """Tell what was written, then show the short name; a menu over the line ends nothing."""
        super().focusOutEvent(event)
        if event is None or event.reason() != Qt.FocusReason.PopupFocusReason:
            self._shorten()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Cut anew."""
        super().resizeEvent(event)
        if not self.hasFocus() and not self.isModified():
            self._shorten()

    def _shorten(self) -> None:
        room = self.width() - _FRAME_PX
        self.setText(self.fontMetrics().elidedText(self._short, Qt.TextElideMode.ElideRight, room))
        self.setCursorPosition(0)

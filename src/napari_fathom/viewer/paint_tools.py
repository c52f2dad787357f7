"""What to paint with: three buttons that show which tool is in hand."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

__all__ = ["PaintTools"]

_TOOLS = (
    ("paint", "Paint", "Brush over the echogram with the chosen class ([ and ] change the brush)"),
    ("polygon", "Outline", "Click around a school; a double click closes and fills the outline"),
    ("pan_zoom", "Move", "Pan and zoom (or hold the space bar)"),
)


class PaintTools(QWidget):
    """`value()` is napari's name of a labels layer's mode; another mode than these three is in no button.

    Parameters
    ----------
    parent : QWidget, optional
        Qt's owner.
    """

    chosen = Signal(str)
    """A mode, by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = ""
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for mode, title, tip in _TOOLS:
            button = self.buttons[mode] = QPushButton(title)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, mode=mode: self.chosen.emit(mode))
            self._group.addButton(button)
            row.addWidget(button)

    def value(self) -> str:
        """The mode that is shown."""
        return self._value

    def setValue(self, mode: str) -> None:
        """Show a mode; tells nobody."""
        self._value = mode
        self._group.setExclusive(False)  # else the last button could never be let go
        for own, button in self.buttons.items():
            button.setChecked(own == mode)
        self._group.setExclusive(True)

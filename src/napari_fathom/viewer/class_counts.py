"""A row a class: its colour, its name, how many pixels are painted."""

from collections.abc import Mapping

from qtpy.QtGui import QColor, QPixmap
from qtpy.QtWidgets import QGridLayout, QLabel, QWidget

from napari_fathom.labels.classes import Classes

__all__ = ["ClassCounts", "swatch"]


def swatch(colour: str, side: int = 12) -> QLabel:
    """A small square of a class's colour."""
    label = QLabel()
    square = QPixmap(side, side)
    square.fill(QColor(colour))
    label.setPixmap(square)
    label.setFixedWidth(side + 4)
    return label


class ClassCounts(QWidget):
    """Shows counts; edits nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._value: dict[str, int] = {}

    def value(self) -> dict[str, int]:
        """Painted pixels by class name, as shown."""
        return dict(self._value)

    def setValue(self, classes: Classes, counts: Mapping[int, int]) -> None:
        """Show these."""
        while (cell := self._grid.takeAt(0)) is not None:
            widget = cell.widget()
            if widget is not None:
                widget.deleteLater()
        self._value = {item.name: counts.get(item.value, 0) for item in classes}
        for row, item in enumerate(classes):
            pixels = counts.get(item.value, 0)
            share = QLabel(f"{pixels:,}")
            share.setEnabled(bool(pixels))
            self._grid.addWidget(swatch(item.colour), row, 0)
            self._grid.addWidget(QLabel(item.name), row, 1)
            self._grid.addWidget(share, row, 2)
        self.setToolTip("Pixels painted of each class. Equal parts of each teach best.")

"""Which three frequencies the composite shows, red, green and blue."""

from collections.abc import Sequence

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QWidget
from superqt.utils import signals_blocked

__all__ = ["CompositeChooser", "default_three"]

_NARROWEST_PX = 66
"""Room for three digits: Qt's own idea of a narrow choice would make the dock wider than it need be."""


def default_three(count: int) -> tuple[int, int, int]:
    """Lowest, middle and highest of `count` frequencies; with fewer than three some are shown twice."""
    return (0, (count - 1) // 2 if count != 2 else 0, count - 1)


class CompositeChooser(QWidget):
    """Three frequencies in kHz, as indices, and a button that shows them.

    Parameters
    ----------
    parent : QWidget, optional
        Qt's owner.
    """

    valueChanged = Signal(object)
    """(red, green, blue) as indices, after a choice by hand."""
    showRequested = Signal(object)
    """The composite is wanted on the canvas; carries the value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        self._combos: list[QComboBox] = []
        for name in ("red", "green", "blue"):
            combo = QComboBox()
            combo.setMinimumWidth(_NARROWEST_PX)
            combo.setToolTip(f"Frequency in kHz that is shown {name}")
            combo.currentIndexChanged.connect(lambda _: self.valueChanged.emit(self.value()))
            layout.addWidget(QLabel(name[0].upper()))
            layout.addWidget(combo, 1)
            self._combos.append(combo)
        self._button = QPushButton("Show")
        self._button.setToolTip("Add the three frequencies as one colour layer")
        self._button.clicked.connect(lambda: self.showRequested.emit(self.value()))
        layout.addWidget(self._button)
        self.setFrequencies(())

    def setFrequencies(self, frequency_hz: Sequence[float]) -> None:
        """Offer these, and choose the lowest, the middle and the highest."""
        chosen = default_three(len(frequency_hz))
        for combo, index in zip(self._combos, chosen, strict=True):
            with signals_blocked(combo):
                combo.clear()
                combo.addItems([f"{hertz / 1000:g}" for hertz in frequency_hz])
                combo.setCurrentIndex(index)
        self.setEnabled(len(frequency_hz) > 1)

    def value(self) -> tuple[int, int, int]:
        """(red, green, blue) as indices into the survey's frequencies."""
        red, green, blue = (max(0, combo.currentIndex()) for combo in self._combos)
        return (red, green, blue)

    def setValue(self, three: tuple[int, int, int]) -> None:
        """Choose three frequencies by index; tells nobody."""
        for combo, index in zip(self._combos, three, strict=True):
            with signals_blocked(combo):
                combo.setCurrentIndex(index)

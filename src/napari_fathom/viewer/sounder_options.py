"""How echosounder files are converted when they are opened for the first time."""

import math

from qtpy.QtWidgets import QCheckBox, QComboBox, QFormLayout, QVBoxLayout, QWidget
from superqt import QCollapsible

__all__ = ["SounderOptions", "main_frequency_hz"]

FINEST = "the finest"
USUAL_KHZ = (18, 38, 70, 120, 200, 333)
"""What ships usually carry; any other can be written."""


def main_frequency_hz(words: str) -> float | None:
    """What the user chose or wrote as main frequency, such as `38 kHz` or `38`; None for the finest.

    Raises
    ------
    ValueError
        If the words hold no frequency.
    """
    words = words.strip()
    if words in ("", FINEST):
        return None
    try:
        kilohertz = float(words.casefold().removesuffix("khz").strip().replace(",", "."))
    except ValueError:
        kilohertz = 0.0
    if not 0 < kilohertz < math.inf:
        raise ValueError(
            f"Main frequency: found {words!r}, expected kilohertz such as 38 kHz, or {FINEST!r}."
        )
    return 1000 * kilohertz


class SounderOptions(QWidget):
    """Main frequency and direction, folded away: most files say what is right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.upward = QCheckBox("Sounder looks up")
        self.upward.setToolTip(
            "For a mooring below the sea: tick before opening its files for the first time"
        )
        self.main_frequency = QComboBox()
        self.main_frequency.setEditable(True)
        self.main_frequency.addItems([FINEST, *(f"{kilohertz:g} kHz" for kilohertz in USUAL_KHZ)])
        self.main_frequency.setToolTip(
            "All frequencies are laid on the range cells of this one, and it is shown first;"
            " choose or write it before opening files for the first time"
        )
        inside = QWidget()
        form = QFormLayout(inside)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Main frequency", self.main_frequency)
        form.addRow("", self.upward)
        folded = QCollapsible("Before new echosounder files", expandedIcon="▾", collapsedIcon="▸")
        folded.addWidget(inside)
        folded.collapse(animate=False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(folded)

    def frequency_hz(self) -> float | None:
        """The main frequency, or None for the finest; ValueError as `main_frequency_hz`."""
        return main_frequency_hz(self.main_frequency.currentText())

    def looks_up(self) -> bool | None:
        """True where that is ticked, else as the files say."""
        return True if self.upward.isChecked() else None

"""How much of the sea is each class, and whether the answers are corrected for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QFormLayout, QGridLayout, QLabel, QVBoxLayout, QWidget
from superqt.utils import signals_blocked

from napari_fathom.labels.classes import ClassInfo
from napari_fathom.study.class_shares import percent
from napari_fathom.viewer.class_counts import swatch

__all__ = ["ShareChoice", "SharesPanel", "SharesView"]

ShareChoice = Literal["auto", "on", "off"]
_CHOICES: dict[ShareChoice, str] = {
    "auto": "Where the evidence favours it",
    "on": "Always",
    "off": "Never",
}


@dataclass(frozen=True)
class SharesView:
    """What the panel shows.

    Parameters
    ----------
    classes : sequence of ClassInfo
        In the model's order.
    trained : sequence of float
        Share of each class that the model learned to expect.
    estimated : sequence of float or None
        Share of each class in the whole survey, as estimated; None, shown as a dash, where too little
        supports an estimate, for a figure would be read as a finding.
    corrected : bool
        Whether the class layer is corrected now.
    evidence : str
        Why, in words.
    """

    classes: Sequence[ClassInfo]
    trained: Sequence[float]
    estimated: Sequence[float] | None
    corrected: bool
    evidence: str


class SharesPanel(QWidget):
    """Shows the estimate; `choice()` is "auto", "on" or "off"."""

    choiceChanged = Signal(str)
    """A `ShareChoice`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = QComboBox()
        for key, words in _CHOICES.items():
            self._choice.addItem(words, key)
        self._choice.setToolTip(
            "People paint classes in about equal parts, while most of the sea is background. The survey's own"
            " class shares are estimated from calibrated answers, and the answers corrected for them."
        )
        self._choice.currentIndexChanged.connect(lambda: self.choiceChanged.emit(self.choice()))
        self._table = QGridLayout()
        self._table.setColumnStretch(1, 1)
        self._words = QLabel("Estimated with the first prediction.")
        self._words.setWordWrap(True)
        rows = QFormLayout()
        rows.addRow("Correct answers", self._choice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(rows)
        column.addLayout(self._table)
        column.addWidget(self._words)

    def choice(self) -> ShareChoice:
        """What the user wants."""
        choice: ShareChoice = self._choice.currentData()
        return choice

    def setChoice(self, choice: ShareChoice) -> None:
        """Show the study's choice without telling anybody."""
        with signals_blocked(self._choice):
            self._choice.setCurrentIndex(self._choice.findData(choice))

    def text(self) -> str:
        """The evidence as the user reads it."""
        return str(self._words.text())

    def setValue(self, view: SharesView | None) -> None:
        """Show an estimate, or that there is none."""
        while (cell := self._table.takeAt(0)) is not None:
            widget = cell.widget()
            if widget is not None:
                widget.deleteLater()
        if view is None:
            self._words.setText("Estimated with the first prediction.")
            return
        self._show_words(view)
        for column, title in ((1, "class"), (2, "in training"), (3, "in the survey")):
            head = QLabel(title)
            head.setEnabled(False)
            self._table.addWidget(head, 0, column)
        estimated = ["–"] * len(view.classes) if view.estimated is None else map(percent, view.estimated)
        rows = zip(view.classes, view.trained, estimated, strict=True)
        for row, (item, trained, figure) in enumerate(rows, start=1):
            self._table.addWidget(swatch(item.colour), row, 0)
            self._table.addWidget(QLabel(item.name), row, 1)
            self._table.addWidget(QLabel(percent(trained)), row, 2)
            self._table.addWidget(QLabel(figure), row, 3)

    def _show_words(self, view: SharesView) -> None:
        state = "Corrected." if view.corrected else "Not corrected."
        self._words.setText(f"{state} {view.evidence}".strip())

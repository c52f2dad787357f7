"""What to accept: which classes, where, above which certainty, and whether strokes may be overwritten."""

from dataclasses import dataclass
from typing import Literal

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from superqt import QLabeledDoubleSlider

from napari_fathom.labels.classes import Classes
from napari_fathom.viewer.jobs_ui import JobBar

__all__ = ["AcceptChoice", "AcceptPanel", "Where"]

Where = Literal["view", "rectangle", "survey"]
_PLACES: dict[Where, str] = {
    "view": "What is in view",
    "rectangle": "A rectangle that I draw",
    "survey": "The whole survey",
}


@dataclass(frozen=True)
class AcceptChoice:
    """What the panel says.

    Parameters
    ----------
    classes : tuple of int or None
        Class values; None for all.
    where : {"view", "rectangle", "survey"}
    certainty : float
        Least probability of the answer, in [0, 1].
    overwrite : bool
        Whether cells that are labelled already are labelled anew.
    """

    classes: tuple[int, ...] | None = None
    where: Where = "view"
    certainty: float = 0.9
    overwrite: bool = False


class AcceptPanel(QWidget):
    """`value()` is the choice; the buttons only say that they were pressed, `bar` shows what comes of it."""

    acceptClicked = Signal()
    undoClicked = Signal()
    rectangleWanted = Signal()
    valueChanged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes = QComboBox()
        self._classes.setToolTip("Which answers become labels.")
        self._where = QComboBox()
        for key, words in _PLACES.items():
            self._where.addItem(words, key)
        self._where.setToolTip("Shift+A accepts the connected patch under the cursor, wherever it is.")
        self._certainty = QLabeledDoubleSlider(Qt.Orientation.Horizontal)
        self._certainty.setRange(0, 1)
        self._certainty.setDecimals(2)
        self._certainty.setValue(0.9)
        self._certainty.setToolTip("Only answers at least as probable as this; 0 takes all.")
        self._overwrite = QCheckBox("Overwrite what is labelled already")
        self._overwrite.setToolTip("Without it, no stroke of yours is ever touched.")
        self.accept_button = QPushButton("Accept")
        self.accept_button.setToolTip(
            "Copy these answers into the labels. They count with the next training."
        )
        self.undo_button = QPushButton("Undo last accept")
        self.undo_button.setToolTip(
            "Take the last accepted answers out again, except where you painted since."
        )
        self.undo_button.setEnabled(False)
        self.bar = JobBar()
        rows = QFormLayout()
        rows.addRow("Class", self._classes)
        rows.addRow("Where", self._where)
        rows.addRow("Certainty from", self._certainty)
        buttons = QHBoxLayout()
        buttons.addWidget(self.accept_button, 1)
        buttons.addWidget(self.undo_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(rows)
        column.addWidget(self._overwrite)
        column.addLayout(buttons)
        column.addWidget(self.bar)
        self.set_classes(Classes(()))
        self.accept_button.clicked.connect(self.acceptClicked)
        self.undo_button.clicked.connect(self.undoClicked)
        self._where.activated.connect(self._place_chosen)
        for signal in (
            self._classes.currentIndexChanged,
            self._where.currentIndexChanged,
            self._certainty.valueChanged,
            self._overwrite.toggled,
        ):
            signal.connect(self._changed)

    def value(self) -> AcceptChoice:
        """What is chosen."""
        value = self._classes.currentData()
        return AcceptChoice(
            None if value is None else (int(value),),
            self._where.currentData(),
            float(self._certainty.value()),
            bool(self._overwrite.isChecked()),
        )

    def setValue(self, choice: AcceptChoice) -> None:
        """Show a choice; of several classes the first."""
        self._classes.setCurrentIndex(
            0 if choice.classes is None else self._classes.findData(choice.classes[0])
        )
        self._where.setCurrentIndex(self._where.findData(choice.where))
        self._certainty.setValue(choice.certainty)
        self._overwrite.setChecked(choice.overwrite)

    def set_classes(self, classes: Classes) -> None:
        """Offer these classes."""
        former = self._classes.currentData()
        self._classes.clear()
        self._classes.addItem("all classes", None)
        for item in classes:
            self._classes.addItem(item.name, item.value)
        self._classes.setCurrentIndex(max(0, self._classes.findData(former)))

    def _place_chosen(self) -> None:
        if self._where.currentData() == "rectangle":
            self.rectangleWanted.emit()

    def _changed(self) -> None:
        self.valueChanged.emit(self.value())

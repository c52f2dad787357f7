"""One class as a row: choose it, see its key, colour, name and count, remove it."""

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtGui import QColor, QIcon, QPixmap
from qtpy.QtWidgets import QColorDialog, QHBoxLayout, QLabel, QLineEdit, QRadioButton, QToolButton, QWidget

from napari_fathom.labels.classes import ClassInfo
from napari_fathom.viewer.class_name import ClassName
from napari_fathom.viewer.class_words import ClassWords

__all__ = ["ClassRow"]

SWATCH_PX = 16
KEY_WIDTH_PX = 28
COUNT_WIDTH_PX = 72


class ClassRow(QWidget):
    """Edits one class; whoever owns it decides whether an edit holds.

    Parameters
    ----------
    item : ClassInfo
        What to show.
    short : str
        Its name as it is shown where there is little room.
    words : ClassWords
        How what has a class is spoken of.
    parent : QWidget, optional
        Qt's owner.
    """

    chosen = Signal(int)
    """The class was chosen to label with."""
    renamed = Signal(int, str)
    recoloured = Signal(int, str)
    rekeyed = Signal(int, str)
    removed = Signal(int)

    def __init__(self, item: ClassInfo, short: str, words: ClassWords, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item, self._words = item, words
        value = item.value
        self.choose = QRadioButton()
        self.choose.setToolTip(f"{words.choose} {item.name}" + (f" (key {item.key})" if item.key else ""))
        self.choose.toggled.connect(self._tell_choice)
        self.colour = QToolButton()
        self.colour.setIcon(QIcon(_swatch(item.colour)))
        self.colour.setIconSize(QSize(SWATCH_PX, SWATCH_PX))
        self.colour.setToolTip("Choose another colour")
        self.colour.clicked.connect(self._ask_colour)
        self.name = ClassName(item.name, short, words.name)
        self.name.editingFinished.connect(self._tell_name)
        self.key = QLineEdit(item.key)
        self.key.setMaxLength(1)
        self.key.setFixedWidth(KEY_WIDTH_PX)
        self.key.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.key.setToolTip(f"{words.key_does}; empty for none")
        self.key.editingFinished.connect(self._tell_key)
        self.count = QLabel("0")
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.count.setMinimumWidth(COUNT_WIDTH_PX)
        self.count.setToolTip(words.counted.capitalize())
        self.remove = QToolButton()
        self.remove.setText("✕")
        self.remove.setAutoRaise(True)
        self.remove.clicked.connect(lambda: self.removed.emit(value))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.choose, self.colour, self.name, self.key, self.count, self.remove):
            layout.addWidget(widget, 1 if widget is self.name else 0)
        self.setCount(0)

    def setCount(self, count: int) -> None:
        """Show how much has this class; one that anything has can't be removed."""
        self.count.setText(f"{count:,}")
        self.remove.setEnabled(count == 0)
        in_use = f"Has {self._words.counted}. {self._words.free}, before removing it"
        self.remove.setToolTip(in_use if count else "Remove this class")

    def _tell_choice(self, on: bool) -> None:
        if on:
            self.chosen.emit(self._item.value)

    def _ask_colour(self) -> None:
        colour = QColorDialog.getColor(QColor(self._item.colour), self, f"Colour of {self._item.name}")
        if colour.isValid():
            self.recoloured.emit(self._item.value, colour.name())

    def _tell_name(self) -> None:
        if self.name.edited() != self._item.name:
            self.renamed.emit(self._item.value, self.name.edited())

    def _tell_key(self) -> None:
        if self.key.text() != self._item.key:
            self.rekeyed.emit(self._item.value, self.key.text())


def _swatch(colour: str) -> QPixmap:
    square = QPixmap(SWATCH_PX, SWATCH_PX)
    square.fill(QColor(colour))
    return square

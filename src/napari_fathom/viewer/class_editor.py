"""The list of classes: what to label with, and how the classes are called, coloured and keyed."""

from collections.abc import Callable, Mapping

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QButtonGroup, QLabel, QPushButton, QRadioButton, QVBoxLayout, QWidget
from superqt.utils import signals_blocked

from napari_fathom.errors import LabelError
from napari_fathom.labels.classes import DEFAULT_CLASSES, Classes
from napari_fathom.viewer.class_row import ClassRow
from napari_fathom.viewer.class_words import PIXEL_WORDS, ClassWords

__all__ = ["ERASER", "ClassEditor"]

ERASER = 0
"""The value of *unlabelled*: painting with it takes labels away."""


class ClassEditor(QWidget):
    """Edits `Classes` and chooses one of them.

    An edit that doesn't hold (two classes of one name, a class removed that is in use) is taken back and
    explained below the list.

    Parameters
    ----------
    words : ClassWords
        How what has a class is spoken of.
    parent : QWidget, optional
        Qt's owner.
    """

    valueChanged = Signal(object)
    """The new `Classes`, after an edit by hand."""
    selectedChanged = Signal(int)
    """Value of the class to label with; 0 for the eraser."""

    def __init__(self, words: ClassWords = PIXEL_WORDS, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._classes = DEFAULT_CLASSES
        self._selected = ERASER
        self._counts: Mapping[int, int] = {}
        self._rows: dict[int, ClassRow] = {}
        self._chosen = QButtonGroup(self)
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        self._eraser = QRadioButton(words.eraser)
        self._eraser.setToolTip(words.erases)
        self._eraser.toggled.connect(self._choose_eraser)
        self._chosen.addButton(self._eraser)
        self._add = QPushButton("Add class")
        self._add.setToolTip("Add a class with a free colour and key; then give it a name")
        self._add.clicked.connect(self.addClass)
        self._message = QLabel()
        self._message.setWordWrap(True)
        self._message.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(self._list)
        layout.addWidget(self._eraser)
        layout.addWidget(self._add)
        layout.addWidget(self._message)
        self._rebuild()
        self.setSelected(self._classes.values[0])

    def value(self) -> Classes:
        """The classes as they are now."""
        return self._classes

    def setValue(self, classes: Classes) -> None:
        """Show other classes; tells nobody."""
        if classes == self._classes:
            return
        self._classes = classes
        self._rebuild()

    def selected(self) -> int:
        """Value of the class to label with; 0 for the eraser."""
        return self._selected

    def setSelected(self, value: int) -> None:
        """Choose a class, or the eraser; a value that is no class is passed over."""
        button = self._eraser if value == ERASER else getattr(self._rows.get(value), "choose", None)
        if button is not None:
            button.setChecked(True)

    def setCounts(self, counts: Mapping[int, int]) -> None:
        """Show how much is labelled of each class."""
        self._counts = counts
        for value, row in self._rows.items():
            row.setCount(counts.get(value, 0))

    def message(self) -> str:
        """Why the last edit did not hold; empty when it did."""
        return self._message.text()

    def addClass(self) -> None:
        """Add a class and put the cursor into its name."""
        number = len(self._classes) + 1
        taken = {name.casefold() for name in self._classes.names}
        while f"class {number}" in taken:
            number += 1
        self._try(lambda: self._classes.with_added(f"class {number}"))
        newest = self._rows[self._classes.values[-1]]
        newest.name.setFocus()
        newest.name.selectAll()

    def _choose_eraser(self, on: bool) -> None:
        if on:
            self._choose(ERASER)

    def _choose(self, value: int) -> None:
        if value != self._selected:
            self._selected = value
            self.selectedChanged.emit(value)

    def _remove(self, value: int) -> None:
        count = self._counts.get(value, 0)
        if count:  # the button is off then; a count may have come in between
            has = f"{self._classes[value].name!r} has {count:,} {self._words.counted}."
            self._say(f"{has} {self._words.free} first.")
        elif len(self._classes) == 1:
            self._say("The last class stays: there must be something to label with.")
        else:
            self._try(lambda: self._classes.without(value))

    def _try(self, edit: Callable[[], Classes]) -> None:
        try:
            classes = edit()
        except LabelError as error:
            self._rebuild()
            self._say(str(error))
            return
        self._say("")
        self._classes = classes
        self._rebuild()
        self.valueChanged.emit(classes)

    def _say(self, message: str) -> None:
        self._message.setText(message)
        self._message.setVisible(bool(message))

    def _rebuild(self) -> None:
        for row in self._rows.values():
            self._chosen.removeButton(row.choose)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {}
        short = self._classes.short_names
        for item in self._classes:
            row = ClassRow(item, short[item.value], self._words, self)
            row.chosen.connect(self._choose)
            row.renamed.connect(
                lambda value, name: self._try(lambda: self._classes.with_renamed(value, name))
            )
            row.recoloured.connect(
                lambda value, new: self._try(lambda: self._classes.with_recoloured(value, new))
            )
            row.rekeyed.connect(lambda value, key: self._try(lambda: self._classes.with_key(value, key)))
            row.removed.connect(self._remove)
            row.setCount(self._counts.get(item.value, 0))
            self._chosen.addButton(row.choose)
            self._list.addWidget(row)
            self._rows[item.value] = row
        kept = self._selected if self._selected in self._classes else ERASER
        button = self._rows[kept].choose if kept in self._rows else self._eraser
        with signals_blocked(button):
            button.setChecked(True)
        self._choose(kept)

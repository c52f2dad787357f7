"""What to label with: the tool, the class, whose votes they are, and the way back."""

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from napari_fathom.labels import LARGEST_VOTE, Classes
from napari_fathom.viewer.class_editor import ClassEditor
from napari_fathom.viewer.class_words import IMAGE_WORDS
from napari_fathom.viewer.mosaic.hands import Tool

if TYPE_CHECKING:
    from napari_fathom.viewer.mosaic.voting import Voting

__all__ = ["LabelPanel", "row_of"]

_TOOLS = {
    Tool.MOVE: ("Move", "Drag moves the mosaic; a click selects a tile, Shift-click adds (M)"),
    Tool.SELECT: ("Select", "Drag a box around tiles; Shift adds to what is selected (S)"),
    Tool.PAINT: ("Paint", "Drag across tiles to give them the chosen class (P)"),
}


class LabelPanel(QWidget):
    """Chooses; whoever owns it labels."""

    toolChanged = Signal(object)
    """The `Tool` that drags use from now on."""
    labelAsked = Signal(int, str)
    """Class value (0 withdraws) and status for what is selected."""
    undoAsked = Signal()
    redoAsked = Signal()
    annotatorChanged = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.classes = ClassEditor(IMAGE_WORDS)
        self.classes.setValue(Classes((), LARGEST_VOTE))  # until a collection says which it has
        self.tools = QButtonGroup(self)
        self.label = QPushButton("Label selection")
        self.label.setToolTip("Give what is selected the chosen class; the keys of the classes give theirs")
        self.doubt = QPushButton("…with doubt")
        self.doubt.setToolTip("The same, marked as dubious: an expert should look again")
        self.withdraw = QPushButton("Withdraw")
        self.withdraw.setToolTip("Take back what you said of what is selected; others' votes stay")
        self.undo, self.redo = QPushButton("Undo"), QPushButton("Redo")
        self.undo.setToolTip("Take back what was done last (Ctrl+Shift+U)")
        self.redo.setToolTip("Do again what was taken back (Ctrl+Shift+Y)")
        self.annotator = QLineEdit()
        self.annotator.setToolTip("Whose votes these are; several people may label the same objects")
        self._said = QLabel("Nothing is selected.")
        self._said.setWordWrap(True)
        buttons = QHBoxLayout()
        for index, (name, tip) in enumerate(_TOOLS.values()):
            button = QPushButton(name)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setChecked(index == 0)
            self.tools.addButton(button, index)
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(buttons)
        column.addWidget(self.classes)
        column.addWidget(self._said)
        column.addLayout(row_of(self.label, self.doubt, self.withdraw))
        column.addLayout(row_of(self.undo, self.redo))
        column.addLayout(row_of(QLabel("Annotator"), self.annotator))
        column.addStretch(1)
        self.tools.idClicked.connect(lambda index: self.take(list(_TOOLS)[index]))
        self.label.clicked.connect(lambda: self.labelAsked.emit(self.classes.selected(), "validated"))
        self.doubt.clicked.connect(lambda: self.labelAsked.emit(self.classes.selected(), "dubious"))
        self.withdraw.clicked.connect(lambda: self.labelAsked.emit(0, "validated"))
        self.undo.clicked.connect(self.undoAsked)
        self.redo.clicked.connect(self.redoAsked)
        self.annotator.editingFinished.connect(lambda: self.annotatorChanged.emit(self.annotator.text()))
        self.show_state(None, 0)

    def take(self, tool: Tool) -> None:
        """Take a tool in hand."""
        button = self.tools.button(list(_TOOLS).index(tool))
        if button is not None:
            button.setChecked(True)
        self.toolChanged.emit(tool)

    def say(self, words: str) -> None:
        """Tell what has just happened."""
        self._said.setText(words)

    def said(self) -> str:
        """What is told."""
        return str(self._said.text())

    def show_state(self, voting: "Voting | None", selected: int) -> None:
        """Offer only what can be done now; `voting` is None where nothing may be written."""
        for button in (self.label, self.doubt, self.withdraw):
            button.setEnabled(voting is not None and selected > 0)
        self.undo.setEnabled(voting is not None and voting.can_undo)
        self.redo.setEnabled(voting is not None and voting.can_redo)
        self.classes.setEnabled(voting is not None)


def row_of(*parts: QWidget) -> QHBoxLayout:
    """Widgets side by side."""
    row = QHBoxLayout()
    for part in parts:
        row.addWidget(part)
    return row

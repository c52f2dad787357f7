"""What mouse, keys and the Label page say of a collection's objects: votes, and the classes to vote for."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal

from napari_fathom.viewer.jobs_ui import failure_words
from napari_fathom.viewer.mosaic.hands import Hands, Tool
from napari_fathom.viewer.mosaic.voting import Voting
from napari_fathom.viewer.shortcuts import NumberKey

if TYPE_CHECKING:
    from napari_fathom.labels import Classes
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.mosaic.label_panel import LabelPanel
    from napari_fathom.viewer.mosaic.mosaic_view import MosaicView
    from napari_fathom.viewer.worker import Worker

__all__ = ["Labelling"]


class Labelling(QObject):
    """Does what a `LabelPanel` says, and what hands do on the mosaic.

    Parameters
    ----------
    panel : LabelPanel
    worker : Worker
        Writes the votes.
    parent : QObject
        Qt's owner.

    Attributes
    ----------
    voting : Voting or None
        None while no study is open for writing.
    """

    changed = Signal()
    """Votes or classes are others than they were."""
    opened = Signal(int)
    """Row of an object to show large."""

    def __init__(self, panel: "LabelPanel", worker: "Worker", parent: QObject) -> None:
        super().__init__(parent)
        self._panel, self._worker = panel, worker
        self._study: CollectionStudy | None = None
        self._view: MosaicView | None = None
        self._hands: Hands | None = None
        self.voting: Voting | None = None
        self._numbers = [NumberKey(self._label_by_key, number) for number in range(1, 10)]
        panel.classes.valueChanged.connect(self._edit_classes)
        panel.toolChanged.connect(self._take)
        panel.labelAsked.connect(self.label_selection)
        panel.undoAsked.connect(self.undo)
        panel.redoAsked.connect(self.redo)
        panel.annotatorChanged.connect(self._rename_annotator)

    def take_up(self, study: "CollectionStudy", view: "MosaicView") -> None:
        """Label the objects of a study, which a mosaic shows."""
        panel = self._panel
        self._study, self._view, self._hands = study, view, Hands(view)
        view.selectionChanged.connect(self._tell_selection)
        self._hands.painted.connect(self._painted)
        self._hands.opened.connect(self.opened)
        panel.classes.setValue(study.classes)
        if study.writable:
            self.voting = Voting(study, self._worker)
            self.voting.annotator = panel.annotator.text() or self.voting.annotator
            panel.annotator.setText(self.voting.annotator)
            self.voting.changed.connect(self._tell_change)
            self.voting.told.connect(panel.say)
        if len(study.classes):
            panel.classes.setSelected(study.classes.values[0])
        self.show_state()

    def let_go(self) -> None:
        """Have nothing to do with the study and its mosaic any more."""
        if self._hands is not None:
            self._hands.let_go()
        self._study = self._view = self._hands = self.voting = None
        self.show_state()

    def keys(self) -> Mapping[str, Callable[[], Any]]:
        """Keys for tools, classes and the way back."""
        return {
            "M": self._take_move,
            "S": self._take_select,
            "P": self._take_paint,
            "Control-Shift-U": self.undo,
            "Control-Shift-Y": self.redo,
            **{str(number): key.press for number, key in enumerate(self._numbers, 1)},
        }

    def label_selection(self, value: int, status: str = "validated") -> None:
        """Give the selected objects a class; 0 withdraws."""
        if self.voting is not None and self._view is not None:
            self.voting.cast(self._view.selected(), value, status=status)

    def undo(self) -> None:
        """Take back what was done last: votes, or an edit of clusters."""
        if self.voting is not None:
            self.voting.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.voting is not None:
            self.voting.redo()

    def set_classes(self, classes: "Classes") -> None:
        """Put classes in force that another page has made."""
        self._panel.classes.setValue(classes)
        self._edit_classes(classes)

    def show_state(self) -> None:
        """Count the votes, and offer what can be done now."""
        if self._study is not None:
            self._panel.classes.setCounts(self._study.votes.counts())
        self._panel.show_state(self.voting, 0 if self._view is None else len(self._view.selected()))

    def _tell_change(self) -> None:
        self.show_state()
        self.changed.emit()

    def _edit_classes(self, classes: "Classes") -> None:
        voting = self.voting
        if voting is not None:
            voting.change_classes(classes, lambda refusal: self._classes_settled(voting, refusal))

    def _classes_settled(self, voting: Voting, refusal: Exception | None) -> None:
        if self.voting is not voting or self._view is None:  # another collection is open
            return
        if refusal is not None:
            self._panel.say(failure_words(refusal))
        self._panel.classes.setValue(voting.classes)
        self._view.recolour()
        self._tell_change()

    def _tell_selection(self, rows: Any) -> None:
        what = "it, Enter shows it large" if len(rows) == 1 else "them, Enter shows the first large"
        told = f"{len(rows):,} selected. The keys of the classes label {what}."
        self._panel.say(told if len(rows) else "Nothing is selected.")
        self._panel.show_state(self.voting, len(rows))

    def _painted(self, rows: Any) -> None:
        if self.voting is not None:
            self.voting.cast(rows, self._panel.classes.selected())

    def _label_by_key(self, number: int) -> None:
        classes = () if self.voting is None else self.voting.classes
        for info in classes:
            if info.key == str(number):
                self.label_selection(info.value)

    def _take_move(self) -> None:
        self._panel.take(Tool.MOVE)

    def _take_select(self) -> None:
        self._panel.take(Tool.SELECT)

    def _take_paint(self) -> None:
        self._panel.take(Tool.PAINT)

    def _take(self, tool: Tool) -> None:
        if self._hands is not None:
            self._hands.take(tool)

    def _rename_annotator(self, name: str) -> None:
        if self.voting is not None:
            self.voting.annotator = name

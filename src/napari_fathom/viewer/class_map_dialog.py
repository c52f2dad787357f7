"""A small table that asks what a file's class names mean here."""

from collections.abc import Callable, Iterable

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from napari_fathom.labels.classes import Classes
from napari_fathom.viewer.class_map import ClassMap, is_known, proposed
from napari_fathom.viewer.remembered import recall, remember

__all__ = ["ClassMapDialog", "ask_meaning"]

_MEMORY = "class names"
"""Under which the meaning of other programs' class names is remembered."""
_HEIGHT = 360  # a file may name fifty classes


def ask_meaning(
    file: str,
    names: Iterable[str],
    classes: Classes,
    answered: Callable[[ClassMap], None],
    parent: QWidget,
    *,
    offers_new: bool = True,
) -> "ClassMapDialog":
    """Ask what a file's class names mean, with what is likely chosen already; answers are remembered.

    Parameters
    ----------
    file, names, classes
        As for `ClassMapDialog`.
    answered : callable
        Gets what was chosen; not called where the question is cancelled.
    parent : QWidget
        The dialog lies over it.
    offers_new : bool
        As for `ClassMapDialog`.

    Returns
    -------
    ClassMapDialog
        Open; it goes when it is answered.
    """
    names = list(names)
    dialog = ClassMapDialog(file, names, classes, parent, offers_new=offers_new)
    dialog.setValue(proposed(names, classes, recall(_MEMORY, {})))

    def accepted() -> None:
        meant = dialog.value()
        remember(_MEMORY, {**recall(_MEMORY, {}), **meant})
        answered(meant)

    dialog.accepted.connect(accepted)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog


class ClassMapDialog(QDialog):
    """A row a name: one of the study's classes, a new class, or nothing.

    Parameters
    ----------
    file : str
        What is imported, for the title.
    names : iterable of str
        What the file calls its classes.
    classes : Classes
        The study's.
    parent : QWidget, optional
        Qt's owner.
    offers_new : bool
        Whether a name may become a new class of the study.
    """

    def __init__(
        self,
        file: str,
        names: Iterable[str],
        classes: Classes,
        parent: QWidget | None = None,
        *,
        offers_new: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Classes of {file}")
        words = QLabel("Some of these classes have other names than this study's. What do they mean here?")
        words.setWordWrap(True)
        self._rows = {name: _choice(name, classes, offers_new) for name in names}
        form = QFormLayout()
        for name, choice in self._rows.items():
            label = QLabel(name)
            label.setTextFormat(Qt.TextFormat.PlainText)  # a stranger's file must not write HTML here
            form.addRow(label, choice)
        table = QWidget()
        table.setLayout(form)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setMaximumHeight(_HEIGHT)
        area.setWidget(table)
        self.all_new = QPushButton("The others become new classes")
        self.all_new.setToolTip("Give every name that would be left out a class of its own")
        self.all_new.clicked.connect(self.make_others_new)
        if not offers_new:
            self.all_new.hide()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(words)
        column.addWidget(area)
        column.addWidget(self.all_new)
        column.addWidget(self.buttons)

    def value(self) -> ClassMap:
        """What is chosen for each name."""
        return {name: choice.currentData() for name, choice in self._rows.items()}

    def setValue(self, meant: ClassMap) -> None:
        """Show a choice; names that the file doesn't have are passed over."""
        for name, choice in self._rows.items():
            at = choice.findData(meant.get(name))
            choice.setCurrentIndex(at if at >= 0 else choice.findData(None))

    def make_others_new(self) -> None:
        """Let every name that would be left out, and that no class has, become a new class."""
        for name, choice in self._rows.items():
            if choice.currentData() is None and choice.findData(name) >= 0:
                choice.setCurrentIndex(choice.findData(name))


def _choice(name: str, classes: Classes, offers_new: bool) -> QComboBox:
    box = QComboBox()
    for item in classes:
        box.addItem(item.name, item.name)
    if offers_new and not is_known(name, classes):
        box.addItem(f"a new class, {name}", name)
    box.addItem("leave it out", None)
    return box

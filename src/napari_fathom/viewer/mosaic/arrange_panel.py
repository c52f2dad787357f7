"""How the mosaic is sorted, grouped and filtered."""

from collections.abc import Sequence

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QWidget

from napari_fathom.plankton.mosaic import Filter
from napari_fathom.viewer.mosaic.board import Wish

__all__ = ["ArrangePanel"]

AS_FILED = "as filed"
NOT_GROUPED = "not grouped"
_SHOW: dict[str, tuple[Filter, ...]] = {
    "all": (),
    "unlabelled": (Filter("status", values=("", "predicted")),),
    "labelled": (Filter("status", values=("validated", "dubious")),),
    "dubious": (Filter("status", values=("dubious",)),),
    "ambiguous": (Filter("ambiguity", lowest=0.5),),
}
_FIRST = ("class", "predicted", "cluster", "ambiguity", "probability", "size_px", "depth_m", "date", "status")
"""Columns that are offered first, where the table has them."""
_HIDDEN = ("fingerprint",)


class ArrangePanel(QWidget):
    """Holds a `Wish`; what it offers depends on the table's columns."""

    valueChanged = Signal(object)
    """The new `Wish`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sort_by, self.group_by, self.show_only = QComboBox(), QComboBox(), QComboBox()
        self.descending = QCheckBox("largest first")
        self.descending.setToolTip("Sort from the largest value down")
        self.text_column, self.text = QComboBox(), QLineEdit()
        self.text.setPlaceholderText("contains…")
        self.text.setClearButtonEnabled(True)
        self.sort_by.setToolTip("The column that tiles are sorted by, within their group")
        self.group_by.setToolTip("Put tiles with the same value together, under a heading")
        self.show_only.setToolTip("Leave the others out of the mosaic; their labels stay")
        self.text_column.setToolTip("The column whose text is searched")
        self.show_only.addItems(list(_SHOW))
        self.setColumns(())
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Sort by", _beside(self.sort_by, self.descending))
        form.addRow("Group by", self.group_by)
        form.addRow("Show", self.show_only)
        form.addRow("Where", _beside(self.text_column, self.text))
        for combo in (self.sort_by, self.group_by, self.show_only):
            combo.activated.connect(self._tell)
        self.text_column.activated.connect(self._tell)
        self.descending.toggled.connect(self._tell)
        self.text.editingFinished.connect(self._tell)
        self._told = self.value()
        self._by_hand = False

    def propose(self, group_by: str) -> None:
        """Group by a column, told to nobody; what the user has chosen here before goes first."""
        if not self._by_hand:
            wanted = group_by or NOT_GROUPED
            if self.group_by.findText(wanted) < 0:  # its columns are known with the first board only
                self.group_by.addItem(wanted)
            self.group_by.setCurrentText(wanted)
            self._told = self.value()

    def setColumns(self, columns: Sequence[str]) -> None:
        """Offer these columns; what is chosen stays where it can."""
        known = [name for name in _FIRST if name in columns]
        known += sorted(set(columns) - set(known) - set(_HIDDEN))
        for combo, nothing in (
            (self.sort_by, AS_FILED),
            (self.group_by, NOT_GROUPED),
            (self.text_column, ""),
        ):
            chosen = combo.currentText()
            combo.clear()
            combo.addItems([nothing, *known] if nothing else known)
            combo.setCurrentIndex(max(combo.findText(chosen), 0))

    def value(self) -> Wish:
        """How the tiles are to be arranged."""
        filters = _SHOW[self.show_only.currentText()]
        if self.text.text().strip() and self.text_column.currentText():
            filters += (Filter(self.text_column.currentText(), text=self.text.text().strip()),)
        return Wish(
            sort_by="" if self.sort_by.currentIndex() == 0 else self.sort_by.currentText(),
            ascending=not self.descending.isChecked(),
            group_by="" if self.group_by.currentIndex() == 0 else self.group_by.currentText(),
            filters=filters,
        )

    def _tell(self, *_: object) -> None:
        if self.value() != self._told:
            self._by_hand = True
            self._told = self.value()
            self.valueChanged.emit(self._told)


def _beside(first: QWidget, second: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(first, 1)
    row.addWidget(second, 1 if isinstance(second, QLineEdit) else 0)
    return row

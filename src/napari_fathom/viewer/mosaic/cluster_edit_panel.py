"""What may be done to a cluster itself: named as a new class, merged, split, sent back."""

from collections.abc import Sequence

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QGroupBox, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from napari_fathom.study.cluster_order import ReviewCluster
from napari_fathom.viewer.mosaic.key_buttons import button
from napari_fathom.viewer.mosaic.label_panel import row_of

__all__ = ["ClusterEditPanel"]


class ClusterEditPanel(QGroupBox):
    """Asks; whoever owns it edits."""

    nameAsked = Signal(str)
    """Name of the class to make of the cluster."""
    mergeAsked = Signal(int)
    """Number of the cluster to put this one into."""
    splitAsked = Signal(int)
    """Into how many parts."""
    sendBackAsked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("The cluster itself", parent)
        self.new_name = QLineEdit()
        self.new_name.setPlaceholderText("name of a new class (W)")
        self.new_name.setToolTip("Make the cluster a class of its own (W writes here, Enter makes it)")
        self.name = button("Name as new class", "Make this a class and choose it; then accept")
        self.into = QComboBox()
        self.into.setToolTip("The cluster to merge this one with, and its members")
        self.merge = button("Merge into (J)", "Put this cluster's members into the other one")
        self.parts = QSpinBox()
        self.parts.setRange(2, 20)
        self.parts.setToolTip("How many parts")
        self.split = button("Split into (D)", "Cluster the members of this cluster anew (k-means)")
        self.send_back = button("Send back (L)", "Leave this cluster undecided; it comes last")
        column = QVBoxLayout(self)
        column.addLayout(row_of(self.new_name, self.name))
        column.addLayout(row_of(self.merge, self.into))
        column.addLayout(row_of(self.split, self.parts, self.send_back))
        self.name.clicked.connect(self._name)
        self.new_name.returnPressed.connect(self._name)
        self.merge.clicked.connect(lambda: self.mergeAsked.emit(int(self.into.currentData())))
        self.split.clicked.connect(lambda: self.splitAsked.emit(self.parts.value()))
        self.send_back.clicked.connect(self.sendBackAsked)

    def offer(self, others: Sequence[ReviewCluster], *, can: bool) -> None:
        """Offer these clusters to merge with, and everything else only where it can be done."""
        wanted = [(one.number, f"cluster {one.number} ({one.members:,})") for one in others]
        if [(self.into.itemData(at), self.into.itemText(at)) for at in range(self.into.count())] != wanted:
            chosen = self.into.currentData()
            self.into.clear()
            for number, words in wanted:
                self.into.addItem(words, number)
            self.into.setCurrentIndex(max(self.into.findData(chosen), 0))
        for part in (self.split, self.send_back, self.name):
            part.setEnabled(can)
        self.merge.setEnabled(can and bool(wanted))

    def write_name(self) -> None:
        """Let the keyboard write the name of a new class."""
        if self.isVisible():
            self.new_name.setFocus()

    def _name(self) -> None:
        name = str(self.new_name.text()).strip()
        if name and self.name.isEnabled():
            self.nameAsked.emit(name)

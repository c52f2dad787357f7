"""Which class a cluster's members are, and how many of them: all, or up to where a search of pages ends."""

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QFormLayout, QVBoxLayout, QWidget

from napari_fathom.viewer.mosaic.key_buttons import button
from napari_fathom.viewer.mosaic.label_panel import row_of
from napari_fathom.viewer.mosaic.page_size import PageSize

if TYPE_CHECKING:
    from napari_fathom.labels import Classes

__all__ = ["ClusterAcceptPanel"]


class ClusterAcceptPanel(QWidget):
    """Asks; whoever owns it accepts."""

    acceptAsked = Signal(int)
    """Class value for every open member."""
    searchAsked = Signal()
    answered = Signal(bool, int)
    """Whether all of the page in view is right, and of which class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._can = self._searching = False
        self.proposed = QComboBox()
        self.proposed.setToolTip(
            "The class to accept; proposed is the commonest among labelled members, else what the model says"
        )
        self.page_size = PageSize()
        self.all = button("Accept all (A)", "Give every open member the class")
        self.up_to = button(
            "Accept up to… (F)", "Look at a few pages to find how far all are right; so many are accepted"
        )
        self.matches = button("Page matches (F)", "All on this page are of the class; look twice as far")
        self.wrong = button("Page is wrong (X)", "Not all on this page are of the class; look nearer")
        form = QFormLayout()
        form.addRow("Cl&ass", self.proposed)
        form.addRow("&Objects a page", self.page_size)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addLayout(form)
        whole.addLayout(row_of(self.all, self.up_to))
        whole.addLayout(row_of(self.matches, self.wrong))
        self.proposed.activated.connect(lambda _: self._show_state())
        self.all.clicked.connect(lambda: self.acceptAsked.emit(self.value()))
        self.up_to.clicked.connect(self.searchAsked)
        self.matches.clicked.connect(lambda: self.answered.emit(True, self.value()))
        self.wrong.clicked.connect(lambda: self.answered.emit(False, self.value()))

    def value(self) -> int:
        """The class to accept; 0 where none is chosen."""
        return int(self.proposed.currentData() or 0)

    def setValue(self, value: int) -> None:
        """Propose a class; 0 for none."""
        self.proposed.setCurrentIndex(self.proposed.findData(value))
        self._show_state()

    def offer(self, classes: "Classes", *, can: bool, searching: bool) -> None:
        """Offer these classes, and what can be done now.

        Parameters
        ----------
        classes : Classes
        can : bool
            There are open members, and they may be labelled.
        searching : bool
            A page is in view that waits for an answer.
        """
        self._can, self._searching = can, searching
        there = [
            (self.proposed.itemData(at), self.proposed.itemText(at)) for at in range(self.proposed.count())
        ]
        if there != [(info.value, info.name) for info in classes]:
            chosen = self.value()
            self.proposed.clear()
            for info in classes:
                self.proposed.addItem(info.name, info.value)
            self.proposed.setCurrentIndex(self.proposed.findData(chosen))
        self._show_state()

    def _show_state(self) -> None:
        can = self._can and self.value() > 0
        self.all.setEnabled(can)
        self.up_to.setEnabled(can and not self._searching)
        for answer in (self.matches, self.wrong):
            answer.setEnabled(can and self._searching)

"""Review by cluster: hundreds of images become labels in a few keystrokes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from napari_fathom.errors import LabelError
from napari_fathom.study.cluster_review import FirstClusters, FirstMembers
from napari_fathom.viewer.mosaic.cluster_walk import ClusterWalk
from napari_fathom.viewer.mosaic.label_panel import row_of

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.mosaic.mosaic_view import MosaicView
    from napari_fathom.viewer.mosaic.voting import Voting
    from napari_fathom.viewer.worker import Worker

__all__ = ["ReviewPanel"]

_NOTHING = "No collection is open."


class ReviewPanel(QWidget):
    """Walks the clusters of the answer in force. Its keys act only while it is in view.

    Parameters
    ----------
    worker : Worker
        Does what reads features or writes.
    """

    classesEdited = Signal(object)
    """`Classes` with a new one, which the owner puts in force."""
    undoAsked = Signal()

    def __init__(self, worker: "Worker", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._study: CollectionStudy | None = None
        self._voting: Voting | None = None
        self._loaded = False
        self.walk: ClusterWalk | None = None
        self.first_clusters, self.first_members = QComboBox(), QComboBox()
        self.first_clusters.addItems([str(one) for one in FirstClusters])
        self.first_clusters.setToolTip("Which clusters come first; those sent back come last in any case")
        self.first_members.addItems([f"from the {one}" for one in FirstMembers])
        self.first_members.setToolTip(
            "From the middle of the cluster outwards, or the strangest members first"
        )
        self.page_size = QSpinBox()
        self.page_size.setRange(4, 2000)
        self.page_size.setValue(60)
        self.page_size.setToolTip("Objects on one page of the search: as many as you can judge at a glance")
        self.summary, self._said = QLabel(_NOTHING), QLabel()
        self.proposed = QComboBox()
        self.proposed.setToolTip(
            "The class to accept; proposed is the commonest among labelled members, else what the model says"
        )
        self.accept = _button("Accept all", "Give every open member the class (A)")
        self.accept_up_to = _button(
            "Accept up to…",
            "Look at a few pages to find how far all are right; that far they are accepted (F)",
        )
        self.matches = _button("Page matches", "All on this page are of the class; look twice as far (F)")
        self.wrong = _button("Wrong on this page", "Not all on this page are of the class; look nearer (X)")
        self.next_cluster = _button("Next", "Show the next cluster (N)")
        self.back = _button("Back", "Take the last page's answer back, or show the former cluster (B)")
        self.undo = _button("Undo", "Take the last labelling or edit of clusters back (Ctrl+Shift+U)")
        self.new_name = QLineEdit()
        self.new_name.setPlaceholderText("name of a new class")
        self.name = _button("Name as new class", "Make this a class and choose it; then accept")
        self.into = QComboBox()
        self.into.setToolTip("The cluster to merge this one with")
        self.merge = _button("Merge", "Put this cluster's members into the other one")
        self.parts = QSpinBox()
        self.parts.setRange(2, 20)
        self.parts.setToolTip("How many parts")
        self.split = _button("Split", "Cluster the members of this cluster anew (k-means)")
        self.send_back = _button("Send back", "Leave this cluster undecided; it comes last")
        self._lay_out()
        self._connect()
        self._show_state()

    def set_study(
        self, study: "CollectionStudy | None", view: "MosaicView | None", voting: "Voting | None"
    ) -> None:
        """Work on another study, whose objects `view` shows."""
        if self.walk is not None:
            self.walk.deleteLater()
        self._study, self._voting, self.walk, self._loaded = study, voting, None, False
        self._said.clear()
        if study is not None and view is not None:
            self.walk = ClusterWalk(study, view, voting, self._worker, self)
            self.walk.changed.connect(self._show_state)
            self.walk.shown.connect(self._propose)
            self.walk.told.connect(self.say)
            if voting is not None:
                voting.told.connect(self.say)
                voting.changed.connect(self._show_state)
        self.reload()

    def reload(self) -> None:
        """Another answer is in force: read its clusters, at once or when the panel comes into view."""
        self._loaded = False
        if self.isVisible():
            self._load()
        self._show_state()

    def say(self, words: str) -> None:
        """Tell what has just happened."""
        self._said.setText(words)

    def said(self) -> str:
        """What is told."""
        return str(self._said.text())

    def accept_all(self) -> None:
        """Press Accept all."""
        _press(self.accept)

    def page_matches(self) -> None:
        """Press Page matches; while there is no search, begin one."""
        _press(self.matches if self.matches.isEnabled() else self.accept_up_to)

    def page_is_wrong(self) -> None:
        """Press Wrong on this page."""
        _press(self.wrong)

    def go_on(self) -> None:
        """Press Next."""
        _press(self.next_cluster)

    def go_back(self) -> None:
        """Press Back."""
        _press(self.back)

    def undo_edit(self) -> bool:
        """Take the last edit of clusters back if it was the last thing done; False if it wasn't."""
        return self.walk is not None and self.walk.undo_edit()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Read the clusters when the panel comes into view."""
        if event is not None:
            super().showEvent(event)
        if not self._loaded:
            self._load()

    def _load(self) -> None:
        if self.walk is not None:
            self._loaded = True
            self.walk.load()

    def _propose(self) -> None:
        members = None if self.walk is None else self.walk.members
        if members is not None:
            self.proposed.setCurrentIndex(self.proposed.findData(members.proposed))

    def _value(self) -> int:
        """The class to accept; 0 where none is chosen."""
        return int(self.proposed.currentData() or 0)

    def _start_search(self) -> None:
        if self.walk is not None:
            self.walk.page_size = self.page_size.value()
            self.walk.start_search()

    def _reorder(self) -> None:
        if self.walk is not None:
            clusters = list(FirstClusters)[self.first_clusters.currentIndex()]
            self.walk.reorder(clusters, list(FirstMembers)[self.first_members.currentIndex()])

    def _name_class(self) -> None:
        name = str(self.new_name.text()).strip()
        if self._study is None or not name:
            return
        try:
            classes = self._study.classes.with_added(name)
        except LabelError as error:
            self.say(str(error))
            return
        self.classesEdited.emit(classes)
        self.new_name.clear()
        self._offer_classes()
        self.proposed.setCurrentIndex(self.proposed.findText(name))
        self._show_state()

    def _show_state(self) -> None:
        """Offer only what can be done now, and say where the walk is."""
        walk = self.walk
        cluster = None if walk is None else walk.cluster
        can = walk is not None and walk.can_write
        searching = walk is not None and walk.search is not None
        self._offer_classes()
        self._offer_clusters()
        can_accept = can and cluster is not None and cluster.open > 0 and self._value() > 0
        self.accept.setEnabled(can_accept)
        self.accept_up_to.setEnabled(can_accept and not searching)
        for button in (self.matches, self.wrong):
            button.setEnabled(can_accept and searching)
        for button in (self.split, self.send_back, self.name):
            button.setEnabled(can)
        self.merge.setEnabled(can and self.into.count() > 0)
        self.next_cluster.setEnabled(walk is not None and not walk.busy and bool(walk.clusters))
        self.back.setEnabled(cluster is not None and walk is not None and not walk.busy)
        undoable = self._voting is not None and self._voting.can_undo
        self.undo.setEnabled(undoable or (walk is not None and walk.can_undo_edit))
        self.summary.setText(_words(walk))

    def _offer_classes(self) -> None:
        classes = () if self._study is None else tuple(self._study.classes)
        offered = [
            (self.proposed.itemData(at), self.proposed.itemText(at)) for at in range(self.proposed.count())
        ]
        if offered != [(info.value, info.name) for info in classes]:
            chosen = self.proposed.currentData()
            self.proposed.clear()
            for info in classes:
                self.proposed.addItem(info.name, info.value)
            self.proposed.setCurrentIndex(self.proposed.findData(chosen))

    def _offer_clusters(self) -> None:
        current = None if self.walk is None else self.walk.cluster
        numbers = [] if self.walk is None else [one.number for one in self.walk.clusters if one != current]
        offered = [self.into.itemData(at) for at in range(self.into.count())]
        if offered != numbers:
            chosen = self.into.currentData()
            self.into.clear()
            for number in numbers:
                self.into.addItem(f"cluster {number}", number)
            self.into.setCurrentIndex(max(self.into.findData(chosen), 0))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Clusters first", self.first_clusters)
        form.addRow("Members", self.first_members)
        form.addRow("Class", self.proposed)
        form.addRow("Objects a page", self.page_size)
        edits = QGroupBox("The cluster itself")
        column = QVBoxLayout(edits)
        column.addLayout(row_of(self.new_name, self.name))
        column.addLayout(row_of(self.into, self.merge))
        column.addLayout(row_of(self.parts, self.split, self.send_back))
        whole = QVBoxLayout(self)
        for label in (self.summary, self._said):
            label.setWordWrap(True)
        whole.addWidget(self.summary)
        whole.addLayout(form)
        whole.addLayout(row_of(self.accept, self.accept_up_to))
        whole.addLayout(row_of(self.matches, self.wrong))
        whole.addLayout(row_of(self.next_cluster, self.back, self.undo))
        whole.addWidget(self._said)
        whole.addWidget(edits)
        whole.addStretch(1)

    def _connect(self) -> None:
        self.first_clusters.activated.connect(lambda _: self._reorder())
        self.first_members.activated.connect(lambda _: self._reorder())
        self.accept.clicked.connect(lambda: self._tell(lambda walk: walk.accept_all(self._value())))
        self.accept_up_to.clicked.connect(self._start_search)
        self.matches.clicked.connect(lambda: self._tell(lambda walk: walk.answer_page(True, self._value())))
        self.wrong.clicked.connect(lambda: self._tell(lambda walk: walk.answer_page(False, self._value())))
        self.next_cluster.clicked.connect(lambda: self._tell(ClusterWalk.next))
        self.back.clicked.connect(lambda: self._tell(ClusterWalk.back))
        self.undo.clicked.connect(self.undoAsked)
        self.name.clicked.connect(self._name_class)
        self.new_name.returnPressed.connect(self._name_class)
        self.merge.clicked.connect(lambda: self._tell(lambda walk: walk.merge(int(self.into.currentData()))))
        self.split.clicked.connect(lambda: self._tell(lambda walk: walk.split(self.parts.value())))
        self.send_back.clicked.connect(lambda: self._tell(ClusterWalk.send_back))
        self.proposed.activated.connect(lambda _: self._show_state())

    def _tell(self, act: Callable[[ClusterWalk], None]) -> None:
        if self.walk is not None:
            act(self.walk)


def _button(words: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(tip)
    return button


def _press(button: QPushButton) -> None:
    """Press a button by its key: only where a hand could."""
    if button.isVisible() and button.isEnabled():
        button.click()


def _words(walk: ClusterWalk | None) -> str:
    if walk is None:
        return _NOTHING
    left = sum(one.open > 0 for one in walk.clusters)
    overall = f"{left:,} of {len(walk.clusters):,} clusters have members that nobody has labelled."
    cluster = walk.cluster
    if cluster is None:
        return f"{overall} N shows the next one." if left else overall if walk.clusters else ""
    page = ""
    if walk.search is not None:
        page = f" Page {walk.search.page + 1} of {walk.search.pages}: is all of it right (F), or not (X)?"
    sent = ", sent back before" if cluster.sent_back else ""
    return (
        f"Cluster {cluster.number}: {cluster.open:,} of {cluster.members:,} to review, "
        f"mean ambiguity {cluster.ambiguity:.2f}{sent}. {overall}{page}"
    )

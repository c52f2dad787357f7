"""Review by cluster: hundreds of images become labels in a few keystrokes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QKeyEvent, QShowEvent
from qtpy.QtWidgets import QComboBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from napari_fathom.errors import LabelError
from napari_fathom.labels import Classes
from napari_fathom.study.cluster_order import FirstClusters
from napari_fathom.study.cluster_review import FirstMembers
from napari_fathom.viewer._compat import canvas_shape, canvas_widget
from napari_fathom.viewer.mosaic.cluster_accept_panel import ClusterAcceptPanel
from napari_fathom.viewer.mosaic.cluster_decisions import ClusterDecisions
from napari_fathom.viewer.mosaic.cluster_edit_panel import ClusterEditPanel
from napari_fathom.viewer.mosaic.cluster_walk import ClusterWalk
from napari_fathom.viewer.mosaic.key_buttons import ButtonKey, button
from napari_fathom.viewer.mosaic.label_panel import row_of

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.mosaic.mosaic_view import MosaicView
    from napari_fathom.viewer.mosaic.voting import Voting
    from napari_fathom.viewer.worker import Worker

__all__ = ["ReviewPanel"]

_NOTHING = "No collection is open."
_NO_ANSWER = "There are no clusters yet. Train first, on the Train page; every object is answered then."
_TO_CANVAS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ReviewPanel(QWidget):
    """Walks the clusters of the answer in force. Its keys act only while it is in view.

    Parameters
    ----------
    worker : Worker
        Does what reads features.
    """

    classesEdited = Signal(object)
    """`Classes` with a new one, which the owner puts in force."""
    undoAsked = Signal()
    redoAsked = Signal()

    def __init__(self, worker: "Worker", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._study: CollectionStudy | None = None
        self._view: MosaicView | None = None
        self._voting: Voting | None = None
        self._loaded = False
        self.walk: ClusterWalk | None = None
        self.decisions: ClusterDecisions | None = None
        self.first_clusters, self.first_members = QComboBox(), QComboBox()
        self.first_clusters.addItems([str(one) for one in FirstClusters])
        self.first_clusters.setToolTip("Which clusters come first; those sent back come last in any case")
        self.first_members.addItems([f"from the {one}" for one in FirstMembers])
        self.first_members.setToolTip(
            "From the middle of the cluster outwards, or the strangest members first"
        )
        self.summary, self._said = QLabel(_NOTHING), QLabel()
        self.accepting = ClusterAcceptPanel()
        self.edits = ClusterEditPanel()
        self.next_cluster = button("Next (N)", "Show the next cluster")
        self.back = button("Back (B)", "Take the last page's answer back, or show the former cluster")
        self.undo = button("Undo", "Take back what was done last: labels or an edit (Ctrl+Shift+U)")
        self.redo = button("Redo", "Do again what was taken back (Ctrl+Shift+Y)")
        accepting, edits = self.accepting, self.edits
        self._keys = {
            "A": ButtonKey(accepting.all),
            "F": ButtonKey(accepting.matches, accepting.up_to),
            "X": ButtonKey(accepting.wrong),
            "N": ButtonKey(self.next_cluster),
            "B": ButtonKey(self.back),
            "J": ButtonKey(edits.merge),
            "D": ButtonKey(edits.split),
            "L": ButtonKey(edits.send_back),
        }
        self._lay_out()
        self._connect()
        self._show_state()

    def set_study(
        self, study: "CollectionStudy | None", view: "MosaicView | None", voting: "Voting | None"
    ) -> None:
        """Work on another study, whose objects `view` shows."""
        for former in (self.decisions, self.walk):
            if former is not None:
                former.deleteLater()
        self._study, self._view, self._voting, self._loaded = study, view, voting, False
        self.walk = self.decisions = None
        self._said.clear()
        if study is not None and view is not None:
            self.walk = ClusterWalk(study, view, self._worker, self)
            self.decisions = ClusterDecisions(study, self.walk, voting, self)
            self.decisions.changed.connect(self._show_state)
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

    def keys(self) -> dict[str, Callable[[], None]]:
        """What to bind, by the keys' names in napari; each does what its button does, where a hand could."""
        return {"W": self.edits.write_name, **{name: key.press for name, key in self._keys.items()}}

    def showEvent(self, event: QShowEvent | None) -> None:
        """Read the clusters when the panel comes into view."""
        if event is not None:
            super().showEvent(event)
        if not self._loaded:
            self._load()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Give the keyboard back to the mosaic once a field of the panel is done with."""
        canvas = None if self._view is None else canvas_widget(self._view.viewer)
        if event is not None and event.key() in _TO_CANVAS and canvas is not None:
            canvas.setFocus()
        elif event is not None:
            super().keyPressEvent(event)

    def _load(self) -> None:
        if self.walk is None or self._study is None:
            return
        self._loaded = True
        if self._study.prediction_shelf.current is None:
            self.say(_NO_ANSWER)
        else:
            self.walk.load()

    def _propose(self) -> None:
        members = None if self.walk is None else self.walk.members
        if members is not None:
            self.accepting.setValue(members.proposed)

    def _start_search(self) -> None:
        if self.decisions is not None and self._view is not None:
            self.decisions.start_search(self.accepting.page_size.size_in(canvas_shape(self._view.viewer)))

    def _reorder(self) -> None:
        if self.walk is not None:
            clusters = list(FirstClusters)[self.first_clusters.currentIndex()]
            self.walk.reorder(clusters, list(FirstMembers)[self.first_members.currentIndex()])

    def _name_class(self, name: str) -> None:
        if self._voting is None:
            return
        try:
            classes = self._voting.classes.with_added(name)
        except LabelError as error:
            self.say(str(error))
            return
        self.classesEdited.emit(classes)
        self.edits.new_name.clear()
        self._show_state()
        self.accepting.setValue(classes.named(name).value)

    def _show_state(self) -> None:
        """Offer only what can be done now, also with classes that are on their way; say where the walk is."""
        walk, decisions, voting = self.walk, self.decisions, self._voting
        cluster = None if walk is None else walk.cluster
        can = decisions is not None and decisions.possible
        searching = decisions is not None and decisions.search is not None
        can_accept = can and cluster is not None and cluster.open > 0
        source = voting or self._study
        classes = Classes(()) if source is None else source.classes
        self.accepting.offer(classes, can=can_accept, searching=searching)
        others = () if walk is None else tuple(one for one in walk.clusters if one != cluster)
        self.edits.offer(others, can=can)
        free = walk is not None and not walk.busy
        self.next_cluster.setEnabled(free and walk is not None and bool(walk.clusters))
        self.back.setEnabled(free and cluster is not None)
        self.undo.setEnabled(voting is not None and voting.can_undo)
        self.redo.setEnabled(voting is not None and voting.can_redo)
        self.summary.setText(_words(walk, decisions))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("&Clusters first", self.first_clusters)
        form.addRow("&Members", self.first_members)
        whole = QVBoxLayout(self)
        for label in (self.summary, self._said):
            label.setWordWrap(True)
        whole.addWidget(self.summary)
        whole.addLayout(form)
        whole.addWidget(self.accepting)
        whole.addLayout(row_of(self.next_cluster, self.back, self.undo, self.redo))
        whole.addWidget(self._said)
        whole.addWidget(self.edits)
        whole.addStretch(1)

    def _connect(self) -> None:
        self.first_clusters.activated.connect(lambda _: self._reorder())
        self.first_members.activated.connect(lambda _: self._reorder())
        self.undo.clicked.connect(self.undoAsked)
        self.redo.clicked.connect(self.redoAsked)
        self.edits.nameAsked.connect(self._name_class)
        self.next_cluster.clicked.connect(lambda: None if self.walk is None else self.walk.next())
        self.accepting.searchAsked.connect(self._start_search)
        self.accepting.acceptAsked.connect(lambda value: self._decide(lambda by: by.accept_all(value)))
        self.accepting.answered.connect(
            lambda matches, value: self._decide(lambda by: by.answer_page(matches, value))
        )
        self.back.clicked.connect(lambda: self._decide(ClusterDecisions.back))
        self.edits.mergeAsked.connect(lambda into: self._decide(lambda by: by.merge(into)))
        self.edits.splitAsked.connect(lambda parts: self._decide(lambda by: by.split(parts)))
        self.edits.sendBackAsked.connect(lambda: self._decide(ClusterDecisions.send_back))

    def _decide(self, act: Callable[[ClusterDecisions], None]) -> None:
        if self.decisions is not None:
            act(self.decisions)


def _words(walk: ClusterWalk | None, decisions: ClusterDecisions | None) -> str:
    if walk is None or decisions is None:
        return _NOTHING
    left = sum(one.open > 0 for one in walk.clusters)
    overall = f"{left:,} of {len(walk.clusters):,} clusters have members that nobody has labelled."
    cluster = walk.cluster
    if cluster is None:
        return f"{overall} N shows the next one." if left else overall if walk.clusters else ""
    page = ""
    if decisions.search is not None:
        search = decisions.search.search
        page = f" Page {search.page + 1} of {search.pages}: is all of it right (F), or not (X)?"
    sent = ", sent back before" if cluster.sent_back else ""
    return (
        f"Cluster {cluster.number}: {cluster.open:,} of {cluster.members:,} to review, "
        f"mean ambiguity {cluster.ambiguity:.2f}{sent}. {overall}{page}"
    )

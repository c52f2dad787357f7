"""The pages of the dock for a collection: Label, Train, Review, Export, over one mosaic."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject
from qtpy.QtWidgets import QWidget

from napari_fathom.errors import LabelError
from napari_fathom.viewer._compat import unwrapped
from napari_fathom.viewer.desk import Tab
from napari_fathom.viewer.export_panel import ExportPanel
from napari_fathom.viewer.exports import CollectionExports
from napari_fathom.viewer.mosaic.board import Board
from napari_fathom.viewer.mosaic.hands import Hands, Tool
from napari_fathom.viewer.mosaic.label_panel import LabelPanel
from napari_fathom.viewer.mosaic.mosaic_controls import MosaicControls
from napari_fathom.viewer.mosaic.mosaic_view import MosaicView
from napari_fathom.viewer.mosaic.object_card import ObjectCard, card_job
from napari_fathom.viewer.mosaic.review_panel import ReviewPanel
from napari_fathom.viewer.mosaic.voting import Voting
from napari_fathom.viewer.panes import stacked, titled
from napari_fathom.viewer.predict_panel import PredictPanel
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.shortcuts import NumberKey, Shortcuts
from napari_fathom.viewer.teaching import ImageTeaching
from napari_fathom.viewer.train_panel import TrainPanel

if TYPE_CHECKING:
    import napari

    from napari_fathom.labels import Classes
    from napari_fathom.study import CollectionStudy

__all__ = ["CollectionDesk"]


class CollectionDesk(QObject):
    """Works on the collections of one window, one after the other.

    Parameters
    ----------
    viewer : napari.Viewer
        Shows the mosaic; its session's workers do the reading and writing.
    parent : QWidget
        The dock.

    Attributes
    ----------
    study, view, hands : CollectionStudy, MosaicView, Hands or None
        Of the collection that is open.
    voting : Voting or None
        None also where the study is open read-only.
    """

    def __init__(self, viewer: "napari.viewer.Viewer", parent: QWidget) -> None:
        super().__init__(parent)
        self._viewer = unwrapped(viewer)
        self._session = session = Session.of(self._viewer)
        self.study: CollectionStudy | None = None
        self.view: MosaicView | None = None
        self.hands: Hands | None = None
        self.voting: Voting | None = None
        self.controls = self.mosaic = MosaicControls(session)
        self.card = ObjectCard(self.controls)
        self.labels = LabelPanel()
        self.train = TrainPanel(session, ImageTeaching(session))
        self.prediction = PredictPanel(session)
        self.review = ReviewPanel(session.light)
        self.export = ExportPanel(session, CollectionExports(session))
        self.tabs = (
            Tab(self.labels, "Label", "Say what the mosaic's objects are"),
            Tab(self.train, "Train", "Teach the model what is labelled; every object is answered then"),
            Tab(
                stacked(titled("Prediction", self.prediction), self.review),
                "Review",
                "Go through the model's clusters: accept, merge, split, name them",
            ),
            Tab(
                stacked(titled("Export", self.export)),
                "Export",
                "Labels and answers for EcoTaxa and other tools",
            ),
        )
        self._numbers = [NumberKey(self._label_nth, number) for number in range(1, 10)]
        self._connect()
        session.collectionChanged.connect(self._follow)
        session.predictionChanged.connect(self._answered)
        self._follow(session.collection)

    @property
    def front(self) -> QWidget:
        """How the mosaic is arranged."""
        return self.controls

    @property
    def is_shown(self) -> bool:
        """Whether a mosaic is on the canvas."""
        return self.view is not None and self.view.board is not None

    def keys(self) -> Mapping[str, Callable[[], Any]]:
        """Keys of the whole window, and of the mosaic's layers."""
        return {
            "M": self._take_move,
            "S": self._take_select,
            "P": self._take_paint,
            "R": self.mosaic.rearrange,
            "Enter": self.open_selected,
            "Control-Shift-U": self.undo,
            "Control-Shift-Y": self.redo,
            **self.review.keys(),
            **{str(number): key.press for number, key in enumerate(self._numbers, 1)},
        }

    def fill_canvas(self) -> None:
        """Show the whole mosaic."""
        if self.view is not None:
            self.view.look_at_all()

    def leave(self) -> None:
        """Let go of viewer and session."""
        self._session.collectionChanged.disconnect(self._follow)
        self._session.predictionChanged.disconnect(self._answered)
        self._follow(None)

    def label_selection(self, value: int, status: str = "validated") -> None:
        """Give the selected objects a class; 0 withdraws."""
        if self.voting is not None and self.view is not None:
            self.voting.cast(self.view.selected(), value, status=status)

    def undo(self) -> None:
        """Take back what was done last: votes, or an edit of clusters."""
        if self.voting is not None:
            self.voting.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.voting is not None:
            self.voting.redo()

    def open_selected(self) -> None:
        """Show the first selected object large."""
        if self.view is not None and len(rows := self.view.selected()):
            self.open_object(int(rows[0]))

    def open_object(self, row: int) -> None:
        """Show one object large."""
        study, board = self.study, None if self.view is None else self.view.board
        if study is None or board is None:
            return
        job = self._session.light.submit(
            "Opening an object", lambda stop: card_job(study, board, row), owner=study
        )
        job.finished.connect(self.card.show_card)

    def _follow(self, study: "CollectionStudy | None") -> None:
        """Show the study that is open in the window now."""
        if study is self.study:
            return
        self._let_go()
        self.study = study
        if study is not None:
            self._take_up(study)
        self.review.set_study(study, self.view, self.voting)
        self._votes_changed()
        self.mosaic.follow(study)

    def _take_up(self, study: "CollectionStudy") -> None:
        self.view = MosaicView(self._viewer, study, self)
        self.hands = Hands(self.view)
        self.view.failed.connect(self._session.failed)
        self.view.arranged.connect(self._bind_layers)
        self.view.selectionChanged.connect(self._tell_selection)
        self.hands.painted.connect(self._painted)
        self.hands.opened.connect(self.open_object)
        self.labels.classes.setValue(study.classes)
        if study.writable:
            self.voting = Voting(study, self._session.hand)
            self.voting.annotator = self.labels.annotator.text() or self.voting.annotator
            self.labels.annotator.setText(self.voting.annotator)
            self.voting.changed.connect(self._votes_changed)
            self.voting.told.connect(self.labels.say)
        if len(study.classes):
            self.labels.classes.setSelected(study.classes.values[0])

    def _let_go(self) -> None:
        """Let go of the study, which stays as it is; what was shown of it goes."""
        if self.hands is not None:
            self.hands.let_go()
        if self.view is not None:
            self.view.close()
            self.view.deleteLater()
        self.card.hide()
        self.view = self.hands = self.voting = None

    def _show_board(self, board: Board) -> None:
        if self.view is not None:
            self.view.show(board)

    def _painted(self, rows: Any) -> None:
        if self.voting is not None:
            self.voting.cast(rows, self.labels.classes.selected())

    def _votes_changed(self) -> None:
        if self.study is not None and self.view is not None:
            self.view.refresh_labels()
            counts = self.study.votes.counts()
            self.labels.classes.setCounts(counts)
            self.mosaic.tell(self.study, sum(counts.values()))
            self._session.labelsChanged.emit()
        self._show_state()

    def _edit_classes(self, classes: "Classes") -> None:
        if self.study is None or self.view is None:
            return
        try:
            self.study.votes.set_classes(classes)
        except LabelError as error:
            self.labels.say(str(error))
            self.labels.classes.setValue(self.study.classes)
        self.view.recolour()
        self._votes_changed()

    def _take_classes(self, classes: "Classes") -> None:
        self.labels.classes.setValue(classes)
        self._edit_classes(classes)

    def _bind_layers(self, board: Board) -> None:
        """Let the keys act on the mosaic's layers too: what napari binds there goes before the viewer's."""
        if self.view is not None:
            for layer in self.view.layers():
                Shortcuts(layer, self.keys())

    def _tell_selection(self, rows: Any) -> None:
        told = f"{len(rows):,} selected. Keys 1–9 label them, Enter shows the first large."
        self.labels.say(told if len(rows) else "Nothing is selected.")
        self._show_state()

    def _show_state(self) -> None:
        self.labels.show_state(self.voting, 0 if self.view is None else len(self.view.selected()))

    def _label_nth(self, number: int) -> None:
        if self.study is not None and number <= len(self.study.classes):
            self.label_selection(self.study.classes.values[number - 1])

    def _take_move(self) -> None:
        self.labels.take(Tool.MOVE)

    def _take_select(self) -> None:
        self.labels.take(Tool.SELECT)

    def _take_paint(self) -> None:
        self.labels.take(Tool.PAINT)

    def _take(self, tool: Tool) -> None:
        if self.hands is not None:
            self.hands.take(tool)

    def _rename_annotator(self, name: str) -> None:
        if self.voting is not None:
            self.voting.annotator = name

    def _answered(self) -> None:
        self.mosaic.show_answers()
        self.review.reload()

    def _connect(self) -> None:
        self.mosaic.arranged.connect(self._show_board)
        self.labels.classes.valueChanged.connect(self._edit_classes)
        self.labels.toolChanged.connect(self._take)
        self.labels.labelAsked.connect(self.label_selection)
        self.labels.undoAsked.connect(self.undo)
        self.labels.redoAsked.connect(self.redo)
        self.labels.annotatorChanged.connect(self._rename_annotator)
        self.card.opened.connect(self.open_object)
        self.review.classesEdited.connect(self._take_classes)
        self.review.undoAsked.connect(self.undo)
        self.review.redoAsked.connect(self.redo)

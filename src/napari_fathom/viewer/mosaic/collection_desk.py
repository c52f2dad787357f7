"""The pages of the dock for a collection: Label, Train, Review, Export, over one mosaic."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject
from qtpy.QtWidgets import QWidget

from napari_fathom.viewer._compat import unwrapped
from napari_fathom.viewer.desk import Tab
from napari_fathom.viewer.export_panel import ExportPanel
from napari_fathom.viewer.exports import CollectionExports
from napari_fathom.viewer.mosaic.board import Board
from napari_fathom.viewer.mosaic.label_panel import LabelPanel
from napari_fathom.viewer.mosaic.labelling import Labelling
from napari_fathom.viewer.mosaic.machine_offer import MachineOffer
from napari_fathom.viewer.mosaic.mosaic_controls import MosaicControls
from napari_fathom.viewer.mosaic.mosaic_view import MosaicView
from napari_fathom.viewer.mosaic.object_card import Card, ObjectCard, card_job
from napari_fathom.viewer.mosaic.review_panel import ReviewPanel
from napari_fathom.viewer.mosaic.votes_import import VotesImportPanel
from napari_fathom.viewer.panes import PAGE_MARGIN, stacked, titled
from napari_fathom.viewer.predict_panel import PredictPanel
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.shortcuts import Shortcuts
from napari_fathom.viewer.teaching import ImageTeaching
from napari_fathom.viewer.train_panel import TrainPanel

if TYPE_CHECKING:
    import napari

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
    study, view : CollectionStudy, MosaicView or None
        Of the collection that is open.
    """

    def __init__(self, viewer: "napari.viewer.Viewer", parent: QWidget) -> None:
        super().__init__(parent)
        self._viewer = unwrapped(viewer)
        self._session = session = Session.of(self._viewer)
        self.study: CollectionStudy | None = None
        self.view: MosaicView | None = None
        self.controls = self.mosaic = MosaicControls(session)
        self.card = ObjectCard(self.controls)
        self.labels = LabelPanel()
        self.labelling = Labelling(self.labels, session.hand, self)
        self.machines = MachineOffer()
        self.train = TrainPanel(session, ImageTeaching(session))
        self.prediction = PredictPanel(session)
        self.review = ReviewPanel(session.light)
        self.export = ExportPanel(session, CollectionExports(session))
        self.incoming = VotesImportPanel(session)
        self.tabs = (
            Tab(self.labels, "Label", "Say what the mosaic's objects are"),
            Tab(
                stacked(self.machines, self.train),
                "Train",
                "Teach the model what is labelled; every object is answered then",
            ),
            Tab(
                stacked(titled("Prediction", self.prediction), self.review),
                "Review",
                "Go through the model's clusters: accept, merge, split, name them",
            ),
            Tab(
                stacked(
                    titled("Export", self.export), titled("Import labels", self.incoming), margin=PAGE_MARGIN
                ),
                "Export",
                "Labels and answers for EcoTaxa and other tools, labels made elsewhere in",
            ),
        )
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
            "R": self.mosaic.rearrange,
            "Enter": self.open_selected,
            "Escape": self.close_card,
            **self.labelling.keys(),
            **self.review.keys(),
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

    def open_selected(self) -> None:
        """Show the first selected object large."""
        if self.view is None:
            return
        rows = self.view.selected()
        if len(rows):
            self.open_object(int(rows[0]))
        else:
            self._say("Nothing is selected: click a tile, then Enter shows it large.")

    def close_card(self) -> None:
        """Show no object large any more."""
        self.card.hide()

    def open_object(self, row: int) -> None:
        """Show one object large."""
        self._read_card(row, self.card.show_card)

    def _read_card(self, row: int, show: Callable[[Card], None]) -> None:
        study, board = self.study, None if self.view is None else self.view.board
        if study is None or board is None:
            return
        job = self._session.light.submit(
            "Opening an object", lambda stop: card_job(study, board, row), owner=study
        )
        job.finished.connect(show)

    def _follow(self, study: "CollectionStudy | None") -> None:
        """Show the study that is open in the window now."""
        if study is self.study:
            return
        self._let_go()
        self.study = study
        if study is not None:
            self.view = MosaicView(self._viewer, study, self)
            self.view.failed.connect(self._session.failed)
            self.view.arranged.connect(self._bind_layers)
            self.labelling.take_up(study, self.view)
        self.review.set_study(study, self.view, self.labelling.voting)
        self.incoming.set_study(study, self.labelling.voting)
        self.machines.set_study(study, self.labelling.voting)
        self.mosaic.follow(study)
        self._votes_changed()

    def _let_go(self) -> None:
        """Let go of the study, which stays as it is; what was shown of it goes."""
        self.labelling.let_go()
        if self.view is not None:
            self.view.close()
            self.view.deleteLater()
            self.view = None
        self.card.hide()

    def _show_board(self, board: Board) -> None:
        if self.view is not None:
            self.view.show(board)

    def _votes_changed(self) -> None:
        if self.study is not None and self.view is not None:
            self.view.refresh_labels()
            self.machines.refresh()
            self.mosaic.tell(self.study, sum(self.study.votes.counts().values()))
            if self.card.isVisible() and self.card.card is not None:
                self._read_card(self.card.card.row, self.card.renew)
            self._session.labelsChanged.emit()

    def _say(self, words: str) -> None:
        """Say why a key has done nothing: on the Label page, else over the mosaic."""
        from napari.utils.notifications import show_info

        self.labels.say(words)
        if not self.labels.isVisible():
            show_info(words)

    def _bind_layers(self, board: Board) -> None:
        """Let the keys act on the mosaic's layers too: what napari binds there goes before the viewer's."""
        if self.view is not None:
            for layer in self.view.layers():
                Shortcuts(layer, self.keys())

    def _answered(self) -> None:
        self.mosaic.show_answers()
        self.review.reload()

    def _connect(self) -> None:
        self.mosaic.arranged.connect(self._show_board)
        self.labelling.changed.connect(self._votes_changed)
        self.labelling.opened.connect(self.open_object)
        self.card.opened.connect(self.open_object)
        for part in (self.review, self.incoming):
            part.classesEdited.connect(self.labelling.set_classes)
        self.review.undoAsked.connect(self.labelling.undo)
        self.review.redoAsked.connect(self.labelling.redo)

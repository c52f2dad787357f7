"""Collection: open images, arrange their mosaic, and label what is selected or painted."""

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QEvent
from qtpy.QtWidgets import (
    QGroupBox,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from napari_fathom.errors import LabelError
from napari_fathom.events import Done, Event
from napari_fathom.viewer._compat import unwrapped
from napari_fathom.viewer.jobs_ui import failure_words
from napari_fathom.viewer.mosaic.arrange_panel import ArrangePanel
from napari_fathom.viewer.mosaic.board import Board, board_job
from napari_fathom.viewer.mosaic.export_panel import ExportPanel
from napari_fathom.viewer.mosaic.hands import Hands, Tool
from napari_fathom.viewer.mosaic.label_panel import LabelPanel
from napari_fathom.viewer.mosaic.mosaic_view import MosaicView
from napari_fathom.viewer.mosaic.object_card import ObjectCard, card_job
from napari_fathom.viewer.mosaic.open_panel import OpenPanel
from napari_fathom.viewer.mosaic.opening import open_collection_job
from napari_fathom.viewer.mosaic.review_panel import ReviewPanel
from napari_fathom.viewer.mosaic.train_panel import TrainPanel
from napari_fathom.viewer.mosaic.voting import Voting
from napari_fathom.viewer.panes import DOCK_WIDTH, scrolled
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.shortcuts import NumberKey, Shortcuts
from napari_fathom.viewer.training_catalogue import for_images
from napari_fathom.viewer.worker import JobHandle, Worker

if TYPE_CHECKING:
    import napari

    from napari_fathom.labels import Classes
    from napari_fathom.study import CollectionStudy

__all__ = ["CollectionDock", "open_collection_in"]


def open_collection_in(viewer: "napari.Viewer", paths: Sequence[Path]) -> "CollectionDock":
    """Open a collection in a window from outside its docks: readers, the command line.

    The collection's dock is put up if the window has none.
    """
    for dock in viewer.window.dock_widgets.values():
        if isinstance(dock, CollectionDock):
            break
    else:
        dock = CollectionDock(viewer)
        viewer.window.add_dock_widget(dock, name="Fathom collection", area="right")
    if paths:
        dock.open(paths)
    return dock


class CollectionDock(QWidget):
    """Works on one collection in one window.

    Parameters
    ----------
    viewer : napari.Viewer
        Shows the mosaic; its session's workers do the reading and writing.
    """

    def __init__(self, viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewer = unwrapped(viewer)
        self._session = Session.of(self._viewer)
        self.study: CollectionStudy | None = None
        self.view: MosaicView | None = None
        self.hands: Hands | None = None
        self.voting: Voting | None = None
        self._docked = False
        self._opening: JobHandle | None = None
        self._counts: dict[int, int] = {}
        self.card = ObjectCard(self)
        self.opener = OpenPanel()
        self.bar = self.opener.bar
        self.arrange = ArrangePanel()
        self.again = QPushButton("Arrange again")
        self.again.setToolTip("Labels given meanwhile move no tile until you ask for it (R)")
        self.labels = LabelPanel()
        self.train = TrainPanel(self._session)
        self.review = ReviewPanel(self._session.light)
        self.export = ExportPanel(self._session)
        self._lay_out()
        self._connect()
        self._keys = [NumberKey(self._label_nth, number) for number in range(1, 10)]
        self._shortcuts = Shortcuts(self._viewer, self._methods_by_key())
        self._session.failed.connect(self._tell)
        self._session.collectionChanged.connect(self._follow)
        self._follow(self._session.collection)
        self._look_at_machine()

    def open(self, paths: Sequence[Path]) -> None:
        """Open a study of a collection, or make one of files beside them."""
        current = self._session.collection
        if current is not None and len(paths) == 1 and paths[0].resolve() == current.folder.resolve():
            self.bar.say("This collection is open already.")
            return
        if self._opening is not None:
            self._opening.drop()  # the latest wish counts; a look at images goes on where it was
        job = self._opening = self._session.light.submit(
            "Opening", open_collection_job(paths), owner=self._session
        )
        job.finished.connect(self._session.open_collection)
        self.bar.watch(job)

    def close_study(self) -> None:
        """Close the study; its layers go with it."""
        self._session.open_collection(None)

    def changeEvent(self, event: QEvent | None) -> None:
        """Go when napari lets go; the study stays open in its window, for the next dock to show."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.ParentChange:
            if self._docked and self.parent() is None:
                self._session.collectionChanged.disconnect(self._follow)
                self._session.failed.disconnect(self._tell)
                self._shortcuts.unbind()
                self._leave()
                self.deleteLater()
            self._docked = self.parent() is not None

    def _follow(self, study: "CollectionStudy | None") -> None:
        """Show the study that is open in the window now."""
        self._leave()
        if study is not None:
            self._show(study)

    def _show(self, study: "CollectionStudy") -> None:
        self.study = study
        self.train.set_study(study)
        self.export.set_study(study)
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
        self.review.set_study(study, self.view, self.voting)
        if len(study.classes):
            self.labels.classes.setSelected(study.classes.values[0])
        self._votes_changed()
        self._look(study)

    def _leave(self) -> None:
        """Let go of the study, which stays as it is; what was shown of it goes."""
        if self.hands is not None:
            self.hands.let_go()
        self.review.set_study(None, None, None)
        if self.view is not None:
            self.view.close()
            self.view.deleteLater()
        self.card.hide()
        self.study = self.view = self.hands = self.voting = None
        self.train.set_study(None)
        self.export.set_study(None)
        self._show_state()

    def rearrange(self) -> None:
        """Read what is known of the objects now and lay the mosaic out as it is wished for."""
        study = self.study
        if study is None:
            return
        wish = self.arrange.value()
        job = self._session.light.submit("Arranging", lambda stop: board_job(study, wish), owner=study)
        job.finished.connect(self._show_board)
        self.bar.watch(job)

    def label_selection(self, value: int, status: str = "validated") -> None:
        """Give the selected objects a class; 0 withdraws."""
        if self.voting is not None and self.view is not None:
            self.voting.cast(self.view.selected(), value, status=status)

    def undo(self) -> None:
        """Take the last labelling back, or the last edit of clusters if that came after it."""
        if not self.review.undo_edit() and self.voting is not None:
            self.voting.undo()

    def redo(self) -> None:
        """Label again what was taken back."""
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
        job.failed.connect(self._tell)

    def _look_at_machine(self) -> None:
        """Have torch imported behind the screen: that takes seconds, in which the window must not stand."""
        self._looker = Worker("fathom-look", self)

        def make(stop: object) -> "Generator[Event[Any], None, None]":
            yield Done(for_images())

        job = self._looker.submit("Looking at this machine", make)
        job.finished.connect(self.train.offer)
        job.failed.connect(self._tell)
        job.ended.connect(self._looker.close)

    def _look(self, study: "CollectionStudy") -> None:
        """Look at images that have not been looked at; the mosaic comes when all have."""
        from napari_fathom.study.jobs.collect import look_job

        if not study.writable or bool(np.all(study.collection.looked_at)):
            self.rearrange()
            return
        job = self._session.light.submit("Looking at every image", lambda stop: look_job(study), owner=study)
        job.finished.connect(lambda _: self.rearrange())
        job.stopped.connect(self.rearrange)
        self.bar.watch(job)

    def _show_board(self, board: Board) -> None:
        if self.view is not None:
            self.arrange.setColumns([str(name) for name in board.objects.columns])
            self.view.show(board)
            self.bar.conclude(f"{len(board.arrangement):,} of {len(board.objects):,} objects are shown.")

    def _painted(self, rows: Any) -> None:
        if self.voting is not None:
            self.voting.cast(rows, self.labels.classes.selected())

    def _votes_changed(self) -> None:
        if self.study is not None and self.view is not None:
            self.view.refresh_labels()
            self._counts = self.study.votes.counts()
            self.labels.classes.setCounts(self._counts)
            self.train.refresh()
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

    def _methods_by_key(self) -> dict[str, Callable[[], None]]:
        return {
            "M": self._take_move,
            "S": self._take_select,
            "P": self._take_paint,
            "R": self.rearrange,
            "Enter": self.open_selected,
            "Control-Shift-U": self.undo,
            "Shift-R": self.train.retrain,
            "A": self.review.accept_all,
            "F": self.review.page_matches,
            "X": self.review.page_is_wrong,
            "N": self.review.go_on,
            "B": self.review.go_back,
            **{str(number): key.press for number, key in enumerate(self._keys, 1)},
        }

    def _bind_layers(self, board: Board) -> None:
        """Let the keys act on the mosaic's layers too: what napari binds there goes before the viewer's."""
        if self.view is not None:
            for layer in self.view.layers():
                Shortcuts(layer, self._methods_by_key())

    def _tell_selection(self, rows: Any) -> None:
        told = f"{len(rows):,} selected. Keys 1–9 label them, Enter shows the first large."
        self.labels.say(told if len(rows) else "Nothing is selected.")
        self._show_state()

    def _show_state(self) -> None:
        study, view = self.study, self.view
        self.labels.show_state(self.voting, 0 if view is None else len(view.selected()))
        self.arrange.setEnabled(study is not None)
        self.again.setEnabled(study is not None)
        if study is None:
            self.opener.summary.setText("")
            return
        labelled = sum(self._counts.values())
        self.opener.summary.setText(
            f"{study.name}: {len(study.collection):,} objects, {len(study.classes):,} classes, "
            f"{labelled:,} labelled by people."
        )

    def _tell(self, error: Exception) -> None:
        from napari.utils.notifications import show_error

        show_error(failure_words(error))

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

    def _lay_out(self) -> None:
        label = QWidget()
        column = QVBoxLayout(label)
        column.addWidget(_group("Mosaic", self.arrange, self.again))
        column.addWidget(_group("Labels", self.labels))
        column.addStretch(1)
        self.tabs = QTabWidget()
        for part, title, tip in (
            (label, "Label", "Arrange the mosaic, and say what its objects are"),
            (self.train, "Train", "Teach the model what is labelled; every object is answered then"),
            (self.review, "Review", "Go through the model's clusters: accept, merge, split, name them"),
            (self.export, "Export", "Labels and answers for EcoTaxa and other tools"),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(scrolled(part), title), tip)
        whole = QVBoxLayout(self)
        whole.addWidget(self.opener)
        whole.addWidget(self.tabs)
        self.setMinimumWidth(DOCK_WIDTH)

    def _connect(self) -> None:
        self.opener.asked.connect(self.open)
        self.again.clicked.connect(self.rearrange)
        self.arrange.valueChanged.connect(lambda _: self.rearrange())
        self.labels.classes.valueChanged.connect(self._edit_classes)
        self.labels.toolChanged.connect(self._take)
        self.labels.labelAsked.connect(self.label_selection)
        self.labels.undoAsked.connect(self.undo)
        self.labels.redoAsked.connect(self.redo)
        self.labels.annotatorChanged.connect(self._rename_annotator)
        self.card.opened.connect(self.open_object)
        self.train.answered.connect(self.rearrange)
        self.train.answered.connect(self.review.reload)
        self.review.classesEdited.connect(self._take_classes)
        self.review.undoAsked.connect(self.undo)


def _group(title: str, *parts: QWidget) -> QGroupBox:
    box = QGroupBox(title)
    column = QVBoxLayout(box)
    for part in parts:
        column.addWidget(part)
    return box

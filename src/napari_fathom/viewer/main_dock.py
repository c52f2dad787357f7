"""The one dock: a page that opens any study, and the pages that suit the kind of study that is open."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QObject, QSize, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QAbstractSpinBox, QLineEdit, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from napari_fathom.viewer._compat import unwrapped
from napari_fathom.viewer.desk import Desk, desk_for
from napari_fathom.viewer.jobs_ui import failure_words, tell_failure
from napari_fathom.viewer.open_panel import OpenPanel
from napari_fathom.viewer.panes import DOCK_WIDTH, scrolled
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.shortcuts import Shortcuts
from napari_fathom.viewer.worker import JobHandle, JobMaker

if TYPE_CHECKING:
    import napari

__all__ = ["FathomDock", "dock_of", "open_in"]


def open_in(
    viewer: "napari.Viewer",
    paths: Sequence[Path],
    folder: Path | None = None,
    *,
    make: JobMaker | None = None,
) -> None:
    """Open a study in a window from outside its dock: readers, samples, the command line.

    Parameters
    ----------
    viewer : napari.Viewer
        The window; it gets the dock, which shows the progress, if it has none.
    paths : sequence of Path
        As for `opening.study_folder`.
    folder : Path, optional
        Where the study is, or goes; chosen beside the first file otherwise.
    make : callable, optional
        Another way to make the study than from `paths`.
    """
    dock_of(viewer).opener.open(paths, folder, make=make)


def dock_of(viewer: "napari.Viewer") -> "FathomDock":
    """The window's dock, wherever it has been put; put up if there is none."""
    for widget in viewer.window.dock_widgets.values():
        found = widget if isinstance(widget, FathomDock) else widget.findChild(FathomDock)
        if found is not None:
            return found
    _, dock = viewer.window.add_plugin_dock_widget("napari-fathom", "Fathom")
    assert isinstance(dock, FathomDock)
    return dock


class FathomDock(QWidget):
    """Everything Fathom does, in the order one does it.

    Parameters
    ----------
    viewer : napari.Viewer
        Its session is what the pages share.
    """

    _docked = False

    def __init__(self, viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewer = unwrapped(viewer)
        self.session = session = Session.of(self._viewer)
        self.desk: Desk | None = None
        self.opener = OpenPanel(session)
        self._study_page = QWidget()
        page = QVBoxLayout(self._study_page)
        page.setContentsMargins(4, 6, 4, 6)
        page.addWidget(self.opener)
        page.addStretch(1)
        self.tabs = QTabWidget()
        self.tabs.setUsesScrollButtons(False)
        self.tabs.addTab(scrolled(self._study_page), "Study")
        self.tabs.setTabToolTip(0, "Open a survey or a collection of images, choose how it is shown")
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)
        column.addWidget(self.tabs)
        self.setMinimumWidth(DOCK_WIDTH)
        self._shortcuts: Shortcuts | None = None

        session.jobFailed.connect(self._tell_job)
        session.failed.connect(self._tell)
        session.studyChanged.connect(self._follow)
        session.collectionChanged.connect(self._follow)
        self._follow()

    def sizeHint(self) -> QSize:
        """As wide as the parts need and no wider: the canvas is what one looks at."""
        return QSize(DOCK_WIDTH, 700)

    def show_tab(self, part: QWidget) -> None:
        """Bring one of the parts to the front."""
        for index in range(self.tabs.count()):
            area = self.tabs.widget(index)
            if area is not None and area.isAncestorOf(part):
                self.tabs.setCurrentIndex(index)

    def retrain(self) -> None:
        """Train, where it is seen how that goes, or why it can't."""
        if self.desk is not None:
            self.show_tab(self.desk.train)
            self.desk.train.retrain()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Let Enter end here where it ended the writing in a field; elsewhere it is the mosaic's key."""
        if event is None:
            return
        wrote = isinstance(self.focusWidget(), (QAbstractSpinBox, QLineEdit))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and wrote:
            event.accept()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        """Go when napari lets go: a dock closed by its ✕ loses its parent, and would work on, unseen."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.ParentChange:
            if self._docked and self.parent() is None:
                self._let_go()
            self._docked = self.parent() is not None

    def _let_go(self) -> None:
        """Work no more; the study stays open in its window, for the next dock to show."""
        for signal, slot in (
            (self.session.jobFailed, self._tell_job),
            (self.session.failed, self._tell),
            (self.session.studyChanged, self._follow),
            (self.session.collectionChanged, self._follow),
        ):
            signal.disconnect(slot)
        self._clear_desk()
        self.deleteLater()

    def _follow(self) -> None:
        """Have the desk for what is open; where nothing is, the former stays for the next of its kind."""
        study = self.session.opened
        if study is None or (wanted := desk_for(study)) is type(self.desk):
            return
        self._clear_desk()
        desk = self.desk = wanted(self._viewer, self)
        page = self._study_page.layout()
        assert isinstance(page, QVBoxLayout)
        page.insertWidget(1, desk.controls)
        for tab in desk.tabs:
            self.tabs.setTabToolTip(self.tabs.addTab(scrolled(tab.part), tab.title), tab.tip)
        self._shortcuts = Shortcuts(self._viewer, {"Shift-R": self.retrain, **desk.keys()})

    def _clear_desk(self) -> None:
        desk, self.desk = self.desk, None
        if desk is None or self._shortcuts is None:
            return
        self._shortcuts.unbind()
        desk.leave()
        while self.tabs.count() > 1:
            area = self.tabs.widget(1)
            self.tabs.removeTab(1)
            assert isinstance(area, QScrollArea)
            area.deleteLater()
        desk.controls.deleteLater()
        assert isinstance(desk, QObject)
        desk.deleteLater()

    def _tell_job(self, job: JobHandle, error: Exception) -> None:
        tell_failure(job, error)

    def _tell(self, error: Exception) -> None:
        from napari.utils.notifications import show_error

        show_error(failure_words(error))

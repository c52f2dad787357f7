"""The one dock: Survey · Classes & paint · Train · Answers · Export, over one session."""

from typing import TYPE_CHECKING

from qtpy.QtCore import QEvent, QSize
from qtpy.QtWidgets import QScrollArea, QTabWidget, QVBoxLayout, QWidget

from napari_fathom.viewer.answers_dock import AnswersDock
from napari_fathom.viewer.exchange_dock import ExchangeDock
from napari_fathom.viewer.jobs_ui import failure_words, tell_failure
from napari_fathom.viewer.paint_panel import PaintPanel
from napari_fathom.viewer.panes import DOCK_WIDTH, scrolled
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.shortcuts import Shortcuts
from napari_fathom.viewer.survey_dock import SurveyDock
from napari_fathom.viewer.train_dock import TrainDock
from napari_fathom.viewer.worker import JobHandle

if TYPE_CHECKING:
    import napari

__all__ = ["FathomDock"]


class FathomDock(QWidget):
    """Everything Fathom does, in the order one does it.

    Parameters
    ----------
    viewer : napari.Viewer
        Its session is what the tabs share.
    """

    _docked = False

    def __init__(self, viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session = Session.of(viewer)
        self.survey = SurveyDock(viewer)
        self.paint = PaintPanel(viewer)
        self.train = TrainDock(session)
        self.answers = AnswersDock(session)
        self.exchange = ExchangeDock(session)
        self._tabs = QTabWidget()
        self._tabs.setUsesScrollButtons(False)
        for part, title, tip in (
            (self.survey, "Survey", "Open a survey, choose how it is shown"),
            (self.paint, "Paint", "Classes, and what to paint with"),
            (self.train, "Train", "Teach the model what you painted"),
            (self.answers, "Answers", "What the model says, and what to do with it"),
            (self.exchange, "Export", "Labels and answers out, labels made elsewhere in"),
        ):
            self._tabs.setTabToolTip(self._tabs.addTab(scrolled(part), title), tip)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)
        column.addWidget(self._tabs)
        self.setMinimumWidth(DOCK_WIDTH)

        session.jobFailed.connect(self._tell_job)
        session.failed.connect(self._tell)
        for told in (self.answers.acceptor.told, self.answers.tour.told):
            told.connect(self._echo)
        self._shortcuts = Shortcuts(
            viewer,
            {
                "Shift-R": self._retrain,
                "Shift-N": self.answers.tour.go,
                "Shift-A": self.answers.acceptor.accept_patch,
            },
        )

    def sizeHint(self) -> QSize:
        """As wide as the parts need and no wider: the canvas is what one looks at."""
        return QSize(DOCK_WIDTH, 700)

    def show_tab(self, part: QWidget) -> None:
        """Bring one of the parts to the front."""
        for index in range(self._tabs.count()):
            area = self._tabs.widget(index)
            if isinstance(area, QScrollArea) and area.widget() is part:
                self._tabs.setCurrentIndex(index)

    def changeEvent(self, event: QEvent | None) -> None:
        """Go when napari lets go: a dock closed by its ✕ loses its parent, and would work on, unseen."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.ParentChange:
            if self._docked and self.parent() is None:
                self._let_go()
            self._docked = self.parent() is not None

    def _let_go(self) -> None:
        self._shortcuts.unbind()
        self.exchange.disconnect_viewer()
        self.survey.controls.close_down()
        self.deleteLater()

    def _retrain(self) -> None:
        """Train, where it is seen how that goes, or why it can't."""
        self.show_tab(self.train)
        self.train.retrain()

    def _echo(self, words: str) -> None:
        """Say what a key has done where the tab that tells it is not in front."""
        from napari.utils.notifications import show_info

        if not self.answers.isVisible():
            show_info(words)

    def _tell_job(self, job: JobHandle, error: Exception) -> None:
        tell_failure(job, error)

    def _tell(self, error: Exception) -> None:
        from napari.utils.notifications import show_error

        show_error(failure_words(error))

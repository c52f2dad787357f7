"""The pages of the dock for a survey: Paint, Train, Answers, Export."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QObject
from qtpy.QtWidgets import QLabel, QWidget

from napari_fathom.viewer.answers_page import AnswersPage
from napari_fathom.viewer.desk import Tab
from napari_fathom.viewer.export_panel import ExportPanel
from napari_fathom.viewer.exports import SurveyExports
from napari_fathom.viewer.import_panel import ImportPanel
from napari_fathom.viewer.paint_panel import PaintPanel
from napari_fathom.viewer.panes import PAGE_MARGIN, stacked, titled
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.teaching import SurveyTeaching
from napari_fathom.viewer.train_panel import TrainPanel
from napari_fathom.viewer.view_controls import ViewControls

if TYPE_CHECKING:
    import napari

    from napari_fathom.study import Study

__all__ = ["SurveyDesk", "survey_words"]


def survey_words(study: "Study") -> str:
    """What a survey is, in a few lines of plain words, and what was found amiss in it or in its study."""
    echogram = study.echogram
    frequencies, rows, pings = echogram.shape
    first, last = (
        np.datetime_as_string(time.astype("datetime64[s]")) for time in echogram.ping_time[[0, -1]]
    )
    kilohertz = ", ".join(f"{hertz / 1000:g}" for hertz in echogram.frequency_hz)
    lines = [
        f"{echogram.name}: {pings:,} pings × {rows:,} range cells of {echogram.range_step_m:.3g} m",
        f"{frequencies} frequencies: {kilohertz} kHz",
        f"{first.replace('T', ' ')} to {last.replace('T', ' ')} UTC",
    ]
    return "\n".join([*lines, *(f"• {note}" for note in (*echogram.notes, *study.notes))])


class SurveyDesk(QObject):
    """Works on the surveys of one window.

    Parameters
    ----------
    viewer : napari.Viewer
        Its session is what the pages share.
    parent : QWidget
        The dock.
    """

    def __init__(self, viewer: "napari.viewer.Viewer", parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session = Session.of(viewer)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.view = ViewControls(viewer)
        self.controls = stacked(self.words, self.view)
        self.paint = PaintPanel(viewer)
        self.train = TrainPanel(session, SurveyTeaching(session))
        self.answers = AnswersPage(session)
        self.export = ExportPanel(session, SurveyExports(session))
        self.incoming = ImportPanel(session)
        self.tabs = (
            Tab(self.paint, "Paint", "Classes, and what to paint with"),
            Tab(self.train, "Train", "Teach the model what you painted"),
            Tab(self.answers, "Answers", "What the model says, and what to do with it"),
            Tab(
                stacked(
                    titled("Export", self.export), titled("Import labels", self.incoming), margin=PAGE_MARGIN
                ),
                "Export",
                "Labels and answers out, labels made elsewhere in",
            ),
        )
        for told in (self.answers.acceptor.told, self.answers.tour.told):
            told.connect(self._echo)
        session.studyChanged.connect(self._show_study)
        self._show_study(session.study)

    @property
    def front(self) -> QWidget:
        """The answers, or how the survey is shown while there are none."""
        return self.controls if self._session.prediction() is None else self.answers

    @property
    def is_shown(self) -> bool:
        """Whether a survey is on the canvas."""
        return self._session.view is not None

    def keys(self) -> Mapping[str, Callable[[], Any]]:
        """Keys of the whole window."""
        return {
            "Shift-N": self.answers.tour.go,
            "Shift-A": self.answers.acceptor.accept_patch,
            "Shift-P": self.paint.toggle_preview,
        }

    def fill_canvas(self) -> None:
        """Stretch the survey over the canvas: at its true aspect it is a thin line."""
        self.view.aspect.buttons["fill"].click()

    def leave(self) -> None:
        """Let go of the viewer's events."""
        self.paint.leave()
        self.incoming.disconnect_viewer()
        self.view.close_down()

    def _show_study(self, study: "Study | None") -> None:
        self.words.setText("" if study is None else survey_words(study))

    def _echo(self, words: str) -> None:
        """Say what a key has done where the page that tells it is not in front."""
        from napari.utils.notifications import show_info

        if not self.answers.isVisible():
            show_info(words)

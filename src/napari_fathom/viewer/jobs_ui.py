"""The bar that shows one job (a line of words, determinate progress, Stop), and how failures are told."""

import time
from dataclasses import replace
from typing import Any

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from napari_fathom.errors import FathomError
from napari_fathom.events import Event, Note
from napari_fathom.viewer.progress_words import JobState, after
from napari_fathom.viewer.worker import JobHandle

__all__ = ["JobBar", "failure_words", "tell_failure"]

_KEEPS = "What was in force before still is."
_REDRAW_MS = 100  # a fast job yields hundreds of events a second; nobody reads more than ten lines of them


class JobBar(QWidget):
    """Shows one job at a time; empty (but for its last words) when there is none.

    Parameters
    ----------
    idle : str
        What is written while no job has run yet: what the user can do next.
    """

    ended = Signal()
    """The job that was watched has ended, whichever way."""

    def __init__(self, idle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: JobHandle | None = None
        self._state = JobState()
        self._concluded = False
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._stop = QPushButton("Stop")
        self._stopped_words = ""
        self._stop.clicked.connect(self.stop)
        self._timer = QTimer(self)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self._redraw)
        row = QHBoxLayout()
        row.addWidget(self._bar, 1)
        row.addWidget(self._stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._words)
        self._write(idle)
        self._show_controls(False)

    @property
    def stop_button(self) -> QPushButton:
        """For docks that place a shortcut on it."""
        return self._stop

    @property
    def running(self) -> bool:
        """A job is being watched and has not ended."""
        return self._job is not None

    def text(self) -> str:
        """The line of words as the user sees it."""
        return str(self._words.text())

    def say(self, words: str) -> None:
        """Write a line while no job runs; a running job's own words overwrite it."""
        self._write(words)

    def say_at_once(self, words: str) -> None:
        """Write a line that is seen though the window stands still for the next moment."""
        self._write(words)
        self._words.repaint()

    def conclude(self, words: str) -> None:
        """Say what the watched job has brought; called from its `finished`, so that it is its last word."""
        self._concluded = True
        self._state = JobState(text=words)

    def watch(
        self, job: JobHandle, *, keeps: str = _KEEPS, stopped: str = _KEEPS, judged_by: str = "strokes"
    ) -> None:
        """Show `job` from now on; a former one that still runs is heard no more.

        Parameters
        ----------
        job : JobHandle
        keeps : str
            What Stop will leave, a sentence for its tooltip.
        stopped : str
            What it has left, if it brought nothing; a sentence.
        judged_by : str
            What a training holds out: strokes, images.
        """
        if self._job is not None:
            self._listen(self._job, False)
        self._job = job
        self._concluded = False
        self._state = JobState(text=f"{job.title}: waiting for its turn…", judged_by=judged_by)
        self._listen(job, True)
        self._stopped_words = f"Stopped. {stopped}"
        self._stop.setEnabled(True)
        self._stop.setText("Stop")
        self._stop.setToolTip(f"End this within a second. {keeps}")
        self._show_controls(True)
        self._timer.start()
        self._redraw()

    def stop(self) -> None:
        """Press Stop."""
        if self._job is not None:
            self._job.stop()
            self._stop.setEnabled(False)
            self._stop.setText("Stopping…")

    def _listen(self, job: JobHandle, on: bool) -> None:
        for signal, slot in (
            (job.started, self._started),
            (job.progressed, self._progressed),
            (job.failed, self._failed),
            (job.stopped, self._stopped),
            (job.ended, self._ended),
        ):
            (signal.connect if on else signal.disconnect)(slot)

    def _started(self) -> None:
        if self._job is not None:
            self._state = replace(self._state, text=f"{self._job.title}: starting…")

    def _progressed(self, event: Event[Any]) -> None:
        self._state = after(self._state, event, time.monotonic())
        if isinstance(event, Note) and event.level == "warning":
            _warn(event.message)

    def _failed(self, error: Exception) -> None:
        self.conclude(failure_words(error))

    def _stopped(self) -> None:
        self.conclude(self._stopped_words)

    def _ended(self) -> None:
        if not self._concluded and self._job is not None and not self._job.wanted:
            self._state = JobState(text="")  # its survey was closed: what it said means nothing now
        self._timer.stop()
        self._redraw()
        self._job = None
        self._show_controls(False)
        self.ended.emit()

    def _redraw(self) -> None:
        self._write(self._state.text)
        if self._state.fraction is None:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * self._state.fraction))

    def _write(self, words: str) -> None:
        self._words.setText(words)
        self._words.setVisible(bool(words))  # else an empty line would part what belongs together

    def _show_controls(self, shown: bool) -> None:
        self._bar.setVisible(shown)
        self._stop.setVisible(shown)


def failure_words(error: Exception) -> str:
    """What a user reads of a failure: our errors speak for themselves, others are named as unexpected."""
    if isinstance(error, FathomError):
        return str(error)
    if isinstance(error, OSError):
        return f"The disk said: {error}. Nothing that was there before is touched."
    return f"Unexpected {type(error).__name__}: {error}. Nothing that was there is touched; please report it."


def tell_failure(job: JobHandle, error: Exception) -> None:
    """Raise a napari notification; the full traceback of an unexpected error goes to the log as well."""
    import logging

    from napari.utils.notifications import show_error

    if not isinstance(error, FathomError):
        logging.getLogger(__name__).error("%s failed", job.title, exc_info=error)
    show_error(f"{job.title}: {failure_words(error)}")


def _warn(message: str) -> None:
    from napari.utils.notifications import show_warning

    show_warning(message)

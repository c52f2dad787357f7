"""One long-lived thread that runs jobs, and the handles by which docks watch them.

A job is a generator of events (see `napari_fathom.events`). The thread only ever iterates it and puts what it
yields into a queue; it touches neither Qt nor a layer. A timer in the GUI thread empties that queue and tells
the job's handle. So no signal crosses threads, and a window that closes has nothing that could call into it.
"""

import queue
import threading
import time
import weakref
from collections.abc import Generator
from itertools import count

from qtpy.QtCore import QObject, QTimer, Signal

from napari_fathom.events import Done, Event
from napari_fathom.viewer.job_thread import (
    Failed,
    Finished,
    Inbox,
    JobMaker,
    Message,
    Started,
    Stopped,
    Task,
    Tasks,
    serve,
)

__all__ = ["JobHandle", "JobMaker", "Worker"]

_POLL_MS = 30
_TICK_BUDGET_S = 0.008  # half a frame at 60 Hz: what is left in the queue waits for the next tick


class JobHandle(QObject):
    """What a dock holds of a job: its number, its signals, and the way to stop it.

    Parameters
    ----------
    number : int
        Unique within the worker, ascending.
    title : str
        What the user reads, e.g. "Training".
    owner : object, optional
        The study (or layer) the job works for, held weakly: once it is gone nothing is delivered any more.
    """

    started = Signal()
    progressed = Signal(object)
    """Every event but the last."""
    finished = Signal(object)
    """The result of `Done`; None for a job that ended without one."""
    failed = Signal(object)
    """The exception."""
    stopped = Signal()
    ended = Signal()
    """Always the last one, whichever way the job ended."""

    def __init__(
        self, number: int, title: str, owner: object | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.number, self.title = number, title
        self.running = False
        self.done = False
        self._stop = threading.Event()
        self._dropped = False
        self._owner = None if owner is None else weakref.ref(owner)

    @property
    def stop_requested(self) -> bool:
        """Stop was pressed."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask the job to end; what was best so far is kept by the job itself."""
        self._stop.set()

    def drop(self) -> None:
        """Stop, and let nothing of this job be heard any more but `ended`."""
        self._dropped = True
        self.stop()

    @property
    def wanted(self) -> bool:
        """Whether anybody is still there for the result."""
        return not self._dropped and (self._owner is None or self._owner() is not None)

    def _deliver(self, message: Message) -> None:
        if isinstance(message, Finished | Failed | Stopped):
            self.running, self.done = False, True
        elif isinstance(message, Started):
            self.running = True
        if self.wanted:
            self._tell(message)
        else:
            self.stop()
        if self.done:
            self.ended.emit()

    def _tell(self, message: Message) -> None:
        if isinstance(message, Started):
            self.started.emit()
        elif isinstance(message, Finished):
            self.finished.emit(message.result)
        elif isinstance(message, Failed):
            self.failed.emit(message.error)
        elif isinstance(message, Stopped):
            self.stopped.emit()
        else:
            self.progressed.emit(message)


class Worker(QObject):
    """A queue of jobs and the one thread that runs them, in the order they came.

    The thread starts with the first job and ends with `close`.
    """

    jobFailed = Signal(object, object)
    """(JobHandle, Exception) of any job, for whoever tells the user."""
    busyChanged = Signal(bool)

    def __init__(self, name: str = "fathom", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._numbers = count(1)
        self._tasks: Tasks = queue.SimpleQueue()
        self._inbox: Inbox = queue.SimpleQueue()
        self._pending: dict[int, JobHandle] = {}
        self._thread: threading.Thread | None = None
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._empty_inbox)

    @property
    def busy(self) -> bool:
        """A job runs or waits."""
        return bool(self._pending)

    @property
    def closed(self) -> bool:
        """It takes no more jobs."""
        return self._closed

    def submit(
        self, title: str, make: JobMaker, *, owner: object | None = None, torch: bool = False
    ) -> JobHandle:
        """Queue a job.

        Parameters
        ----------
        title : str
            What the user reads.
        make : callable
            Called in the worker thread with the job's stop event; returns the generator.
        owner : object, optional
            Held weakly; without it nothing is delivered.
        torch : bool
            Whether torch must be set up for the thread first (one core left to the window).

        Returns
        -------
        JobHandle
            Connect to its signals at once: nothing is delivered before control returns to the event loop.

        Raises
        ------
        RuntimeError
            After `close`.
        """
        if self._closed:
            raise RuntimeError(f"the {self._name} worker is closed")
        handle = JobHandle(next(self._numbers), title, owner, self)
        self._pending[handle.number] = handle
        if len(self._pending) == 1:
            self.busyChanged.emit(True)
        self._timer.start()
        if self._thread is None:
            self._thread = threading.Thread(
                target=serve, args=(self._tasks, self._inbox), name=self._name, daemon=True
            )
            self._thread.start()
        self._tasks.put(Task(handle.number, make, handle._stop, torch))
        return handle

    def drop_all(self) -> None:
        """Stop every job, running or waiting, and let nothing of it be heard but `ended`."""
        for handle in self._pending.values():
            handle.drop()

    def wait_done(self, wait_s: float) -> bool:
        """Wait in the GUI thread for what was queued until now: for work that must not be lost.

        Returns
        -------
        bool
            Whether all of it is done.
        """
        if self._closed or not self._pending:
            return True
        done = threading.Event()

        def make(stop: threading.Event) -> "Generator[Event[None], None, None]":
            done.set()
            yield Done(None)

        self.submit("Waiting", make)
        return done.wait(wait_s)

    def close(self, wait_s: float = 3.0) -> bool:
        """Drop all jobs and wait a little for the thread.

        Returns
        -------
        bool
            Whether the thread has ended. A daemon that has not can't hold up the program's end.
        """
        self._closed = True
        self._timer.stop()
        self.drop_all()
        self._pending.clear()
        if self._thread is None:
            return True
        self._tasks.put(None)
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def _empty_inbox(self) -> None:
        until = time.perf_counter() + _TICK_BUDGET_S
        while time.perf_counter() < until:
            try:
                number, message = self._inbox.get_nowait()
            except queue.Empty:
                return
            handle = self._pending[number]
            if isinstance(message, Failed) and handle.wanted:
                self.jobFailed.emit(handle, message.error)
            handle._deliver(message)
            if handle.done:
                self._forget(handle)
            if self._closed:
                return

    def _forget(self, handle: JobHandle) -> None:
        self._pending.pop(handle.number, None)
        handle.deleteLater()
        if not self._pending:
            self._timer.stop()
            self.busyChanged.emit(False)

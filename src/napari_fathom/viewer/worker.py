"""One long-lived thread that runs jobs, and the handles by which docks watch them.

A job is a generator of events (see `napari_fathom.events`). The thread only ever iterates it and puts what it
yields into a queue; it touches neither Qt nor a layer. A timer in the GUI thread empties that queue and tells
the job's handle. So no signal crosses threads, and a window that closes has nothing that could call into it.

One thread and not one per job, because every new thread that uses torch gets its own OpenMP pool.
"""

import os
import queue
import sys
import threading
import time
import weakref
from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import count
from typing import Any

from qtpy.QtCore import QObject, QTimer, Signal

from napari_fathom.errors import Cancelled
from napari_fathom.events import Done, Event, Note

__all__ = ["JobHandle", "JobMaker", "Worker"]

JobMaker = Callable[[threading.Event], Generator[Event[Any], None, None]]
"""Makes a job's generator in the worker thread; the argument is set when the user presses Stop."""

_POLL_MS = 30
_TICK_BUDGET_S = 0.008  # half a frame at 60 Hz: what is left in the queue waits for the next tick
_NICENESS = 5  # the window wins the core three to one; more would starve a training beside other programs
_UNHEEDED = (
    2  # signs of work after Stop before a job that doesn't end by itself, saying what it keeps, is closed
)


@dataclass(frozen=True)
class _Started:
    pass


@dataclass(frozen=True)
class _Finished:
    result: Any


@dataclass(frozen=True)
class _Failed:
    error: Exception


@dataclass(frozen=True)
class _Stopped:
    pass


_Outcome = _Finished | _Failed | _Stopped
_Message = _Started | _Outcome | Event[Any]


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

    def _deliver(self, message: _Message) -> None:
        if isinstance(message, _Finished | _Failed | _Stopped):
            self.running, self.done = False, True
        elif isinstance(message, _Started):
            self.running = True
        if self.wanted:
            self._tell(message)
        else:
            self.stop()
        if self.done:
            self.ended.emit()

    def _tell(self, message: _Message) -> None:
        if isinstance(message, _Started):
            self.started.emit()
        elif isinstance(message, _Finished):
            self.finished.emit(message.result)
        elif isinstance(message, _Failed):
            self.failed.emit(message.error)
        elif isinstance(message, _Stopped):
            self.stopped.emit()
        else:
            self.progressed.emit(message)


@dataclass(frozen=True)
class _Task:
    handle: JobHandle
    make: JobMaker
    torch: bool


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
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._inbox: queue.SimpleQueue[tuple[JobHandle, _Message]] = queue.SimpleQueue()
        self._pending: list[JobHandle] = []
        self._thread: threading.Thread | None = None
        self._closed = False
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._empty_inbox)

    @property
    def busy(self) -> bool:
        """A job runs or waits."""
        return bool(self._pending)

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
        self._pending.append(handle)
        if len(self._pending) == 1:
            self.busyChanged.emit(True)
        self._timer.start()
        if self._thread is None:
            self._thread = threading.Thread(
                target=_serve, args=(self._tasks, self._inbox), name=self._name, daemon=True
            )
            self._thread.start()
        self._tasks.put(_Task(handle, make, torch))
        return handle

    def drop_all(self) -> None:
        """Stop every job, running or waiting, and let nothing of it be heard but `ended`."""
        for handle in self._pending:
            handle.drop()

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
                handle, message = self._inbox.get_nowait()
            except queue.Empty:
                return
            if isinstance(message, _Failed) and handle.wanted:
                self.jobFailed.emit(handle, message.error)
            handle._deliver(message)
            if handle.done:
                self._forget(handle)
            if self._closed:
                return

    def _forget(self, handle: JobHandle) -> None:
        if handle in self._pending:
            self._pending.remove(handle)
        handle.deleteLater()
        if not self._pending:
            self._timer.stop()
            self.busyChanged.emit(False)


def _serve(
    tasks: "queue.SimpleQueue[_Task | None]", inbox: "queue.SimpleQueue[tuple[JobHandle, _Message]]"
) -> None:
    """Run tasks until None comes; the thread's main function."""
    _lower_priority()
    while (task := tasks.get()) is not None:
        handle, stop = task.handle, task.handle._stop
        if stop.is_set():
            inbox.put((handle, _Stopped()))
            continue
        inbox.put((handle, _Started()))
        inbox.put((handle, _drive(task, stop, inbox)))


def _drive(
    task: _Task, stop: threading.Event, inbox: "queue.SimpleQueue[tuple[JobHandle, _Message]]"
) -> _Outcome:
    """Iterate one job to its end, its failure or its Stop."""
    try:
        if task.torch:
            _leave_a_core_to_the_window()
        events = task.make(stop)
        unheeded = 0
        try:
            for event in events:
                if isinstance(event, Done):
                    return _Finished(event.result)
                inbox.put((task.handle, event))
                unheeded += stop.is_set() and not isinstance(event, Note)
                if unheeded >= _UNHEEDED:
                    return _Stopped()
        finally:
            events.close()
    except Cancelled:
        return _Stopped()
    except Exception as error:  # noqa: BLE001 - the thread's edge: every failure travels to the GUI as a message
        return _Failed(error)
    return _Stopped() if stop.is_set() else _Finished(None)


def _lower_priority() -> None:
    """Let the window's thread win the core; torch's own threads, born of this one, inherit it (Linux)."""
    if sys.platform.startswith("linux"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def _leave_a_core_to_the_window() -> None:
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))

"""The thread through which the paint window reads and writes the labels store, one thing after the other."""

import queue
import threading
from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QObject, Signal

__all__ = ["LabelThread"]

RETRY_S = 3.0
"""How long to wait before a write that failed (a full disk, a lost network drive) is tried again."""

Task = Callable[[], Any]
Then = Callable[[Any], None]


class LabelThread(QObject):
    """Does tasks in the order given; hands results back in the GUI thread.

    Reads and writes share one queue, so a window that is read after a stroke was finished holds that stroke.
    A write that fails stays at the head of the queue and is tried again: what was painted is never dropped.

    Parameters
    ----------
    parent : QObject, optional
        Qt's owner; its thread gets the results.
    """

    failed = Signal(object)
    """The error of a task. A write is tried again after a while; a read is dropped."""
    idle = Signal()
    """Everything asked for so far is done."""
    _finished = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: queue.Queue[tuple[Task, Then | None, bool] | None] = queue.Queue()
        self._hurry = threading.Event()
        self._finished.connect(self._deliver)
        self._open = True
        self._thread = threading.Thread(target=self._run, name="fathom-labels", daemon=True)
        self._thread.start()

    @property
    def open(self) -> bool:
        """Whether it can be asked for more."""
        return self._open

    def read(self, task: Task, then: Then) -> None:
        """Do `task` in the thread; call `then` with its result in the GUI thread."""
        self._put((task, then, False))

    def write(self, task: Task, then: Then | None = None) -> None:
        """As `read`, but tried again until it succeeds or the thread is closed."""
        self._put((task, then, True))

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything asked for is done; False when that takes too long."""
        done = threading.Event()
        self._put((done.set, None, False))
        return done.wait(timeout_s)

    def close(self, timeout_s: float = 10.0) -> bool:
        """Finish what was asked for and end the thread; False if something could not be written."""
        if self._open:
            self._open = False
            self._hurry.set()
            self._queue.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive() and self._queue.empty()

    def _put(self, item: tuple[Task, Then | None, bool]) -> None:
        if not self._open:
            raise RuntimeError("the label thread is closed")
        self._queue.put(item)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            task, then, insist = item
            while not self._attempt(task, then) and insist:
                if self._hurry.is_set():  # closing: one last try was made, the error was told
                    break
                self._hurry.wait(RETRY_S)
            if self._queue.empty():
                self.idle.emit()

    def _attempt(self, task: Task, then: Then | None) -> bool:
        try:
            result = task()
        except Exception as error:  # noqa: BLE001 - told to the user by whoever listens to `failed`
            self.failed.emit(error)
            return False
        if then is not None:
            self._finished.emit(then, result)
        return True

    def _deliver(self, then: Then, result: Any) -> None:
        then(result)

"""What was done by hand in a window, whatever it was, in order of time: taken back, and done again."""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Protocol

from qtpy.QtCore import QObject, Signal

from napari_fathom.events import Done, Event
from napari_fathom.viewer.jobs_ui import failure_words

if TYPE_CHECKING:
    from napari_fathom.viewer.worker import JobHandle, Worker

__all__ = ["Deed", "History"]


class Deed(Protocol):
    """Something that was done, or taken back, and is safe on disk."""

    @property
    def words(self) -> str:
        """What has happened, in a sentence."""

    @property
    def void(self) -> bool:
        """Whether what it was done to is gone, so that there is nothing to turn any more."""

    def turn(self) -> "Deed":
        """Do the opposite; returns the deed whose turning would undo that."""


class History(QObject):
    """Does things behind the screen, one after the other, and turns them in the same order.

    What is done and when it is turned is settled in the worker's thread: an undo that is asked for before the
    last deed is written takes back that deed. One that fails keeps its place.

    Parameters
    ----------
    worker : Worker
        Does the writing, in the order of the calls.
    owner : object
        The study; once it is gone nothing is told any more.
    """

    done = Signal(object)
    """The `Deed` that was just done, taken back or done again."""
    told = Signal(str)
    """What has just happened, in a sentence."""

    def __init__(self, worker: "Worker", owner: object, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker, self._owner = worker, owner
        self._past: list[Deed] = []  # both are changed by the worker's thread alone
        self._future: list[Deed] = []
        self._waiting = 0

    @property
    def can_undo(self) -> bool:
        """Something was done in this window, or is about to be."""
        return bool(self._past) or self._waiting > 0

    @property
    def can_redo(self) -> bool:
        """Something was taken back and nothing was done since."""
        return bool(self._future)

    def do(self, title: str, act: Callable[[], Deed | None], nothing: str) -> "JobHandle":
        """Do something.

        Parameters
        ----------
        title : str
            What the user reads of the job.
        act : callable
            Called in the worker's thread; None where nothing came of it.
        nothing : str
            What to tell then.
        """

        def first() -> Deed | None:
            deed = act()
            if deed is not None:
                self._past.append(deed)
                self._future.clear()
            return deed

        return self._run(title, first, nothing)

    def undo(self) -> None:
        """Take back what was done last."""
        self._run("Undo", lambda: _turned(self._past, self._future), "There is nothing to take back.")

    def redo(self) -> None:
        """Do again what was taken back last."""
        self._run("Redo", lambda: _turned(self._future, self._past), "There is nothing to do again.")

    def _run(self, title: str, work: Callable[[], Deed | None], nothing: str) -> "JobHandle":
        def make(stop: object) -> Generator[Event[Deed | None], None, None]:
            yield Done(work())

        self._waiting += 1
        job = self._worker.submit(title, make, owner=self._owner)
        job.finished.connect(lambda deed: self._finished(deed, nothing))
        job.failed.connect(self._failed)
        return job

    def _finished(self, deed: Deed | None, nothing: str) -> None:
        self._waiting -= 1
        self.told.emit(nothing if deed is None else deed.words)
        if deed is not None:
            self.done.emit(deed)

    def _failed(self, error: Exception) -> None:
        self._waiting -= 1
        self.told.emit(failure_words(error))


def _turned(stack: list[Deed], other: list[Deed]) -> Deed | None:
    """Turn the top of a stack and put what comes of it on the other one."""
    while stack and stack[-1].void:
        stack.pop()
    if not stack:
        return None
    deed = stack[-1].turn()  # where this fails the stack is as it was
    stack.pop()
    other.append(deed)
    return deed

"""The thread that runs jobs: iterates their generators and puts what they yield into a queue. Knows no Qt.

One thread and not one per job, because every new thread that uses torch gets its own OpenMP pool.
"""

import gc
import os
import queue
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from napari_fathom.errors import Cancelled
from napari_fathom.events import Done, Event, Note

__all__ = [
    "Failed",
    "Finished",
    "Inbox",
    "JobMaker",
    "Message",
    "Started",
    "Stopped",
    "Task",
    "Tasks",
    "serve",
]

JobMaker = Callable[[threading.Event], Generator[Event[Any], None, None]]
"""Makes a job's generator in the worker thread; the argument is set when the user presses Stop."""

_NICENESS = 10
"""The window, and the software that draws it where there is no graphics card, win the core nine to one.
On two cores that keeps frames within 50 ms, which three to one (5) did not; more would starve a training
beside other programs."""
_TURN_S = 0.0005
"""How long torch's thread may keep Python to itself while the window waits; Python's own 5 ms add up, since
drawing one frame gives Python away at each of its hundreds of calls to the graphics driver."""
_UNHEEDED = 2
"""Signs of work after Stop before a job is closed that doesn't end by itself, saying what it keeps."""


@dataclass(frozen=True)
class Started:
    """The job's turn has come."""


@dataclass(frozen=True)
class Finished:
    """The result of `Done`; None for a job that ended without one."""

    result: Any


@dataclass(frozen=True)
class Failed:
    """What the job raised."""

    error: Exception


@dataclass(frozen=True)
class Stopped:
    """The job was stopped, before or while it ran."""


Outcome = Finished | Failed | Stopped
Message = Started | Outcome | Event[Any]
Inbox = queue.SimpleQueue[tuple[int, Message]]
"""(job number, message), in the order they came."""


@dataclass(frozen=True)
class Task:
    """One job to run; `torch` says whether torch must be set up for the thread first."""

    number: int
    make: JobMaker
    stop: threading.Event
    torch: bool


Tasks = queue.SimpleQueue[Task | None]
"""Jobs in the order they came; None ends the thread."""


def serve(tasks: Tasks, inbox: Inbox) -> None:
    """Run tasks until None comes; the thread's main function."""
    _lower_priority()
    while (task := tasks.get()) is not None:
        if task.stop.is_set():
            inbox.put((task.number, Stopped()))
            continue
        inbox.put((task.number, Started()))
        inbox.put((task.number, _drive(task, inbox)))


def _drive(task: Task, inbox: Inbox) -> Outcome:
    """Iterate one job to its end, its failure or its Stop."""
    try:
        with ExitStack() as around:
            if task.torch:
                _leave_a_core_to_the_window()
                around.enter_context(_short_turns())
                around.enter_context(_short_collections())
            return _iterate(task, inbox)
    except Cancelled:
        return Stopped()
    except Exception as error:  # noqa: BLE001 - the thread's edge: each failure travels to the GUI as a message
        return Failed(error)


def _iterate(task: Task, inbox: Inbox) -> Outcome:
    events = task.make(task.stop)
    unheeded = 0
    try:
        for event in events:
            if isinstance(event, Done):
                return Finished(event.result)
            inbox.put((task.number, event))
            unheeded += task.stop.is_set() and not isinstance(event, Note)
            if unheeded >= _UNHEEDED:
                return Stopped()
    finally:
        events.close()
    return Stopped() if task.stop.is_set() else Finished(None)


def _lower_priority() -> None:
    """Let the window's thread win the core; torch's own threads, born of this one, inherit it (Linux)."""
    if sys.platform.startswith("linux"):
        thread = threading.get_native_id()  # below its own process: raising it is for the superuser only
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + _NICENESS)


def _leave_a_core_to_the_window() -> None:
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let the window have Python back sooner, for as long as a job computes beside it."""
    former = sys.getswitchinterval()
    sys.setswitchinterval(min(former, _TURN_S))
    try:
        yield
    finally:
        sys.setswitchinterval(former)


@contextmanager
def _short_collections() -> Iterator[None]:
    """Let Python's garbage collector pass over what is there already, for as long as a job computes.

    With torch and napari imported one full collection holds Python for a quarter of a second, whichever
    thread it befalls; what the job itself makes is looked through in a millisecond or two. Where somebody
    has frozen things for good (our own `launch` does), they stay so.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()

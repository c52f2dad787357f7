"""Runs in processes of their own: some at a time, and one that is killed takes no other with it."""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event as StopEvent
from types import FrameType
from typing import Any

from napari_fathom.errors import FathomError
from napari_fathom.evaluation.orphans import end_with_parent
from napari_fathom.evaluation.results import Row
from napari_fathom.evaluation.running import failed_row, run_once, status_of
from napari_fathom.evaluation.runs import Run
from napari_fathom.learning.stopping import raise_if_set

__all__ = ["run_all"]

_POLL_S = 0.2  # how soon Ctrl-C is heard
_GRACE_S = 3.0  # for a process to end what it has started itself

_DIED = "The process ended with {}, by lack of memory perhaps."

_LATE = ("torch._dynamo", "sklearn.ensemble", "skimage.feature", "napari_fathom.plankton.measures")
"""Modules that are imported when first needed (torch's optimisers: 3 s): before the clock starts, then."""


def run_all(
    runs: Sequence[Run], cache: Path, jobs: int, stop: StopEvent | None
) -> Iterator[tuple[Run, list[Row]]]:
    """Rows of every run, as they are done; a failed run has one that tells why.

    Each run has a fresh process, so that its peak of memory is its own.

    Parameters
    ----------
    runs : sequence of Run
    cache : Path
        As for `run_once`.
    jobs : int
        At most so many at once.
    stop : threading.Event, optional
        Ends the runs under way when set; they are lost.

    Raises
    ------
    Cancelled
        If stopped.
    """
    context = _context()
    threads = max((os.cpu_count() or 1) // jobs, 1)
    waiting = list(runs)[::-1]
    busy: dict[Connection[Any, Any], tuple[Run, BaseProcess]] = {}
    try:
        while waiting or busy:
            raise_if_set(stop)
            while waiting and len(busy) < jobs:
                run = waiting.pop()
                ear, mouth = context.Pipe(duplex=False)
                process = context.Process(target=_work, args=(mouth, run, cache, threads), daemon=True)  # type: ignore[attr-defined]
                process.start()
                mouth.close()
                busy[ear] = run, process
            heard = wait(list(busy), _POLL_S)
            for ear in [ear for ear in busy if ear in heard]:
                run, process = busy.pop(ear)
                rows = _heard(ear, process)
                if not rows:
                    raise_if_set(stop)  # whoever ended this program may have ended all of it
                yield run, rows or [failed_row(run, _DIED.format(process.exitcode))]
    finally:
        for _, process in busy.values():
            process.terminate()
        for ear, (_, process) in busy.items():
            process.join(_GRACE_S)
            process.kill()
            process.join()
            ear.close()


def _context() -> BaseContext:
    """A server that has imported everything and forks, where the system knows that; else fresh starts."""
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([__name__, *_LATE])
    return context


def _heard(ear: "Connection[Any, Any]", process: BaseProcess) -> list[Row]:
    """What a process has said; nothing if it was killed."""
    rows: list[Row] = []
    with suppress(EOFError, OSError):  # it was killed before it had said all: its exit code tells
        rows = ear.recv()
    process.join()
    ear.close()
    return rows


def _work(mouth: "Connection[Any, Any]", run: Run, cache: Path, threads: int) -> None:
    """What a process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear
    signal.signal(signal.SIGTERM, _leave)
    end_with_parent()
    import torch

    for name in _LATE:
        import_module(name)
    torch.set_num_threads(threads)
    try:
        rows = run_once(run, cache)
    except Exception as error:  # noqa: BLE001 - the process's edge: recorded with the run, the others go on
        rows = [failed_row(run, _told(error), status_of(error))]
    mouth.send(rows)
    mouth.close()


def _leave(number: int, frame: FrameType | None) -> None:
    """Unwind, so that a rival's own process ends too."""
    raise SystemExit(128 + number)


def _told(error: Exception) -> str:
    """What a user can mend needs its sentence; anything else its kind and place too."""
    if isinstance(error, FathomError):
        return str(error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno}: {error}"

"""From a generator of events to a terminal: progress, Ctrl-C, results, exit codes."""

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from types import FrameType
from typing import Any, ParamSpec, TypeVar

import click

from napari_fathom.cli.reporters import Bars, JsonLines, Lines, Reporter, json_line
from napari_fathom.errors import Cancelled, FathomError
from napari_fathom.events import Done, Event, Note

__all__ = ["Console", "console_options"]

T = TypeVar("T")
P = ParamSpec("P")

USER_CAN_MEND = 1
STOPPED = 130  # what shells give a program ended by Ctrl-C
_STOPPING = "stopping tidily, Ctrl-C again to stop at once"
_WHOLE = "What was whole before stays."


class _Failure(click.ClickException):
    """One line on stderr, JSON among JSON lines; and as JSON on stdout where a program listens."""

    exit_code = USER_CAN_MEND

    def __init__(self, message: str, kind: str, console: "Console") -> None:
        super().__init__(message)
        self._told, self._console = {"error": kind, "message": message}, console

    def show(self, file: Any = None) -> None:
        as_event = json.dumps({"event": "Failed", **self._told})
        click.echo(as_event if self._console.json_events else f"fathom: {self.message}", err=True)
        if self._console.as_json:
            click.echo(json.dumps(self._told))


class _Stopped(_Failure):
    exit_code = STOPPED


@dataclass(frozen=True)
class Console:
    """What one command writes where.

    Parameters
    ----------
    as_json : bool
        One JSON object on stdout at the end instead of sentences.
    json_events : bool
        Every event as a JSON line on stderr instead of progress bars.
    stop : threading.Event
        Set by the first Ctrl-C, or by a system that asks the program to end; long numerical steps poll it.
    """

    as_json: bool = False
    json_events: bool = False
    stop: threading.Event = field(default_factory=threading.Event)

    def follow(
        self, events: Iterator[Event[T]], *, kept: str, polls_stop: bool = False, marks_best: bool = True
    ) -> T:
        """Run a job to its end, showing its events.

        Parameters
        ----------
        events : iterator of Event
            The job; it is closed when Ctrl-C is heard.
        kept : str
            What a stopped job leaves behind, as a sentence for the user.
        polls_stop : bool
            The job was given `stop` and ends by itself when it is set, perhaps with a result worth keeping;
            else it is closed.
        marks_best : bool
            Whether epochs may be called the best so far; not where the last one is kept.

        Returns
        -------
        T
            The result that `Done` carried.

        Raises
        ------
        Cancelled
            If Ctrl-C came first; the message is `kept`.
        FathomError
            As the job raises it.
        """
        reporter = self._reporter(marks_best)
        try:
            with closing(_closable(events)) as job, self._first_interrupt_stops():
                for event in job:
                    if not self._told_by_the_command(event):
                        reporter.show(event)
                    if isinstance(event, Done):
                        return event.result
                    if self.stop.is_set() and not polls_stop:
                        raise Cancelled(kept)
        except Cancelled as stopped:  # whatever the job called it: the command knows what is left
            raise Cancelled(kept) from stopped
        finally:
            reporter.close()
        if self.stop.is_set():
            raise Cancelled(kept)
        raise RuntimeError("the job ended without Done")

    def result(self, values: Mapping[str, Any], sentence: str) -> None:
        """Print the outcome on stdout: `values` where a program listens, else `sentence`."""
        click.echo(json.dumps(dict(values), default=str, ensure_ascii=False) if self.as_json else sentence)

    def say(self, sentence: str) -> None:
        """Tell a person something on the way; programs are not bothered with it."""
        if not self.json_events:
            click.echo(sentence, err=True)

    def note(self, message: str) -> None:
        """Tell something that is no step of a job, as jobs tell their notes."""
        reporter = self._reporter(marks_best=False)
        reporter.show(Note(message))
        reporter.close()

    def _told_by_the_command(self, event: Event[Any]) -> bool:
        """Whether a stopped job says what it has kept: the command's last line does, and once is enough."""
        told = self.stop.is_set() and isinstance(event, Note) and event.level == "info"
        return told and not self.json_events

    def _reporter(self, marks_best: bool) -> Reporter:
        if self.json_events:
            return JsonLines()
        return Bars(marks_best) if sys.stderr.isatty() else Lines(marks_best)

    @contextmanager
    def _first_interrupt_stops(self) -> Iterator[None]:
        """Let the first Ctrl-C, or SIGTERM, end the job tidily at its next event; the second one at once."""
        if threading.current_thread() is not threading.main_thread():  # only that one may have handlers
            yield
            return

        def hear(number: int, frame: FrameType | None) -> None:
            if self.stop.is_set():
                raise KeyboardInterrupt
            self.stop.set()
            said = json_line(Note(_STOPPING)) if self.json_events else f"\n{_STOPPING}"
            os.write(2, f"{said}\n".encode())  # a signal may come in the midst of a write to sys.stderr

        former = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)


def console_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command `--json` and `--events`, hand it a `Console`, and turn its errors into exit codes."""

    @click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object on stdout.")
    @click.option("--events", "json_events", is_flag=True, help="Print progress as JSON lines on stderr.")
    @wraps(command)
    def with_console(*args: Any, as_json: bool, json_events: bool, **options: Any) -> None:
        console = Console(as_json, json_events)
        try:
            command(*args, console=console, **options)
        except Cancelled as stopped:
            raise _Stopped(f"stopped. {stopped}", "Cancelled", console) from stopped
        except KeyboardInterrupt as interrupt:  # outside a job, or the second one
            raise _Stopped(f"stopped. {_WHOLE}", "Cancelled", console) from interrupt
        except FathomError as error:
            raise _Failure(str(error), type(error).__name__, console) from error
        except OSError as error:
            if error.errno == errno.EPIPE:  # `fathom ... | head`: click ends quietly by itself
                raise
            raise _Failure(_refusal(error), type(error).__name__, console) from error

    return with_console


def _refusal(error: OSError) -> str:
    """Say which path the system refused, why, and what to do."""
    place = f"{error.filename}: " if error.filename is not None else ""
    remedy = (
        "Make room on the disk"
        if error.errno == errno.ENOSPC
        else "Check that the folder exists and that you may read and write there"
    )
    return f"{place}{error.strerror or error}. {remedy}, or choose another place."


def _closable(events: Iterator[Event[T]]) -> Generator[Event[T], None, None]:
    """Make any iterator something that can be closed; closing reaches a generator inside."""
    yield from events

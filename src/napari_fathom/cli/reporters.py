"""Three ways to show events on stderr: bars for a person, lines for a log, JSON lines for a program."""

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import click

from napari_fathom.events import Done, Epoch, Event, Note, Progress, Step, Tile

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = ["Bars", "JsonLines", "Lines", "Reporter", "json_line"]


class Reporter(Protocol):
    """Shows events one by one; `close` is called once, whatever happened."""

    def show(self, event: Event[Any]) -> None:
        """Show one event."""

    def close(self) -> None:
        """Leave the terminal tidy."""


def _sentence(event: Note | Epoch, marks_best: bool) -> str:
    if isinstance(event, Note):
        return f"{event.level}: {event.message}" if event.level == "warning" else event.message
    losses = "  ".join(f"{name} {value:.4f}" for name, value in event.losses.items())
    kappa = "" if event.kappa is None else f"  held-out kappa {event.kappa:.3f}"
    mark = "  best so far" if event.best and marks_best else ""
    return f"epoch {event.epoch}/{event.total}  {losses}{kappa}{mark}"


def _position(event: Progress | Step | Tile) -> tuple[str, int, int]:
    match event:
        case Progress():
            return event.stage, event.done, event.total
        case Step():
            return "training", event.step, event.total
        case Tile():
            return "predicting", event.done, event.total


class Bars:
    """One tqdm bar at a time; sentences are written above it.

    Parameters
    ----------
    marks_best : bool
        Whether an epoch that is kept is called the best so far; without sense where the last one is kept.
    """

    def __init__(self, marks_best: bool = True) -> None:
        self._marks_best = marks_best
        self._bar: tqdm[NoReturn] | None = None
        self._stage = ""

    def show(self, event: Event[Any]) -> None:
        """Move the bar, open the next stage's, or write a sentence above it."""
        from tqdm import tqdm  # here, so that --help needn't wait for it

        if isinstance(event, Note | Epoch):
            tqdm.write(_sentence(event, self._marks_best), file=sys.stderr)
        elif not isinstance(event, Done):
            self._move(*_position(event))
            if isinstance(event, Step) and self._bar is not None:
                self._bar.set_postfix({name: f"{value:.3f}" for name, value in event.losses.items()})

    def close(self) -> None:
        """Leave the last bar as it stands."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _move(self, stage: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if self._bar is None or stage != self._stage or self._bar.total != total:
            self.close()
            self._stage = stage
            self._bar = tqdm(total=total, desc=stage, file=sys.stderr)
        self._bar.update(done - self._bar.n)


class Lines:
    """Sentences, and one line for every tenth of a stage: what a log file can bear.

    Parameters
    ----------
    marks_best : bool
        As for `Bars`.
    """

    def __init__(self, marks_best: bool = True) -> None:
        self._marks_best = marks_best
        self._last: tuple[str, int] = ("", -1)

    def show(self, event: Event[Any]) -> None:
        """Write the event, unless the last line already told as much."""
        if isinstance(event, Note | Epoch):
            click.echo(_sentence(event, self._marks_best), err=True)
        elif not isinstance(event, Done):
            stage, done, total = _position(event)
            tenth = 10 * done // max(total, 1)
            if (stage, tenth) != self._last:
                self._last = (stage, tenth)
                click.echo(f"{stage}: {done}/{total}", err=True)

    def close(self) -> None:
        """Nothing is left open."""


def json_line(event: Event[Any]) -> str:
    """Put an event as `{"event": "Progress", "stage": ..., ...}`.

    `Done` carries no result here: that is what `--json` is for.
    """
    fields = {} if isinstance(event, Done) else asdict(event)
    return json.dumps({"event": type(event).__name__, **fields})


class JsonLines:
    """Every event as one JSON object a line."""

    def show(self, event: Event[Any]) -> None:
        """Write one line."""
        click.echo(json_line(event), err=True)

    def close(self) -> None:
        """Nothing is left open."""

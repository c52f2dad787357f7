"""What all jobs share: work inside work, to hear Stop between events, words for what the machine can't do."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from napari_fathom.errors import Cancelled, StudyError
from napari_fathom.events import Done, Event

__all__ = ["heeding", "relay", "require_device", "saving"]

T = TypeVar("T")


def relay(events: Iterator[Event[T]]) -> Generator[Event[Any], None, T]:
    """Pass on all events of work inside other work but its `Done`: `result = yield from relay(events)`.

    Whoever closes the outer work closes the inner one first, so that it cleans up before what it stands on
    is gone.
    """
    try:
        for event in events:
            if isinstance(event, Done):
                return event.result
            yield event
    finally:
        if isinstance(events, Generator):
            events.close()
    raise RuntimeError("the work ended without Done")


def heeding(
    events: Iterator[Event[T]], stop: threading.Event | None, kept: str
) -> Generator[Event[T], None, None]:
    """Pass events on; end the work, letting it clean up, once `stop` is set. What is done stays done.

    Parameters
    ----------
    events : iterator
        A generator of events.
    stop : threading.Event or None
    kept : str
        What the message says is still there.

    Raises
    ------
    Cancelled
    """
    try:
        for event in events:
            if stop is not None and stop.is_set() and not isinstance(event, Done):
                raise Cancelled(f"Stopped; {kept}.")
            yield event
    finally:
        if isinstance(events, Generator):
            events.close()


def require_device(name: str | None) -> None:
    """Make sure that torch can compute where the user wants it to, before anything is begun.

    Raises
    ------
    StudyError
        If there is no such device here.
    """
    if name is None:
        return
    import torch

    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError, NotImplementedError) as error:  # torch has no family of its own
        reason = str(error).splitlines()[0]
        raise StudyError(
            f"No device {name!r} can be used here ({reason}). Say cpu, or cuda, cuda:1, mps where there is "
            "one; or leave it out for the best there is."
        ) from error


@contextmanager
def saving(what: str, kept: str) -> Iterator[None]:
    """Turn a full or read-only disk into a StudyError.

    Parameters
    ----------
    what : str
        What is being saved, as the beginning of a sentence.
    kept : str
        What is still there.
    """
    try:
        yield
    except OSError as error:
        raise StudyError(
            f"{what} could not be saved ({error.strerror or error}); {kept}. Make room on the disk, or "
            "choose another place, and try again."
        ) from error

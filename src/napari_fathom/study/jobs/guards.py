"""What all jobs share: work inside work, to hear Stop between two events, and words for a full disk."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from napari_fathom.errors import Cancelled, StudyError
from napari_fathom.events import Done, Event

__all__ = ["heeding", "relay", "saving"]

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

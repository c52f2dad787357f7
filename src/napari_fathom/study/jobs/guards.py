"""What all jobs share: to hear Stop between two events, and to say in words that a disk is full."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TypeVar

from napari_fathom.errors import Cancelled, StudyError

__all__ = ["heeding", "saving"]

E = TypeVar("E")


def heeding(events: Iterator[E], stop: threading.Event | None, kept: str) -> Generator[E, None, None]:
    """Pass events on; end the work, letting it clean up, once `stop` is set.

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
            if stop is not None and stop.is_set():
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

"""Processes that end with the one that has started them, however that ended."""

import multiprocessing
import os
import signal
import threading

__all__ = ["end_with_parent"]


def end_with_parent() -> None:
    """Send this process SIGTERM once its parent is gone; a killed one can't tell its children to end."""
    threading.Thread(target=_watch, name="fathom-orphan", daemon=True).start()


def _watch() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

"""One writer at a time: a lock that the operating system takes back when its process dies."""

import os
import sys
import weakref
from pathlib import Path

from napari_fathom.errors import StudyError

__all__ = ["WriteLock"]


class WriteLock:
    """Hold `path` locked for writing until `release`, until this object is gone, or until the process ends.

    A lock file left behind by a crash means nothing: only the live lock on it counts, so there is never one
    to remove by hand. A second lock on the same file is refused also within one process.

    Parameters
    ----------
    path : Path
        The lock file; made if it is missing.
    what : str
        What is locked, for the message.

    Raises
    ------
    StudyError
        If another program, or another window of this one, holds it.
    """

    def __init__(self, path: Path, what: str) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(handle)
        except OSError as error:
            holder = (
                os.pread(handle, 64, 0).decode(errors="replace").strip() if sys.platform != "win32" else ""
            )
            os.close(handle)
            by = f" (process {holder})" if holder and holder != str(os.getpid()) else ""
            raise StudyError(f"{what}: already open for writing{by}. Close it there first.") from error
        if sys.platform != "win32":  # Windows locks the bytes themselves, so there they stay unread
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._close = weakref.finalize(self, os.close, handle)

    @property
    def held(self) -> bool:
        """False once released."""
        return self._close.alive

    def release(self) -> None:
        """Let others write; doing so twice does no harm."""
        self._close()


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

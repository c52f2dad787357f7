"""One writer at a time: a lock that the operating system takes back when its process dies."""

import errno
import os
import sys
import weakref
from pathlib import Path

from napari_fathom.errors import StudyError

__all__ = ["WriteLock"]

_HELD = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK})
"""What systems say where somebody else holds the lock."""
_CANT_LOCK = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})
"""What they say of a network disk that knows no locks."""


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

    Attributes
    ----------
    note : str
        Where the disk can't lock files (some network disks): that nobody watches over a second writer. Else
        empty.

    Raises
    ------
    StudyError
        If another program, or another window of this one, holds it.
    """

    def __init__(self, path: Path, what: str) -> None:
        self.note = ""
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        self._close = weakref.finalize(self, os.close, handle)
        try:
            _lock(handle)
        except OSError as error:
            if error.errno in _CANT_LOCK:
                self.note = (
                    f"{what} lies on a disk that can't lock files: don't write to it from two programs."
                )
                return
            holder = _read(handle)
            self._close()
            if error.errno not in _HELD:
                raise
            by = f" (process {holder})" if holder and holder != str(os.getpid()) else ""
            raise StudyError(f"{what}: already open for writing{by}. Close it there first.") from error
        _write(handle, f"{os.getpid()}\n")

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

    def _read(handle: int) -> str:
        return ""  # Windows locks the bytes themselves

    def _write(handle: int, text: str) -> None:
        """Leave it empty; nobody could read it."""

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _read(handle: int) -> str:
        return os.pread(handle, 64, 0).decode(errors="replace").strip()

    def _write(handle: int, text: str) -> None:
        os.ftruncate(handle, 0)
        os.pwrite(handle, text.encode(), 0)

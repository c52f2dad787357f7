"""A folder with a journal and one writer: how both kinds of label store are made, opened and closed."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Generic, Literal, Protocol, Self, TypeVar

from napari_fathom import files
from napari_fathom.errors import LabelError
from napari_fathom.labels.classes import Classes
from napari_fathom.labels.lines import LineFile
from napari_fathom.labels.lock import WriteLock

__all__ = ["JOURNAL", "JournaledStore"]

JOURNAL = "journal.jsonl"


class Head(Protocol):
    """What a store says about itself."""

    @property
    def classes(self) -> Classes: ...

    @property
    def frozen(self) -> bool: ...


AnyHead = TypeVar("AnyHead", bound=Head)


class JournaledStore(ABC, Generic[AnyHead]):
    """An open store; a context manager, or `close` it. All methods may be called from any thread.

    Parameters
    ----------
    path : Path
        The store's folder.
    head : Head
        What it says about itself.
    lock : WriteLock or None
        The right to write; None to read.
    """

    holds: ClassVar[str]
    """What is in it, for messages: `labels`, `votes`."""

    def __init__(self, path: Path, head: AnyHead, lock: WriteLock | None) -> None:
        self.path, self._head, self._lock = path, head, lock
        self._guard = threading.RLock()

    @classmethod
    def open(cls, path: Path | str, mode: Literal["r", "a"] = "a", *, called: str | None = None) -> Self:
        """Open a store, replaying what a crash cut off; `notes` says if anything was found amiss.

        Parameters
        ----------
        path : Path
            The folder.
        mode : {"a", "r"}
            For writing, as the only one; or to read what is there now, also beside a writer.
        called : str, optional
            What the user knows it by, for the message that it is in use; its folder's name by default.

        Raises
        ------
        LabelError
            If it is missing, damaged, newer than this program, or (for writing) a snapshot.
        StudyError
            If another program has it open for writing.
        """
        path = Path(path)
        head = cls._read_head(path)
        if mode == "a" and head.frozen:
            raise LabelError(
                f"{path.name}: a snapshot is read-only. Open the study's own {cls.holds} instead."
            )
        if mode == "r":
            return cls(path, head, None)
        lock = WriteLock(path / "lock", called or path.name)
        # The head again: another may have written it before the lock was ours.
        return cls(path, cls._read_head(path), lock)

    @classmethod
    @contextmanager
    def _laid_out(cls, path: Path) -> Iterator[Path]:
        """A folder to fill; it gets its name when the block ends well.

        Raises
        ------
        LabelError
            If there is something at `path`.
        """
        if path.exists():
            raise LabelError(f"{path.name}: exists already. Open it, or choose another place.")
        with files.replace_folder(path) as folder:
            yield folder

    @classmethod
    @abstractmethod
    def _read_head(cls, path: Path) -> AnyHead:
        """What the store at `path` says about itself; LabelError where it says nothing."""

    @property
    @abstractmethod
    def notes(self) -> tuple[str, ...]:
        """What was found amiss, and what was done about it."""

    @property
    def classes(self) -> Classes:
        """What may be said."""
        return self._head.classes

    @abstractmethod
    def set_classes(self, classes: Classes) -> None:
        """Replace the classes; LabelError if one goes that is in use."""

    @property
    def writable(self) -> bool:
        """True while this object holds the right to write."""
        return self._lock is not None and self._lock.held

    def close(self) -> None:
        """Save what opening would have to replay and let others write; doing so twice does no harm."""
        with self._guard:
            if self._lock is None or not self._lock.held:
                return
            try:
                self._save_pending()
            finally:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def _save_pending(self) -> None:
        """Write what only the journal has so far."""

    def _found_amiss(self, journal: LineFile) -> Iterator[str]:
        """Mend the journal's end, if this is its writer, and tell what is wrong with it or the disk."""
        if self._lock is None:
            return
        if torn := journal.cut_torn_end():
            yield f"The last line of the journal was cut off by a crash ({torn} bytes); it was removed."
        if self._lock.note:
            yield self._lock.note

    def _require_writable(self) -> None:
        if not self.writable:
            raise LabelError(f"{self.path.name}: open read-only. Open it for writing to change {self.holds}.")

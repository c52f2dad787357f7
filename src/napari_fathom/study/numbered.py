"""Folders 0001, 0002, …, each whole from the moment it has its name, and a pointer to the one in force."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from napari_fathom import files

__all__ = ["NumberedFolders"]


@dataclass(frozen=True)
class NumberedFolders:
    """A shelf of numbered folders.

    Parameters
    ----------
    root : Path
        Where they lie; made when the first comes.
    """

    root: Path

    def numbers(self) -> list[int]:
        """Those that are there, ascending."""
        if not self.root.is_dir():
            return []
        return sorted(int(entry.name) for entry in self.root.iterdir() if re.fullmatch(r"\d{4,}", entry.name))

    def path(self, number: int) -> Path:
        """Where a folder lies, or would."""
        return self.root / f"{number:04d}"

    @property
    def next_number(self) -> int:
        """A number that was never used here, as far as can be seen."""
        return max([*self.numbers(), self._pointed() or 0]) + 1

    @property
    def current(self) -> int | None:
        """The folder in force; None where there is none, or the one pointed at was taken away."""
        pointed = self._pointed()
        return pointed if pointed is not None and self.path(pointed).is_dir() else None

    def set_current(self, number: int) -> None:
        """Put a folder in force, at once or not at all."""
        files.replace_text(self.root / "current", f"{number:04d}\n")

    @contextmanager
    def new(self) -> Iterator[tuple[int, Path]]:
        """Yield the next number and a folder to fill; it gets its name only when the block ends well."""
        number = self.next_number
        with files.replace_folder(self.path(number)) as beside:
            yield number, beside

    def _pointed(self) -> int | None:
        pointer = self.root / "current"
        text = pointer.read_text("utf-8").strip() if pointer.is_file() else ""
        return int(text) if text.isdecimal() else None

"""What is wrong with one thing in a collection while the rest of it loads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from napari_fathom.errors import FormatError

__all__ = ["MOST_PER_FILE", "Fault", "fault_of", "first_names", "shorten"]

MOST_PER_FILE = 200
"""Faults of one file that are told one by one; a table with a million bad lines has one mistake."""


@dataclass(frozen=True)
class Fault:
    """One thing that could not be read as it stands.

    Parameters
    ----------
    file : str
        The file, as its source names it (relative to the folder or archive that was opened).
    line : int or None
        Line in it, from 1; None where the fault is of the whole file.
    message : str
        What was found and what was done about it.
    """

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"

    @property
    def place(self) -> str:
        """The file, and the line where there is one."""
        return self.file if self.line is None else f"{self.file}, line {self.line}"


def fault_of(error: FormatError, file: str) -> Fault:
    """Tell an error that was raised while one file or image was read as a fault of that file."""
    return Fault(file, None, f"{error.found}. {error.expected}")


def first_names(names: Sequence[str], most: int = 3) -> str:
    """Name a few of the files that a sentence is of."""
    return ", ".join([*names[:most], "…"] if len(names) > most else names)


def shorten(faults: Iterable[Fault], most: int = MOST_PER_FILE) -> list[Fault]:
    """Keep the first `most` faults of every file, in the order they came, and tell where there are more.

    Readers stop listing faults of one kind soon after `MOST_PER_FILE`, so how many more is unknown.
    """
    kept: list[Fault] = []
    told: dict[str, int] = {}
    for fault in faults:
        told[fault.file] = told.get(fault.file, 0) + 1
        if told[fault.file] <= most:
            kept.append(fault)
    return kept + [
        Fault(file, None, f"more faults than the {most} that are listed.")
        for file, count in told.items()
        if count > most
    ]

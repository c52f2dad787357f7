"""Labels of images that were made elsewhere: a table of objects and classes, any export we read, a list."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from napari_fathom.errors import FormatError
from napari_fathom.events import Note, Progress
from napari_fathom.plankton.formats import gather_tables
from napari_fathom.plankton.readers.listing import IDS, LABELS, PATHS
from napari_fathom.plankton.readers.text_parsing import first_line, no_rows, read_text_table
from napari_fathom.plankton.readers.text_table import TextTable
from napari_fathom.plankton.tables import STATUSES

__all__ = ["IncomingVotes", "gather_labels"]

_TABLES = (".csv", ".tsv", ".txt")
_HEADINGS = (*LABELS, "classes", "name", "names")
"""What the first line of a list of classes may be, and is no class."""
_COLUMNS = ["object_id", "class_name", "status", "annotator", "annotated"]


@dataclass(frozen=True, eq=False)
class IncomingVotes:
    """What somebody said elsewhere of objects, by their ids.

    Attributes
    ----------
    origin : str
        The file's name.
    objects : DataFrame
        `object_id`, `class_name`, `status`, `annotator` ("" where the file doesn't say), `annotated`; no row
        where the file is a mere list of classes.
    names : tuple of str
        The classes it names, each once.
    notes : tuple of str
        What could not be read.
    """

    origin: str
    objects: pd.DataFrame
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def gather_labels(path: Path) -> Generator[Note | Progress, None, IncomingVotes]:
    """Read labels as a step of other generators.

    Parameters
    ----------
    path : Path
        A CSV or TSV with a column of ids (`object_id`, `id`, or paths of images) and one of classes
        (`class_name`, `label`, …), and perhaps `status`, `annotator` and `annotated`; a list of classes, one
        a line; or whatever a collection is read from: EcoTaxa's tables and archives, folders of classes.

    Raises
    ------
    FormatError
        If there is no label in it.
    """
    if path.suffix.lower() in _TABLES and path.is_file():
        data = path.read_bytes()
        header = first_line(data[:65536])
        delimiter = max(",;\t", key=header.count)
        if not any(mark in header for mark in ",;\t"):
            return _listed(path.name, data)
        table = read_text_table(data, path.name, delimiter).lowered()
        label, number = _first_of(LABELS, table), _first_of((*IDS, *PATHS), table)
        if label and number:
            return _of_table(table, label, number)
    tables = yield from gather_tables([path])
    objects = tables.objects[_COLUMNS]
    return _incoming(path.name, objects, tuple(str(fault) for fault in tables.faults))


def _listed(origin: str, data: bytes) -> IncomingVotes:
    """A list of classes: one a line, under a heading or none."""
    table = read_text_table(b"names\n" + data.removeprefix(b"\xef\xbb\xbf"), origin, ",")
    names = [name for name in table.text("names").tolist() if name]
    if names and names[0].casefold() in _HEADINGS:
        del names[0]
    if not names:
        raise FormatError(origin, "a list without a class", "One class a line was expected.")
    return IncomingVotes(origin, pd.DataFrame(columns=_COLUMNS), tuple(dict.fromkeys(names)))


def _of_table(table: TextTable, label: str, number: str) -> IncomingVotes:
    if not len(table):
        raise no_rows(table)
    status = table.text("status").str.lower()
    ids = table.text(number)
    if number in PATHS:  # an object is called as its image
        ids = ids.str.replace("\\", "/").str.rpartition("/")[2].str.replace(r"\.[^.]*$", "", regex=True)
    objects = pd.DataFrame(
        {
            "object_id": ids,
            "class_name": table.text(label),
            "status": status.where(status.isin(STATUSES), ""),
            "annotator": table.text("annotator"),
            "annotated": pd.to_datetime(table.text("annotated"), errors="coerce", format="ISO8601"),
        }
    )
    return _incoming(table.file, objects, tuple(str(fault) for fault in table.faults))


def _incoming(origin: str, objects: pd.DataFrame, notes: tuple[str, ...]) -> IncomingVotes:
    said = objects[objects["class_name"] != ""].reset_index(drop=True)
    if not len(said):
        raise FormatError(
            origin,
            "no label",
            "A column of object ids and one of classes were expected, or a list of classes, one a line.",
        )
    return IncomingVotes(origin, said, tuple(said["class_name"].unique().tolist()), notes)


def _first_of(names: Sequence[str], table: TextTable) -> str:
    return next((name for name in names if name in table.names), "")

"""Tables in text (tab or comma between fields): every field as it stands, with the line it is on."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import MOST_PER_FILE, Fault

__all__ = ["TextTable", "decode_text", "first_line", "read_text_table"]

BLOCK = 16 * 1024**2
"""Bytes parsed at once; no line of a table is longer."""


@dataclass(frozen=True, eq=False)
class TextTable:
    """Fields of a table of text.

    Attributes
    ----------
    file : str
        For messages.
    columns : dict of str to pyarrow.ChunkedArray
        Fields by column, null where empty; names as the header has them, trimmed, each once.
    line : ndarray, shape (rows,), int64
        Line of the file each row begins on, from 1.
    faults : tuple of Fault
        Rows that don't have as many fields as the header, which are left out.
    """

    file: str
    columns: dict[str, Any]
    line: NDArray[np.int64]
    faults: tuple[Fault, ...]

    def __len__(self) -> int:
        return len(self.line)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in the file's order."""
        return tuple(self.columns)

    def text(self, name: str) -> pd.Series[str]:
        """One column as trimmed text; "" where empty, or where there is no such column."""
        if name not in self.columns:
            return pd.Series("", index=range(len(self)), dtype="str")
        import pyarrow.compute as pc

        compute: Any = pc
        trimmed = compute.utf8_trim_whitespace(compute.fill_null(self.columns[name], ""))
        return pd.Series(trimmed.to_pandas(), dtype="str")

    def numbers(self, name: str) -> tuple[pd.Series[float], list[Fault]]:
        """One column as numbers; NaN where empty, `nan` or `na`, and as a fault where it is no number."""
        import pyarrow
        import pyarrow.compute as pc

        compute: Any = pc
        if name not in self.columns:
            return pd.Series(np.nan, index=range(len(self))), []
        try:
            values = compute.cast(compute.utf8_trim_whitespace(self.columns[name]), pyarrow.float64())
            return pd.Series(values.to_numpy(), dtype="float64"), []
        except pyarrow.ArrowInvalid:
            text = self.text(name)
        numbers = pd.Series(pd.to_numeric(text, errors="coerce"), dtype="float64")
        bad = np.flatnonzero(numbers.isna() & ~text.str.lower().isin(["", "nan", "na"]))
        faults = [
            Fault(self.file, int(self.line[row]), f"{text.iat[row]!r} in the column {name!r} is no number.")
            for row in bad[: MOST_PER_FILE + 1]
        ]
        return numbers, faults

    def dropped(self, rows: int) -> TextTable:
        """The table without its first rows."""
        kept = {name: column.slice(rows) for name, column in self.columns.items()}
        return replace(self, columns=kept, line=self.line[rows:])

    def taken(self, rows: NDArray[np.int64]) -> TextTable:
        """The table of some rows, by their numbers from 0."""
        if len(rows) == len(self) and np.array_equal(rows, np.arange(len(self))):
            return self
        kept = {name: column.take(rows) for name, column in self.columns.items()}
        return replace(self, columns=kept, line=self.line[rows])

    def lowered(self) -> TextTable:
        """The table with its columns' names in lower case; of two that differ only in case the first."""
        kept: dict[str, Any] = {}
        for name, column in self.columns.items():
            kept.setdefault(name.lower(), column)
        return replace(self, columns=kept)


def decode_text(data: bytes) -> tuple[bytes, str]:
    """Text as UTF-8 without a byte order mark, and the encoding it was in.

    EcoTaxa takes what has no mark for latin-1; what is valid UTF-8 is UTF-8 all the same, since hardly any
    other text is by chance.
    """
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode(), "utf-16"
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1").encode(), "latin-1"
    return data, "utf-8"


def first_line(data: bytes) -> str:
    """The first line of a text, of which `data` is the beginning."""
    text = decode_text(data)[0].decode("utf-8", "replace")
    return text.splitlines()[0] if text else ""


def read_text_table(data: bytes, file: str, delimiter: str) -> TextTable:
    """Read a table with a header, quoted or not.

    Parameters
    ----------
    data : bytes
        The file. UTF-8 with or without byte order mark, UTF-16 with, else latin-1.
    file : str
        For messages.
    delimiter : str
        Between fields.

    Raises
    ------
    FormatError
        If it is empty or no table.
    """
    text, _ = decode_text(data)
    if not text.strip():
        raise FormatError(file, "an empty table", "Copy it again, or leave it out.")
    names = next(csv.reader([first_line(text)], delimiter=delimiter), [])
    table, wrong = _parse(text, file, delimiter, len(names), quoted=True)
    faults: list[Fault] = []
    if any(b"\n" in row.text.encode() for row in wrong):
        # all lines after it went into one field
        number = next(row.number for row in wrong if "\n" in row.text)
        faults.append(Fault(file, number, "a quote that is never closed; quotes are taken as they stand."))
        table, wrong = _parse(text, file, delimiter, len(names), quoted=False)
    faults += [
        Fault(
            file,
            row.number,
            f"{row.actual_columns} fields where the header has {len(names)}; the row is left out.",
        )
        for row in wrong
    ]
    records = np.delete(
        np.arange(2, len(table) + len(wrong) + 2), np.array([row.number - 2 for row in wrong], int)
    )
    line = records + _newlines_before(text, table)
    full = np.flatnonzero(~_blank(table))
    if len(full) < len(table):
        table, line = table.take(full), line[full]
    columns, more = _by_name(table, names, file)
    return TextTable(file, columns, line, (*more, *faults))


def _parse(text: bytes, file: str, delimiter: str, width: int, *, quoted: bool) -> tuple[Any, list[Any]]:
    """Rows below the header, every field as text, and those that have not `width` fields."""
    import pyarrow
    import pyarrow.csv

    wrong: list[Any] = []

    def leave_out(row: Any) -> str:
        wrong.append(row)
        return "skip"

    arrow: Any = pyarrow.csv
    places = [str(number) for number in range(width)]
    try:
        table = arrow.read_csv(
            io.BytesIO(text),
            # one thread: only then rows know their number
            read_options=arrow.ReadOptions(use_threads=False, column_names=places, block_size=BLOCK),
            parse_options=arrow.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if quoted else False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
                invalid_row_handler=leave_out,
            ),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(places, pyarrow.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pyarrow.ArrowInvalid as error:
        raise FormatError(file, f"no table that can be read ({error})", "Write it again.") from error
    return table.slice(1), wrong


def _newlines_before(text: bytes, table: Any) -> NDArray[np.int64]:
    """How many line breaks stand inside quoted fields before each row."""
    import pyarrow.compute as pc

    compute: Any = pc
    inside = np.zeros(len(table) + 1, np.int64)
    if text.count(b"\n") > len(table) + 1 and b'"' in text:
        for column in table.columns:
            counts = compute.fill_null(compute.count_substring(column, "\n"), 0)
            inside[1:] += counts.to_numpy().astype(np.int64)
    return np.cumsum(inside)[:-1]


def _blank(table: Any) -> NDArray[np.bool_]:
    """Rows without a field."""
    blank = np.ones(len(table), bool)
    for column in table.columns:
        if not blank.any():
            break
        blank &= column.is_null().to_numpy()
    return blank


def _by_name(table: Any, names: Sequence[str], file: str) -> tuple[dict[str, Any], list[Fault]]:
    columns: dict[str, Any] = {}
    faults: list[Fault] = []
    for position, name in enumerate(map(str.strip, names)):
        column = table.column(position)
        if name and name not in columns:
            columns[name] = column
        elif name:
            faults.append(Fault(file, 1, f"the column {name!r} stands twice; the first is read."))
        elif column.null_count < len(column):
            faults.append(Fault(file, 1, f"column {position + 1} has no name; it is not read."))
    return columns, faults

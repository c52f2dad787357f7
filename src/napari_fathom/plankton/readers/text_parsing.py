"""Reading tables of text, tab or comma between fields, quoted or not, in every encoding that is about."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import Fault
from napari_fathom.plankton.readers.text_table import TextTable

__all__ = ["decode_text", "first_line", "no_rows", "read_text_table"]

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
BLOCK = 16 * 1024**2
"""Bytes parsed at once; no line of a table is longer."""


def decode_text(data: bytes) -> tuple[bytes, str]:
    """Text as UTF-8 without a byte order mark, and the encoding it was in.

    EcoTaxa takes what has no mark for latin-1; what is valid UTF-8 is UTF-8 all the same, since hardly any
    other text is by chance.
    """
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    elif data.startswith(_UTF_16):
        return data.decode("utf-16", "replace").encode(), "utf-16"
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1").encode(), "latin-1"
    return data, "utf-8"


def first_line(data: bytes) -> str:
    """The first line of a text that has something on it, of which `data` is the beginning."""
    head = data if data.startswith(_UTF_16) else data.lstrip(b"\r\n").partition(b"\n")[0]
    lines = re.split("[\r\n]", decode_text(head)[0].decode("utf-8", "replace").lstrip("\r\n"), maxsplit=1)
    return lines[0]


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
    whole = text.lstrip(b"\r\n")
    if not whole.strip():
        raise FormatError(file, "an empty table", "Copy it again, or leave it out.")
    skipped = text[: len(text) - len(whole)].count(b"\n")
    names, table, wrong, unclosed = _rows(whole, file, delimiter)
    records = np.delete(np.arange(len(table) + len(wrong)), [row.number - 2 for row in wrong]) + 2
    line = records + _newlines_before(whole, table) + skipped
    full = np.flatnonzero(~_blank(table))
    if len(full) < len(table):
        table, line = table.take(full), line[full]
    columns, faults = _by_name(table, names, file, 1 + skipped)
    if unclosed is not None:
        message = "a quote that is never closed; lines are read without regard to it."
        faults.append(Fault(file, unclosed + skipped, message))
    for row in wrong:
        message = f"{row.actual_columns} fields where the header has {len(names)}; the row is left out."
        faults.append(Fault(file, row.number + skipped, message))
    return TextTable(file, columns, line, tuple(faults))


def _rows(text: bytes, file: str, delimiter: str) -> tuple[list[str], Any, list[Any], int | None]:
    """Names of the columns, rows, rows of another width, and the number of one whose quote stays open."""
    header = first_line(text)
    try:
        names = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error as error:
        raise FormatError(file, f"a header that can't be read ({error})", "Write it again.") from error
    table, wrong = _parse(text, file, delimiter, len(names), quoted=True)
    # all lines after such a quote went into one field
    unclosed = 1 if header.count('"') % 2 else next((row.number for row in wrong if "\n" in row.text), None)
    if unclosed is not None:
        names = [name.strip('"') for name in header.split(delimiter)]
        table, wrong = _parse(text, file, delimiter, len(names), quoted=False)
    return names, table, wrong, unclosed


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
    table = table.slice(1)
    return (table if quoted else _without_quotes(table)), wrong


def _without_quotes(table: Any) -> Any:
    """Fields without the quotes around them."""
    import pyarrow
    import pyarrow.compute as pc

    compute: Any = pc
    for place, name in enumerate(table.column_names):
        bare = compute.utf8_trim(table.column(place), characters='"')
        filled = compute.if_else(compute.equal(bare, ""), pyarrow.scalar(None, pyarrow.string()), bare)
        table = table.set_column(place, name, filled)
    return table


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


def _by_name(table: Any, names: Sequence[str], file: str, line: int) -> tuple[dict[str, Any], list[Fault]]:
    columns: dict[str, Any] = {}
    faults: list[Fault] = []
    for position, name in enumerate(map(str.strip, names)):
        column = table.column(position)
        if name and name not in columns:
            columns[name] = column
        elif name:
            faults.append(Fault(file, line, f"the column {name!r} stands twice; the first is read."))
        elif column.null_count < len(column):
            faults.append(Fault(file, line, f"column {position + 1} has no name; it is not read."))
    return columns, faults


def no_rows(table: TextTable) -> FormatError:
    """What to say of a table of which no row is left, and why none is."""
    if not table.faults:
        return FormatError(table.file, "a table without rows", "Leave it out.")
    first = table.faults[0]
    return FormatError(
        table.file,
        f"no row that can be read (line {first.line}: {first.message})",
        "Compare it with its header.",
    )

"""A table of text: every field as it stands, with the line it is on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.plankton.faults import MOST_PER_FILE, Fault

__all__ = ["TextTable"]


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

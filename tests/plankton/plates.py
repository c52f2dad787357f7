"""A collection held in memory, for what needs images and a table and no store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from napari_fathom.errors import FormatError
from napari_fathom.plankton.tables import OBJECT_COLUMNS

__all__ = ["Plates", "objects_table"]


def objects_table(**columns: Sequence[Any]) -> pd.DataFrame:
    """A table of objects as a collection has it; columns that aren't given are empty."""
    count = len(columns["object_id"])
    empty = {"str": "", "float64": np.nan, "datetime64[ns]": pd.NaT}
    own = {
        name: pd.Series(columns.get(name, [empty[kind]] * count)).astype(kind)
        for name, kind in OBJECT_COLUMNS.items()
    }
    seen = {
        "height_px": [5] * count,
        "width_px": [4] * count,
        "fingerprint": [1] * count,
        "twin": range(count),
    }
    free = {name: values for name, values in columns.items() if name not in OBJECT_COLUMNS}
    return pd.DataFrame({**own, **seen, **free})


@dataclass
class Plates:
    """Objects with one grey image each; `more` gives some of them further ones, `files` their own files."""

    objects: pd.DataFrame
    name: str = "plates"
    more: Mapping[int, int] = field(default_factory=dict)
    files: Mapping[int, tuple[str, bytes]] = field(default_factory=dict)
    missing: frozenset[int] = frozenset()

    def ranks(self, row: int) -> int:
        return 1 + self.more.get(row, 0)

    def read(self, row: int, rank: int = 0) -> np.ndarray:
        if row in self.missing:
            raise FormatError(f"{row}.png", "is missing", "Put it back.")
        return np.full((5, 4), (10 * row + rank) % 256, np.uint8)

    def original(self, row: int, rank: int = 0) -> tuple[str, bytes] | None:
        if row in self.missing:
            raise FormatError(f"{row}.png", "is missing", "Put it back.")
        return self.files.get(row)

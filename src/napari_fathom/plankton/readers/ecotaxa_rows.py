"""Rows of an EcoTaxa table as objects and their images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.plankton.faults import Fault
from napari_fathom.plankton.readers.text_table import TextTable

__all__ = ["Rows", "group_rows"]


@dataclass(frozen=True, eq=False)
class Rows:
    """Which rows of a table are which objects and images.

    Attributes
    ----------
    first : ndarray, shape (objects,), int64
        Row each object is first said in.
    row, rank, at : ndarray, shape (images,), int64
        Object of each image, from 0; its place among the object's images; the row of the table it is in.
    """

    first: NDArray[np.int64]
    row: NDArray[np.int64]
    rank: NDArray[np.int64]
    at: NDArray[np.int64]


def group_rows(table: TextTable, ids: pd.Series[str]) -> tuple[Rows, list[Fault]]:
    """Tell several images of one object from two objects with one id, and from a row that stands twice.

    Rows of one id are images of one object. Only where two of them have the same `img_rank`, and differ in
    what they say of the object, they are two objects.
    """
    every = np.arange(len(table))
    if not ids.duplicated().any():
        return Rows(every, every, np.zeros(len(table), np.int64), every), []
    frame = pd.DataFrame({"id": pd.factorize(ids)[0], "image": table.text("img_file_name")})
    frame["rank"] = table.numbers("img_rank")[0].fillna(0)
    frame["said"] = _what_is_said(table, frame)
    frame["at"] = every
    twice = frame.duplicated(["id", "image", "said"]) & (frame["image"] != "")
    faults = [
        Fault(
            table.file,
            int(table.line[row]),
            f"object {ids.iat[row]!r} with this image stands on an earlier line too; this row is left out.",
        )
        for row in np.flatnonzero(twice).tolist()
    ]
    frame = frame[~twice]
    frame["row"] = frame.groupby(["id", "said"], sort=False).ngroup()
    first = frame.drop_duplicates("row")["at"].to_numpy()
    frame = frame.sort_values(["row", "rank"], kind="stable")
    rank = frame.groupby("row").cumcount().to_numpy().astype(np.int64)
    return Rows(first, frame["row"].to_numpy(), rank, frame["at"].to_numpy()), faults


def _what_is_said(table: TextTable, frame: pd.DataFrame) -> NDArray[np.uint64]:
    """A number for what each row says of its object, 0 where that need not be compared."""
    said = np.zeros(len(table), np.uint64)
    same_rank = frame.duplicated(["id", "rank"], keep=False)
    compared = np.flatnonzero(frame["id"].isin(frame["id"][same_rank]))
    columns = {
        name: column.take(compared).to_pandas().fillna("")
        for name, column in table.columns.items()
        if name.startswith("object_")
    }
    if len(compared) and columns:
        said[compared] = pd.util.hash_pandas_object(pd.DataFrame(columns), index=False).to_numpy()
    return said

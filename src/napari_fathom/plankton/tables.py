"""The two tables of a collection: one row an object, one row an image."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from napari_fathom.plankton.faults import Fault, shorten

__all__ = ["IMAGE_COLUMNS", "OBJECT_COLUMNS", "SEEN_COLUMNS", "STATUSES", "Part", "Tables", "join_parts"]

OBJECT_COLUMNS: dict[str, str] = {
    "object_id": "str",
    "class_name": "str",
    "status": "str",
    "annotator": "str",
    "annotated": "datetime64[ns]",
    "sample": "str",
    "acquisition": "str",
    "date": "datetime64[ns]",
    "depth_m": "float64",
    "latitude": "float64",
    "longitude": "float64",
}
"""Columns every table of objects has; further ones keep the names of their source."""

SEEN_COLUMNS = ("height_px", "width_px", "fingerprint", "twin")
"""Columns that looking at the images adds; no source may use these names."""

IMAGE_COLUMNS: dict[str, str] = {
    "row": "int64",
    "rank": "int32",
    "kind": "category",
    "source": "category",
    "member": "str",
    "offset": "int64",
    "height": "int32",
    "width": "int32",
}
"""Columns of the table of images, sorted by `row` and `rank`; height and width 0: only decoding tells."""

STATUSES = ("predicted", "dubious", "validated")
"""EcoTaxa's three states of a classification; "" where there is none."""


@dataclass(frozen=True, eq=False)
class Part:
    """What a reader found in one file or folder.

    Parameters
    ----------
    objects : DataFrame
        Any of `OBJECT_COLUMNS` and free columns; `object_id` always. The column `line`, where there is one,
        is the line of `file` and is not kept.
    images : DataFrame
        Any of `IMAGE_COLUMNS`; `row` counts this part's objects from 0.
    file : str
        Where the objects are listed, for messages.
    notes, faults : tuple
    """

    objects: pd.DataFrame
    images: pd.DataFrame
    file: str
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    @classmethod
    def empty(cls, file: str, *faults: Fault) -> Part:
        """What is left of a file that could not be read: why."""
        return cls(pd.DataFrame({"object_id": []}), pd.DataFrame({"row": []}), file, (), faults)


@dataclass(frozen=True, eq=False)
class Tables:
    """A collection as its sources describe it, before an image has been decoded.

    Attributes
    ----------
    objects : DataFrame
        One row an object: `OBJECT_COLUMNS`, then free columns. `object_id` is unique.
    images : DataFrame
        One row an image: `IMAGE_COLUMNS`, sorted by row and rank. An object may have none.
    notes : tuple of str
        What the readers had to assume.
    faults : tuple of Fault
        What could not be read.
    stamp : str
        Changes when a source does.
    """

    objects: pd.DataFrame
    images: pd.DataFrame
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    stamp: str = ""


def join_parts(parts: Sequence[Part], stamp: str) -> Tables:
    """Join what readers found, in order; see to it that every id is said once.

    Parameters
    ----------
    parts : sequence of Part
        At least one.
    stamp : str
        Of the sources, see `Tables`.

    Returns
    -------
    Tables
        An id that was said before carries `~2`, `~3`, … and is told as a fault.
    """
    starts = np.cumsum([0, *(len(part.objects) for part in parts)])
    objects = pd.concat([_with_origin(part, number) for number, part in enumerate(parts)], ignore_index=True)
    images = pd.concat(
        [
            part.images.assign(row=part.images["row"] + start)
            for part, start in zip(parts, starts[:-1], strict=True)
        ],
        ignore_index=True,
    )
    files = [part.file for part in parts]
    objects, clashes = _unique_ids(objects, files)
    notes = dict.fromkeys(note for part in parts for note in part.notes)
    faults = shorten([*(fault for part in parts for fault in part.faults), *clashes])
    return Tables(
        _tidy(
            _conform(objects.drop(columns=["line", "part", *SEEN_COLUMNS], errors="ignore"), OBJECT_COLUMNS)
        ),
        _conform(images, IMAGE_COLUMNS)
        .sort_values(["row", "rank"], kind="stable", ignore_index=True)
        .loc[:, list(IMAGE_COLUMNS)],
        tuple(notes),
        tuple(faults),
        hashlib.sha256(stamp.encode()).hexdigest(),
    )


def _with_origin(part: Part, number: int) -> pd.DataFrame:
    line = part.objects.get("line", 0)
    return part.objects.assign(line=line, part=number)


def _unique_ids(objects: pd.DataFrame, files: Sequence[str]) -> tuple[pd.DataFrame, list[Fault]]:
    """Number ids that were said before, until none is left."""
    objects["object_id"] = objects["object_id"].astype("str")
    faults: list[Fault] = []
    again = objects["object_id"].duplicated()
    if not again.any():
        return objects, faults
    ids = objects["object_id"].tolist()
    taken = set(ids)
    first: dict[str, int] = {}
    for row, name in enumerate(ids):
        if name not in first:
            first[name] = row
            continue
        number = 2
        while f"{name}~{number}" in taken:
            number += 1
        ids[row] = f"{name}~{number}"
        taken.add(ids[row])
        faults.append(_clash(objects, files, first[name], row, name, ids[row]))
    return objects.assign(object_id=pd.array(ids, dtype="str")), faults


def _clash(
    objects: pd.DataFrame, files: Sequence[str], first: int, row: int, name: str, renamed: str
) -> Fault:
    lines, parts = objects["line"].to_numpy(), objects["part"].to_numpy()

    def place(at: int) -> tuple[str, int | None]:
        return files[parts[at]], lines[at] or None

    there = Fault(*place(first), "")
    where = there.file if there.line is None else f"{there.file}, line {there.line}"
    return Fault(*place(row), f"the id {name!r} is taken by {where}; this object is called {renamed!r}.")


def _conform(frame: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Give a table its own columns, first and in their types; others follow as they are."""
    empty: dict[str, Any] = {"str": "", "category": "", "float64": np.nan, "datetime64[ns]": pd.NaT}
    for name, dtype in columns.items():
        missing = empty.get(dtype, 0)
        values: Any = frame[name] if name in frame else pd.Series(missing, index=frame.index)
        if dtype in ("str", "category") or dtype.startswith("int"):
            values = values.fillna(missing)
        frame = frame.assign(**{name: values.astype(dtype)})
    return frame[[*columns, *(name for name in frame.columns if name not in columns)]]


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Free columns of one type each, which parts may have read differently; those that say nothing go."""
    for name in frame.columns.difference([*OBJECT_COLUMNS]):
        column: Any = frame[name]
        if column.dtype.kind == "O":
            column = column.astype("str").where(column.notna(), "")
        if column.dtype == "str":
            column = column.fillna("")
        empty = (column == "").all() if column.dtype == "str" else column.isna().all()
        frame = frame.drop(columns=name) if empty else frame.assign(**{name: column})
    return frame

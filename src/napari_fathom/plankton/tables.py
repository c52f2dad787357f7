"""The two tables of a collection: one row an object, one row an image."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
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
    told = [part for part in parts if len(part.objects)] or list(parts[:1])
    starts = np.cumsum([0, *(len(part.objects) for part in told)])
    objects = pd.concat([_with_origin(part, number) for number, part in enumerate(told)], ignore_index=True)
    images = pd.concat(
        [
            part.images.assign(row=part.images["row"] + start)
            for part, start in zip(told, starts[:-1], strict=True)
        ],
        ignore_index=True,
    )
    objects = _conform(objects, OBJECT_COLUMNS)
    ids, clashes = _unique_ids(objects, told)
    found = [fault for part in parts for fault in part.faults]
    return Tables(
        _tidy(objects.assign(object_id=ids).drop(columns=["line", "part", *SEEN_COLUMNS], errors="ignore")),
        _conform(images, IMAGE_COLUMNS)
        .sort_values(["row", "rank"], kind="stable", ignore_index=True)
        .loc[:, list(IMAGE_COLUMNS)],
        tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        tuple(shorten([*found, *clashes, *_alike_classes(objects, told)])),
        hashlib.sha256(stamp.encode()).hexdigest(),
    )


def _with_origin(part: Part, number: int) -> pd.DataFrame:
    line = part.objects.get("line", 0)
    return part.objects.assign(line=line, part=number)


def _unique_ids(objects: pd.DataFrame, parts: Sequence[Part]) -> tuple[pd.Series[str], list[Fault]]:
    """Ids of which those that were said before are numbered."""
    ids = objects["object_id"]
    again = np.flatnonzero(ids.duplicated())
    if not len(again):
        return ids, []
    first = dict(zip(reversed(ids.tolist()), range(len(ids) - 1, -1, -1), strict=True))
    unique = ids.tolist()
    taken = set(unique)
    faults: list[Fault] = []
    for row in again.tolist():
        name = unique[row]
        number = next(number for number in count(2) if f"{name}~{number}" not in taken)
        unique[row] = f"{name}~{number}"
        taken.add(unique[row])
        where = _origin(objects, parts, first[name], "").place
        message = f"the id {name!r} is taken by {where}; this object is called {unique[row]!r}."
        faults.append(_origin(objects, parts, row, message))
    return pd.Series(unique, dtype="str"), faults


def _alike_classes(objects: pd.DataFrame, parts: Sequence[Part]) -> list[Fault]:
    """Tell class names that differ only in case: most often one class, written twice."""
    first = objects["class_name"].drop_duplicates()
    spelt: dict[str, str] = {}
    faults: list[Fault] = []
    for row, name in first.items():
        other = spelt.setdefault(name.casefold(), name)
        if other != name:
            message = f"the class {name!r} differs from {other!r} only in case; they stay two classes."
            faults.append(_origin(objects, parts, int(str(row)), message))
    return faults


def _origin(objects: pd.DataFrame, parts: Sequence[Part], row: int, message: str) -> Fault:
    """A fault of the line an object is from."""
    line: Any = objects["line"].iat[row]
    part: Any = objects["part"].iat[row]
    return Fault(parts[part].file, int(line) or None, message)


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

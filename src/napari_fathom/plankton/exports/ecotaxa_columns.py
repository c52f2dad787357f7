"""An object's columns as EcoTaxa's fields: names, types, limits, and every value as text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from napari_fathom.plankton.exports.ecotaxa_rules import (
    FREE_LIMITS,
    LONGEST_ID,
    LONGEST_TEXT,
    PREDEFINED,
    PREFIXES,
)
from napari_fathom.plankton.tables import OBJECT_COLUMNS, SEEN_COLUMNS

__all__ = ["Fields", "field_values", "fields_of"]

_OWN = {
    "object_lat": "latitude",
    "object_lon": "longitude",
    "object_date": "date",
    "object_time": "date",
    "object_depth_min": "depth_m",
    "object_depth_max": "depth_m",
    "sample_id": "sample",
    "acq_id": "acquisition",
    "object_annotation_person_name": "annotator",
    "object_annotation_date": "annotated",
    "object_annotation_time": "annotated",
}
"""EcoTaxa's fields that come from columns every collection has; written where there is anything to write."""

_BOUNDS = {"object_lat": 90.0, "object_lon": 180.0}


@dataclass(frozen=True)
class Fields:
    """What is written.

    Parameters
    ----------
    sources : dict of str to str
        Field → column that it comes from; in the order they are written.
    types : dict of str to str
        Field → `[f]` or `[t]`.
    notes : tuple of str
        What is left out, and why.
    """

    sources: dict[str, str]
    types: dict[str, str]
    notes: tuple[str, ...] = ()


def fields_of(table: pd.DataFrame, first: tuple[str, ...] = ()) -> Fields:
    """Choose the fields for a table's columns, within EcoTaxa's limits.

    Parameters
    ----------
    table : DataFrame
        As `Collection.objects`, with any further columns.
    first : tuple of str
        Free columns that are not to be the ones left out when there are too many.
    """
    sources = {"object_id": "object_id"}
    sources |= {field: name for field, name in _OWN.items() if field not in table and _any(table, name)}
    sources |= {"object_annotation_category": "class_name", "object_annotation_status": "status"}
    if table["class_name"].str.contains(">", regex=False).any():
        sources["object_annotation_hierarchy"] = "class_name"
    types = {field: PREDEFINED[field] for field in sources}
    left: dict[str, list[str]] = {}
    room = dict(FREE_LIMITS)
    free = [name for name in table.columns if name not in OBJECT_COLUMNS and not _passed_over(name)]
    for name in sorted(map(str, free), key=lambda name: name not in first):
        field = _field(name)
        if field in PREDEFINED and field in sources:
            continue  # it was written from what every collection has
        while field in sources:
            field += "_2"  # names that differ in capitals or blanks alone
        kind = PREDEFINED.get(field) or ("[f]" if _numeric(table[name]) else "[t]")
        prefix = field.partition("_")[0]
        if field not in PREDEFINED:
            bucket = (prefix, kind if prefix == "object" else "[t]")
            if room[bucket] == 0:
                left.setdefault(f"{prefix}, {bucket[1]}", []).append(name)
                continue
            room[bucket] -= 1
        sources[field], types[field] = name, kind
    for prefix in PREFIXES:
        own = f"{prefix}_id"
        if own not in sources and any(field.startswith(f"{prefix}_") for field in sources):
            # EcoTaxa makes one up where it is empty, but wants the column
            sources[own], types[own] = "", "[t]"
    notes = tuple(
        f"EcoTaxa takes no more columns of this kind ({kind}); left out: {', '.join(names[:10])}"
        f"{' …' if len(names) > 10 else ''}."
        for kind, names in left.items()
    )
    return Fields(sources, types, notes)


def field_values(table: pd.DataFrame, fields: Fields, categories: Mapping[str, str]) -> pd.DataFrame:
    """Write every value as EcoTaxa reads it.

    Parameters
    ----------
    table : DataFrame
        Some rows of what `fields_of` saw.
    fields : Fields
    categories : mapping of str to str
        Class name → what EcoTaxa calls it.

    Returns
    -------
    DataFrame of str
        One column a field.
    """
    values: dict[str, Any] = {}
    for field, name in fields.sources.items():
        if not name:
            values[field] = pd.Series("", index=table.index)
        elif field == "object_annotation_category":
            values[field] = table[name].map(lambda name: categories.get(name, "")).astype(object)
        elif field == "object_annotation_status":
            classed = table["class_name"] != ""
            status = table[name].where(table[name] != "", "predicted")
            values[field] = status.where(classed, "")
        elif field.endswith("_date") and name in OBJECT_COLUMNS:
            values[field] = table[name].dt.strftime("%Y%m%d")
        elif field.endswith("_time") and name in OBJECT_COLUMNS:
            values[field] = table[name].dt.strftime("%H%M%S")
        else:
            longest = LONGEST_ID if field in PREDEFINED else LONGEST_TEXT
            values[field] = (
                _numbers(table[name], _BOUNDS.get(field, np.inf))
                if fields.types[field] == "[f]"
                else _texts(table[name], longest)
            )
    texts = {field: column.astype(object).where(column.notna(), "") for field, column in values.items()}
    return pd.DataFrame(texts, index=table.index)


def _numbers(column: "pd.Series[Any]", bound: float) -> "pd.Series[Any]":
    """As short as is exact; empty where unknown, infinite or beyond ±bound."""
    numbers = pd.to_numeric(column, errors="coerce").to_numpy()
    if numbers.dtype.kind not in "iuf" or numbers.dtype == np.float16:
        numbers = numbers.astype(float)
    written = np.char.strip(np.char.replace(np.char.add(numbers.astype(str), " "), ".0 ", ""))
    there = np.isfinite(numbers) & (np.abs(numbers) <= bound)
    return pd.Series(np.where(there, written, ""), index=column.index, dtype=object)


def _texts(column: "pd.Series[Any]", longest: int) -> "pd.Series[Any]":
    """On one line, cut where it is too long."""
    texts = column.astype(str).where(column.notna(), "")
    return texts.str.replace(r"\s+", " ", regex=True).str.strip().str.slice(0, longest)


def _field(name: str) -> str:
    """A column's name as EcoTaxa's `prefix_field`."""
    field = re.sub(r"\s+", "_", name.strip().lower())
    return field if field.partition("_")[0] in (*PREFIXES, "img") and "_" in field else f"object_{field}"


def _passed_over(name: str) -> bool:
    """Numbers of EcoTaxa's own, what it said of classes before, and what looking at the images added."""
    return (
        name in (*SEEN_COLUMNS, "objid")
        or name.endswith("_internal")
        or name.startswith(("object_annotation_", "img_"))
    )


def _numeric(column: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype)


def _any(table: pd.DataFrame, name: str) -> bool:
    return bool(((table[name] != "") & table[name].notna()).any())

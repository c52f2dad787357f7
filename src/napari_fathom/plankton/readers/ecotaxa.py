"""EcoTaxa's exports and import sets: tables of tab-separated text with images beside them."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename
from typing import Any

import pandas as pd

from napari_fathom.plankton.faults import Fault
from napari_fathom.plankton.readers.ecotaxa_fields import (
    class_names,
    depth_m,
    free_column,
    moments,
    position,
    statuses,
)
from napari_fathom.plankton.readers.ecotaxa_rows import group_rows
from napari_fathom.plankton.readers.image_names import find_all
from napari_fathom.plankton.readers.object_tables import ids_or_stems, read_each
from napari_fathom.plankton.readers.text_parsing import first_line, no_rows, read_text_table
from napari_fathom.plankton.readers.text_table import TextTable
from napari_fathom.plankton.tables import SEEN_COLUMNS, Part
from napari_fathom.plankton.tree import Tree

__all__ = ["is_ecotaxa", "read_ecotaxa"]

SUFFIXES = (".tsv", ".txt")
PREFIXES = ("object_", "sample_", "acq_", "process_", "img_")
"""Exports may have further columns, of EcoTaxa's own numbers: `objid`, and names in `_internal`."""

_OWN = {
    "object_id": "object_id",
    "object_annotation_person_name": "annotator",
    "sample_id": "sample",
    "acq_id": "acquisition",
}
"""Columns that are carried over as they stand, and what we call them."""
_TAKEN = {
    *_OWN,
    "object_lat",
    "object_lon",
    "object_date",
    "object_time",
    "object_annotation_status",
    "object_annotation_date",
    "object_annotation_time",
}
"""Columns that ours say wholly."""


def is_ecotaxa(tree: Tree, name: str) -> bool:
    """Whether a file is a table of EcoTaxa's: by its name, or by its columns."""
    if basename(name).lower().startswith("ecotaxa") and name.lower().endswith(".tsv"):
        return True
    with tree.open(name) as stream:
        columns = {column.strip(' "').lower() for column in first_line(stream.read(65536)).split("\t")}
    return bool(columns & {"object_id", "img_file_name"})


def read_ecotaxa(tree: Tree) -> Iterator[Part]:
    """Every object of every table of a folder or archive.

    A table has a header of names `prefix_field`; a row of types `[f]` or `[t]`, which may be missing; a row
    for each image. Rows with the same `object_id` are images of one object, unless they say different things.
    """
    return read_each(tree, SUFFIXES, is_ecotaxa, _read_table)


def _read_table(tree: Tree, name: str) -> Part:
    table = read_text_table(tree.read(name), name, "\t").lowered()
    faults = [*table.faults, *_header_faults(table)]
    types, table = _types(table)
    if not types:
        faults.append(
            Fault(name, 2, "no row of types ([f], [t]); columns that hold only numbers are read as numbers.")
        )
    if not len(table):
        raise no_rows(table)
    ids = ids_or_stems(table, "object_id", "img_file_name")
    rows, repeated = group_rows(table, ids)
    objects, more = _objects(table.taken(rows.first), ids.iloc[rows.first], types)
    members, missing = find_all(tree, table.taken(rows.at), "img_file_name")
    there = members != ""
    images = pd.DataFrame(
        {
            "row": rows.row[there],
            "rank": rows.rank[there],
            "kind": "picture",
            "source": str(tree.path),
            "member": members[there],
        }
    )
    return Part(objects, images, name, (), (*faults, *repeated, *more, *missing))


def _objects(
    table: TextTable, ids: pd.Series[str], types: dict[str, str]
) -> tuple[pd.DataFrame, list[Fault]]:
    """The table of objects: our columns, then the free ones under their own names."""
    names = class_names(table)
    status, more = statuses(table, names)
    date, wrong_dates = moments(table, "object_date", "object_time")
    annotated, wrong_annotated = moments(table, "object_annotation_date", "object_annotation_time")
    latitude, wrong_latitudes = position(table, "object_lat", 90.0)
    longitude, wrong_longitudes = position(table, "object_lon", 180.0)
    depth, wrong_depths = depth_m(table)
    columns: dict[str, pd.Series[Any]] = {
        **{ours: table.text(theirs) for theirs, ours in _OWN.items()},
        "object_id": ids.reset_index(drop=True),
        "class_name": names,
        "status": status,
        "annotated": annotated,
        "date": date,
        "depth_m": depth,
        "latitude": latitude,
        "longitude": longitude,
        "line": pd.Series(table.line),
    }
    faults = [*more, *wrong_dates, *wrong_annotated, *wrong_latitudes, *wrong_longitudes, *wrong_depths]
    for name in table.names:
        if name in _TAKEN or name.startswith("img_") or name in columns or name in SEEN_COLUMNS:
            continue
        columns[name], wrong = free_column(table, name, types)
        faults += wrong
    return pd.DataFrame(columns), faults


def _header_faults(table: TextTable) -> list[Fault]:
    unknown = [
        name
        for name in table.names
        if not name.startswith(PREFIXES) and name != "objid" and not name.endswith("_internal")
    ]
    faults = [
        Fault(
            table.file,
            1,
            f"the column {name!r} has none of the prefixes {', '.join(PREFIXES)}; it is kept as it is, but "
            "EcoTaxa would refuse the file.",
        )
        for name in unknown
    ]
    for needed, instead in (("object_id", "the images' names are taken for ids"), ("img_file_name", "")):
        if needed not in table.names:
            tail = f"; {instead}." if instead else "; its objects have no images."
            faults.append(Fault(table.file, 1, f"there is no column {needed!r}{tail}"))
    return faults


def _types(table: TextTable) -> tuple[dict[str, str], TextTable]:
    """The row of types by column, if the table has one, and the table without it."""
    if not len(table):
        return {}, table
    first = {name: (column[0].as_py() or "").strip().lower() for name, column in table.columns.items()}
    said = set(first.values()) - {""}
    return (first, table.dropped(1)) if said and said <= {"[f]", "[t]"} else ({}, table)

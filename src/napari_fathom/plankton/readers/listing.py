"""A table of images: a CSV of paths and labels, or MorphoCluster's `index.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import basename
from typing import Any

import numpy as np
import pandas as pd

from napari_fathom.plankton.readers.image_names import find_all
from napari_fathom.plankton.readers.object_tables import ids_or_stems, read_each
from napari_fathom.plankton.readers.text_parsing import first_line, no_rows, read_text_table
from napari_fathom.plankton.readers.text_table import TextTable
from napari_fathom.plankton.tables import OBJECT_COLUMNS, SEEN_COLUMNS, Part
from napari_fathom.plankton.tree import Tree

__all__ = ["is_listing", "is_morphocluster", "read_listings"]

SUFFIXES = (".csv", ".tsv", ".txt")
PATHS = ("img_path", "image_path", "path", "filepath", "file_path", "filename", "file_name", "image", "file")
LABELS = ("label", "class_name", "class", "category", "taxon", "target", "species")
IDS = ("object_id", "id", "name")
"""Names that such columns go by, the likeliest first."""


def is_listing(tree: Tree, name: str) -> bool:
    """Whether a file is a table with a column of paths and one of labels or ids."""
    with tree.open(name) as stream:
        header = first_line(stream.read(65536))
    columns = {column.strip(' "').lower() for column in header.split(_delimiter(header))}
    return bool(columns & set(PATHS)) and bool(columns & {*LABELS, *IDS})


def is_morphocluster(tree: Tree, name: str) -> bool:
    """Whether a file is the index of MorphoCluster's archives."""
    if basename(name) != "index.csv":
        return False
    with tree.open(name) as stream:
        columns = {column.strip(' "') for column in first_line(stream.read(65536)).split(",")}
    return columns >= {"object_id", "path"}


def read_listings(tree: Tree) -> Iterator[Part]:
    """Every line of every table as an object with one image.

    Paths are seen from the table's folder. A path of another machine is found by its last parts, see
    `ImageNames.find`.
    """
    return read_each(tree, SUFFIXES, is_listing, _read_table)


def _read_table(tree: Tree, name: str) -> Part:
    data = tree.read(name)
    table = read_text_table(data, name, _delimiter(first_line(data[:65536]))).lowered()
    if not len(table):
        raise no_rows(table)
    path, label, number = (_first_of(names, table) for names in (PATHS, LABELS, IDS))
    members, faults = find_all(tree, table, path, outside=True)
    classes = table.text(label)
    objects: dict[str, pd.Series[Any]] = {
        "object_id": ids_or_stems(table, number, path),
        "class_name": classes,
        "status": classes.where(classes == "", "validated"),
        "line": pd.Series(table.line),
    }
    for free in table.names:
        if free not in (path, label, number, *objects, *OBJECT_COLUMNS, *SEEN_COLUMNS):
            values, wrong = table.numbers(free)
            objects[free] = table.text(free) if wrong else values
    there = members != ""
    images = pd.DataFrame(
        {
            "row": np.flatnonzero(there),
            "kind": "picture",
            "source": str(tree.path),
            "member": members[there],
        }
    )
    return Part(pd.DataFrame(objects), images, name, (), (*table.faults, *faults))


def _delimiter(header: str) -> str:
    """What stands between the names of a header most often."""
    return max(",;\t", key=header.count)


def _first_of(names: Sequence[str], table: TextTable) -> str:
    """The likeliest of these columns that a table has, or ""."""
    return next((name for name in names if name in table.names), "")

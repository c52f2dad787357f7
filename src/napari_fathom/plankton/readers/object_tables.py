"""What EcoTaxa's tables and lists of paths have in common: a line an object or image, one part a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import fault_of
from napari_fathom.plankton.readers.text_table import TextTable
from napari_fathom.plankton.tables import Part
from napari_fathom.plankton.tree import Tree

__all__ = ["ids_or_stems", "read_each"]


def read_each(
    tree: Tree,
    suffixes: tuple[str, ...],
    is_ours: Callable[[Tree, str], bool],
    read: Callable[[Tree, str], Part],
) -> Iterator[Part]:
    """Read every table of a folder or archive that is of one's kind.

    Yields
    ------
    Part
        One a table; a table that can't be read is an empty part with a fault.
    """
    for name in tree.names(*suffixes):
        if not is_ours(tree, name):
            continue
        try:
            yield read(tree, name)
        except FormatError as error:
            yield Part.empty(name, fault_of(error, name))


def ids_or_stems(table: TextTable, number: str, path: str) -> pd.Series[str]:
    """Ids as the table has them; else the name of the image without folder and ending; else that of the line.

    Parameters
    ----------
    table : TextTable
    number, path : str
        Its columns of ids and of images; a column that is missing says nothing.
    """
    ids = table.text(number)
    if not (ids == "").any():
        return ids
    images = table.text(path).str.replace("\\", "/").str.rpartition("/")[2]
    stems = images.str.replace(r"\.[^.]*$", "", regex=True)
    unnamed = pd.Series([f"line {line}" for line in table.line], dtype="str")
    return ids.where(ids != "", stems.where(stems != "", unnamed))

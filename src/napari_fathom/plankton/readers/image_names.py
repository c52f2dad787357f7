"""The file that a table means by a name: also where its path is another machine's."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from posixpath import basename, dirname, join, normpath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.plankton.faults import MOST_PER_FILE, Fault
from napari_fathom.plankton.readers.text_table import TextTable
from napari_fathom.plankton.tree import Tree

__all__ = ["ImageNames", "find_all", "find_image"]


class ImageNames:
    """Finds files of a tree by names as tables have them.

    Parameters
    ----------
    names : iterable of str
        Of all files there are.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {name: name for name in names}

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {name.casefold(): name for name in self._names}

    @cached_property
    def _by_base(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self._names:
            found.setdefault(basename(name).casefold(), []).append(name)
        return found

    def exact(self, path: str) -> str | None:
        """The file of this name, else of this name in another case, or None."""
        return self._names.get(path) or self._folded.get(path.casefold())

    def alike(self, said: str) -> str | None:
        """The one file of the same base name, or that of several whose folders agree furthest, or None."""
        candidates = self._by_base.get(basename(said).casefold(), [])
        if len(candidates) < 2:
            return candidates[0] if candidates else None
        agreements = [_common_tail(candidate, said) for candidate in candidates]
        best = max(agreements)
        return candidates[agreements.index(best)] if agreements.count(best) == 1 else None


def find_image(tree: Tree, names: ImageNames, said: str, folder: str, *, outside: bool) -> str | None:
    """The file that a table in `folder` means by a name, or None.

    The file of this name seen from the folder, whatever its case; else, if files outside of the tree may be
    meant, the file of this path; else what is alike, since paths are often those of another machine.
    """
    said = said.replace("\\", "/")
    path = normpath(join(folder, said))
    found = names.exact(path)
    if found is None and outside:
        elsewhere = tree.local(path)
        if elsewhere is not None and elsewhere.is_file():
            return path
    return found or names.alike(said)


def find_all(
    tree: Tree, table: TextTable, column: str, *, outside: bool = False
) -> tuple[NDArray[Any], list[Fault]]:
    """The files that a column of a table means.

    Parameters
    ----------
    tree : Tree
        Where the table and the images lie.
    table : TextTable
    column : str
        Names seen from the table's folder.
    outside : bool
        Whether paths may lead out of a folder. They never lead out of an archive.

    Returns
    -------
    members : ndarray of str objects, shape (rows,)
        "" where a file is missing.
    faults : list of Fault
        One a missing file, but one in all where every file is missing.
    """
    if column not in table.columns:
        return np.full(len(table), "", object), []
    names = ImageNames(tree.sizes)
    folder = dirname(table.file)
    said = table.text(column).tolist()
    found = (find_image(tree, names, name, folder, outside=outside) if name else None for name in said)
    members = np.array([name or "" for name in found], object)
    missing = np.flatnonzero(members == "")
    if len(missing) == len(table) and len(table) > 1:
        return members, [
            Fault(table.file, None, f"none of the {len(table)} images it names is there ({said[0]!r}, …).")
        ]
    return members, [
        Fault(table.file, int(table.line[row]), f"the image {said[row]!r} is not there.")
        for row in missing[: MOST_PER_FILE + 1].tolist()
    ]


def _common_tail(name: str, said: str) -> int:
    """How many parts two paths have in common, counted from their ends."""
    pairs = zip(reversed(name.casefold().split("/")), reversed(said.casefold().split("/")), strict=False)
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count

"""The trees of the paths that somebody chose."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from napari_fathom.plankton.archive import Archive
from napari_fathom.plankton.folder import Folder, is_zarr
from napari_fathom.plankton.tree import Tree

__all__ = ["open_tree", "open_trees"]

_OF_A_BIN = (".adc", ".roi", ".hdr", ".csv", ".h5", ".mat")


def open_tree(path: Path) -> Tree:
    """The tree of a folder or of a zip archive."""
    path = path.resolve()
    return Folder(path) if path.is_dir() else Archive(path)


def open_trees(paths: Sequence[Path]) -> list[Tree]:
    """The trees of some paths, each at most once.

    A folder or archive is a tree; files are trees of their folders with nothing but them. Of an IFCB bin one
    file is enough.
    """
    trees: list[Tree] = []
    loose: dict[Path, dict[str, None]] = {}
    for path in map(Path.resolve, paths):
        if path.is_dir() and not is_zarr(str(path)):
            trees.append(Folder(path))
        elif zipfile.is_zipfile(path):
            trees.append(Archive(path))
        else:
            loose.setdefault(path.parent, {}).update(dict.fromkeys(_with_siblings(path)))
    return [*trees, *(Folder(parent, names) for parent, names in loose.items())]


def _with_siblings(path: Path) -> list[str]:
    """A file, or the three of a bin with what is said of its targets."""
    if path.suffix.lower() not in _OF_A_BIN[:3]:
        return [path.name]
    beside = (each for ending in (".*", "_class*") for each in path.parent.glob(path.stem + ending))
    return [each.name for each in beside if each.suffix.lower() in _OF_A_BIN]

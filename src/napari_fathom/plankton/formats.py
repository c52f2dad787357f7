"""Which format a collection is in, by its content, and its tables."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Literal

from napari_fathom.errors import FormatError
from napari_fathom.events import Done, Event, Note, Progress
from napari_fathom.plankton.readers.ecotaxa import is_ecotaxa, read_ecotaxa
from napari_fathom.plankton.readers.folders import read_folders
from napari_fathom.plankton.readers.stack import read_stacks
from napari_fathom.plankton.tables import Part, Tables, join_parts
from napari_fathom.plankton.tree import Tree, is_image, open_tree

__all__ = ["Format", "gather_tables", "read_tables", "sniff"]

Format = Literal["ecotaxa", "ifcb", "morphocluster", "table", "stack", "folders", "store"]

_READERS: dict[Format, Callable[[Tree], Iterator[Part]]] = {
    "ecotaxa": read_ecotaxa,
    "stack": read_stacks,
    "folders": read_folders,
}


def sniff(paths: Path | str | Sequence[Path | str]) -> Format | None:
    """Name the format of a collection by what is in its files; no image is decoded."""
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    kinds = {_sniff_tree(open_tree(path)) for path in files}
    return kinds.pop() if len(kinds) == 1 else None


def _sniff_tree(tree: Tree) -> Format | None:
    if (tree.path / "collection.json").is_file():
        return "store"
    if any(is_ecotaxa(tree, name) for name in tree.sizes):
        return "ecotaxa"
    return "folders" if any(is_image(name) for name in tree.sizes) else None


def read_tables(paths: Path | str | Sequence[Path | str]) -> Generator[Event[Tables], None, None]:
    """Read what a collection's files say of its objects; no image is decoded."""
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    yield Done((yield from gather_tables(files)))


def gather_tables(files: Sequence[Path]) -> Generator[Note | Progress, None, Tables]:
    """`read_tables` as a step of other generators: its value is the tables."""
    parts: list[Part] = []
    stamps: list[str] = []
    for number, path in enumerate(files):
        yield Progress("tables", number, len(files))
        tree = open_tree(path)
        kind = _sniff_tree(tree)
        if kind is None:
            raise FormatError(path, "a format that is not read", "Give a folder of images.")
        parts += _READERS[kind](tree)
        stamps.append(tree.stamp)
    tables = join_parts(parts, "".join(stamps))
    for note in tables.notes:
        yield Note(note)
    return tables

"""Which format a collection is in, by its content, and its tables."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Literal

from napari_fathom.errors import FormatError
from napari_fathom.events import Done, Event, Note, Progress
from napari_fathom.plankton.faults import Fault
from napari_fathom.plankton.left_over import left_over
from napari_fathom.plankton.readers import ecotaxa, folders, ifcb, listing, stack
from napari_fathom.plankton.tables import Part, Tables, join_parts
from napari_fathom.plankton.tree import IMAGE_SUFFIXES, Tree
from napari_fathom.plankton.trees import open_tree, open_trees

__all__ = ["READ", "Format", "formats_in", "gather_tables", "read_tables", "sniff"]

Format = Literal["ecotaxa", "ifcb", "morphocluster", "table", "stack", "folders", "store"]

_READERS: dict[Format, Callable[[Tree], Iterator[Part]]] = {
    "ecotaxa": ecotaxa.read_ecotaxa,
    "ifcb": ifcb.read_ifcb,
    "morphocluster": listing.read_listings,
    "table": listing.read_listings,
    "stack": stack.read_stacks,
    "folders": folders.read_folders,
}

READ = (
    "folders of images, EcoTaxa exports and import sets, IFCB bins, TIFF of many pages, npy and zarr stacks, "
    "tables of paths and labels, MorphoCluster archives, and zip archives of these"
)
"""For the message about a file that is none of these."""

_DECISIVE: tuple[tuple[Format, tuple[str, ...], Callable[[Tree, str], bool]], ...] = (
    ("ecotaxa", ecotaxa.SUFFIXES, ecotaxa.is_ecotaxa),
    ("ifcb", ifcb.SUFFIXES, lambda _, name: ifcb.is_bin_file(name)),
    ("morphocluster", (".csv",), listing.is_morphocluster),
    ("table", listing.SUFFIXES, listing.is_listing),
    ("stack", stack.ARRAYS, stack.is_stack),
)
"""Formats by the first file that is one of theirs, the most telling first; else images are just images."""


def sniff(paths: Path | str | Sequence[Path | str]) -> Format | None:
    """Name the format of a collection by what is in its files; no image is decoded.

    Parameters
    ----------
    paths : path or sequence of paths
        Folders, zip archives or files.

    Returns
    -------
    str or None
        None where nothing is a collection's, or where formats are mixed. `store` a collection's store,
        `ecotaxa` tables of EcoTaxa's, `ifcb` bins, `morphocluster` an index with images, `table` a CSV of
        paths and labels, `stack` arrays or pages of images, `folders` images.

    Raises
    ------
    FormatError
        If an archive is damaged.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    kinds = formats_in(files)
    return kinds.pop() if len(kinds) == 1 else None


def formats_in(files: Sequence[Path]) -> set[Format]:
    """Every format that some of these paths are in; see `sniff`. Empty where one is missing."""
    if len(files) == 1 and (files[0] / "collection.json").is_file():
        return {"store"}
    if not all(path.exists() for path in files):
        return set()
    return {kind for _, kind in _collections(files)}


def _collections(files: Sequence[Path]) -> list[tuple[Tree, Format]]:
    """The trees among some paths that hold a collection, each with its format."""
    found = ((tree, _sniff_tree(tree)) for tree in open_trees(files))
    return [each for tree, kind in found for each in ([(tree, kind)] if kind else _archives_in(tree))]


def _archives_in(tree: Tree) -> list[tuple[Tree, Format]]:
    """The collections among the archives of a folder that is none itself: UVP6 projects are such folders."""
    paths = [tree.local(name) for name in tree.names(".zip")]
    found = ((archive, _sniff_tree(archive)) for archive in map(open_tree, filter(None, paths)))
    return [(archive, kind) for archive, kind in found if kind]


def _sniff_tree(tree: Tree) -> Format | None:
    for kind, suffixes, is_of in _DECISIVE:
        if any(is_of(tree, name) for name in tree.names(*suffixes)):
            return kind
    # of TIFFs one is opened: a folder holds one kind of image
    if any(stack.is_stack(tree, name) for name in tree.names(*stack.TIFFS)[:1]):
        return "stack"
    return "folders" if any(suffix in tree.by_suffix for suffix in IMAGE_SUFFIXES) else None


def read_tables(paths: Path | str | Sequence[Path | str]) -> Generator[Event[Tables], None, None]:
    """Read what a collection's files say of its objects; no image is decoded.

    Parameters
    ----------
    paths : path or sequence of paths
        Folders, zip archives or files, all of one format.

    Yields
    ------
    Progress, Note, last Done(Tables)

    Raises
    ------
    FormatError
        If a path is missing, nothing in them is read, formats are mixed, or not one object is left.
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    yield Done((yield from gather_tables(files)))


def gather_tables(files: Sequence[Path]) -> Generator[Note | Progress, None, Tables]:
    """`read_tables` as a step of other generators: its value is the tables."""
    collections = _checked(files)
    parts = [_nothing_in(tree) for tree in open_trees(files) if not _among(tree, collections)]
    for number, (tree, kind) in enumerate(collections):
        yield Progress("reading", number, len(collections))
        found: list[Part] = []
        for part in _READERS[kind](tree):
            found.append(part)
            yield Progress("reading", number, len(collections))
        unread = Part.empty(tree.path.name, *tree.refused, *left_over(tree, kind, found))
        parts += [*found, unread]
    yield Progress("reading", len(collections), len(collections))
    tables = join_parts(parts, " ".join(tree.stamp for tree, _ in collections))
    for tree, _ in collections:
        tree.close()
    if not len(tables.objects):
        why = f": {tables.faults[0]}".rstrip(".") if tables.faults else ""
        raise FormatError(files[0], f"not one object that can be read{why}", "Check the files.")
    for note in tables.notes:
        yield Note(note)
    return tables


def _among(tree: Tree, collections: Sequence[tuple[Tree, Format]]) -> bool:
    return any(found.path == tree.path or tree.path in found.path.parents for found, _ in collections)


def _nothing_in(tree: Tree) -> Part:
    name = next(iter(tree.sizes)) if len(tree.sizes) == 1 else tree.path.name
    return Part.empty(name, Fault(name, None, f"nothing in it is read. Read are {READ}."))


def _checked(files: Sequence[Path]) -> list[tuple[Tree, Format]]:
    for path in files:
        if not path.exists():
            raise FormatError(path, "there is no such file", "Check the path.")
    collections = _collections(files)
    if not collections:
        raise FormatError(files[0], "nothing that is read", f"Read are {READ}.")
    kinds = {kind: tree.path.name for tree, kind in collections}
    if len(kinds) > 1:
        found = ", ".join(f"{kind} ({name})" for kind, name in kinds.items())
        raise FormatError(files[0], f"files of different formats: {found}", "Convert each kind by itself.")
    return collections

"""What lies among a collection's files and is not read with it: told, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from posixpath import commonpath, dirname

from napari_fathom.plankton.faults import Fault, first_names
from napari_fathom.plankton.readers import ifcb, stack
from napari_fathom.plankton.tables import Part
from napari_fathom.plankton.tree import IMAGE_SUFFIXES, Tree

__all__ = ["left_over"]


_WORDS = {
    "ecotaxa": "tables of EcoTaxa",
    "ifcb": "IFCB bins",
    "morphocluster": "a MorphoCluster index",
    "table": "a table of paths",
    "stack": "stacks of images",
}
"""What other formats than plain images are called."""


def left_over(tree: Tree, read_as: str, parts: Sequence[Part]) -> list[Fault]:
    """Images, bins and stacks of a tree that no part holds, and archives.

    Parameters
    ----------
    tree : Tree
    read_as : str
        The format that the tree was taken for.
    parts : sequence of Part
        What was read of it.

    Returns
    -------
    list of Fault
        One a kind of thing, with how many there are and how to read them; one an archive.
    """
    taken = {str(member) for part in parts if len(part.images) for member in part.images["member"].unique()}
    kinds = {
        "image": tree.names(*IMAGE_SUFFIXES),
        "stack": tree.names(*stack.ARRAYS),
        # those that are not read have faults of their own
        "IFCB bin": [] if read_as == "ifcb" else list(filter(ifcb.is_bin_file, tree.names(".adc"))),
    }
    read = taken | {part.file for part in parts}
    left = {kind: [name for name in names if name not in read] for kind, names in kinds.items()}
    said = "an archive among a collection's files is not read; unpack it, or give it by itself."
    return [
        *(_told(kind, names, tree, read_as, read) for kind, names in left.items() if names),
        *(Fault(name, None, said) for name in tree.names(".zip")),
    ]


def _told(kind: str, names: Sequence[str], tree: Tree, read_as: str, read: Collection[str]) -> Fault:
    folder = commonpath([dirname(name) for name in names])
    apart = (
        folder and tree.local(folder) is not None and not any(name.startswith(f"{folder}/") for name in read)
    )
    found = (
        f"{kind} {names[0]} is not read"
        if len(names) == 1
        else f"{len(names):,} {kind}s ({first_names(names)}) are not read"
    )
    why = f"{tree.path.name} is read as {_WORDS.get(read_as, read_as)}"
    remedy = "Open this folder by itself" if apart else "Put such files in a folder of their own"
    return Fault(folder if apart else tree.path.name, None, f"{found}: {why}. {remedy} to see them.")

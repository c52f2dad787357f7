"""Images in folders, one a class, or in none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from posixpath import basename, dirname, splitext

import pandas as pd

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import first_names
from napari_fathom.plankton.tables import Part
from napari_fathom.plankton.tree import IMAGE_SUFFIXES, Tree

__all__ = ["read_folders"]

_NO_CLASS = frozenset(
    {"images", "image", "img", "imgs", "vignettes", "rois", "png", "jpg", "data", "pictures"}
)
"""Folders that say what files are, not what is in the pictures."""


def read_folders(tree: Tree) -> Iterator[Part]:
    """Every image below a folder (or in an archive) as an object; the folders between name its class.

    `Copepoda/Calanus/1.png` is of class `Copepoda>Calanus`; of `Copepoda__6666` what follows the last `__` is
    EcoTaxa's number of the class, and goes into the column `class_id`. Images of classes named by a folder
    were put there by somebody: their status is `validated`.

    Yields
    ------
    Part
        One.

    Raises
    ------
    FormatError
        If there is no image.
    """
    names = tree.names(*IMAGE_SUFFIXES)
    if not names:
        raise FormatError(tree.path, "no image", "PNG, JPEG, TIFF, BMP and GIF files are looked for.")
    folders = [dirname(name) for name in names]
    top = _common_top(folders, tree.path.stem)
    classes, numbers = _classes([folder[len(top) :].strip("/") for folder in folders])
    ids, renamed = _ids(names)
    count = len(names)
    objects = pd.DataFrame(
        {
            "object_id": ids,
            "class_name": classes,
            "status": ["validated" if name else "" for name in classes],
            **({"class_id": numbers} if any(numbers) else {}),
        }
    )
    images = pd.DataFrame(
        {
            "row": range(count),
            "kind": "picture",
            "source": str(tree.path),
            "member": names,
        }
    )
    notes = []
    if renamed:
        notes.append(
            f"{renamed} names of images occur more than once; their objects' ids begin with the folder."
        )
    others = {suffix: found for suffix, found in tree.by_suffix.items() if suffix not in IMAGE_SUFFIXES}
    if others:
        kinds = ", ".join(f"{len(found)} {suffix or 'without an ending'}" for suffix, found in others.items())
        named = first_names(sorted(chain.from_iterable(others.values())))
        notes.append(f"{tree.path.name}: files that are no images were passed over ({kinds}; {named}).")
    yield Part(objects, images, tree.path.name, tuple(notes))


def _common_top(folders: list[str], stem: str) -> str:
    """What all folders begin with and no class is named by: `images/`, or the name of the archive."""
    distinct = set(folders)
    top: list[str] = []
    while True:
        firsts = {
            folder.split("/")[len(top)] if folder.count("/") >= len(top) and folder else ""
            for folder in distinct
        }
        first = firsts.pop()
        if firsts or not first:
            break
        deeper = any(folder.count("/") > len(top) for folder in distinct)
        if not (deeper or first.lower() in _NO_CLASS or first == stem):
            break
        top.append(first)
    return "/".join(top)


def _classes(folders: list[str]) -> tuple[list[str], list[str]]:
    """Class name and EcoTaxa's number of each image, from its folders."""
    known: dict[str, tuple[str, str]] = {"": ("", "")}
    for folder in dict.fromkeys(folders):
        parts = [part for part in folder.split("/") if part.lower() not in _NO_CLASS]
        split = [part.rpartition("__") for part in parts]
        names = [
            before if before and after.isdigit() else part
            for part, (before, _, after) in zip(parts, split, strict=True)
        ]
        number = split[-1][2] if split and split[-1][0] and split[-1][2].isdigit() else ""
        known[folder] = (">".join(names), number)
    return [known[folder][0] for folder in folders], [known[folder][1] for folder in folders]


def _ids(names: list[str]) -> tuple[list[str], int]:
    """The name of each file without its ending; with folder or ending where only that makes it unique."""
    stems = [splitext(basename(name))[0] for name in names]
    often = Counter(stems)
    paths = [splitext(name)[0] for name in names]
    paths_often = Counter(paths)
    ids = [
        stem if often[stem] == 1 else path if paths_often[path] == 1 else name
        for stem, path, name in zip(stems, paths, names, strict=True)
    ]
    return ids, sum(number > 1 for number in often.values())

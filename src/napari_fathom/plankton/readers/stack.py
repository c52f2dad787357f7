"""Stacks of images of one size: TIFF of many pages, npy and zarr arrays of (image, height, width)."""

from __future__ import annotations

import tokenize
from collections.abc import Iterator
from pathlib import Path
from posixpath import splitext
from typing import Any

import numpy as np
import pandas as pd

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import fault_of
from napari_fathom.plankton.pixels import open_picture
from napari_fathom.plankton.tables import Part
from napari_fathom.plankton.tree import ARRAY, Tree

__all__ = ["is_stack", "open_array", "page_count", "read_stacks"]

ARRAYS = (".npy", ARRAY)
TIFFS = (".tif", ".tiff")
_FAULTS = (EOFError, KeyError, MemoryError, OSError, SyntaxError, TypeError, ValueError, tokenize.TokenError)
"""What numpy and zarr raise on arrays that were damaged; numpy parses headers as Python."""


def is_stack(tree: Tree, name: str) -> bool:
    """Whether a file is a stack, by its content: nothing is decoded."""
    return splitext(name)[1].lower() not in TIFFS or page_count(tree, name) > 1


def page_count(tree: Tree, name: str) -> int:
    """Pages of a TIFF; 0 if it can't be read."""
    with tree.open(name) as stream:
        try:
            return getattr(open_picture(stream, name), "n_frames", 1)
        except FormatError:
            return 0


def open_array(path: Path) -> Any:
    """Open a stack without reading it.

    Returns
    -------
    array-like, shape (N, h, w) or (N, h, w, 3 or 4)
        Reads a plane when it is indexed.

    Raises
    ------
    FormatError
        If it is no npy or zarr array, or not of this shape.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False) if path.is_file() else _open_zarr(path)
    except _FAULTS as error:
        said = str(error).partition("\n")[0][:100]
        raise FormatError(path, f"an array that can't be read ({said})", "Write it again.") from error
    if array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[3] not in (3, 4)):
        raise FormatError(
            path,
            f"an array of shape {array.shape}",
            "Images along the first axis are read: (image, height, width), colours last.",
        )
    return array


def _open_zarr(path: Path) -> Any:
    import zarr

    opened: Any = zarr.open(path, mode="r")
    if hasattr(opened, "shape"):
        return opened
    arrays = [array for _, array in opened.arrays() if array.ndim in (3, 4)]
    if len(arrays) != 1:
        raise FormatError(path, f"a zarr group with {len(arrays)} stacks of images", "Give one array itself.")
    return arrays[0]


def read_stacks(tree: Tree) -> Iterator[Part]:
    """Every plane or page of every stack as an object, `NAME_00000` and so on.

    Yields
    ------
    Part
        One a stack; a stack that can't be read is an empty part with a fault.
    """
    for name in tree.names(*ARRAYS, *TIFFS):
        try:
            if splitext(name)[1].lower() in TIFFS:
                yield _part(tree, name, "page", page_count(tree, name))
            else:
                yield _array_part(tree, name)
        except FormatError as error:
            yield Part.empty(name, fault_of(error, name))


def _array_part(tree: Tree, name: str) -> Part:
    path = tree.local(name)
    if path is None:
        raise FormatError(name, "a stack in an archive", "Unpack the archive first.")
    return _part(tree, name, "stack", open_array(path).shape[0])


def _part(tree: Tree, name: str, kind: str, count: int) -> Part:
    if not count:
        raise FormatError(name, "no image in it", "Leave it out.")
    stem = splitext(name.rpartition("/")[2])[0]
    digits = max(5, len(str(count - 1)))
    objects = pd.DataFrame({"object_id": [f"{stem}_{number:0{digits}d}" for number in range(count)]})
    images = pd.DataFrame(
        {
            "row": range(count),
            "kind": kind,
            "source": str(tree.path),
            "member": name,
            "offset": range(count),
        }
    )
    return Part(objects, images, name)

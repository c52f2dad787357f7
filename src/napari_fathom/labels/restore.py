"""Whose pixels are they after an undo? The stroke's that gave them the value they have again."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from napari_fathom.labels.chunks import within
from napari_fathom.labels.patch import Patch

__all__ = ["RESTORING", "with_former_strokes"]

RESTORING = frozenset({"undo", "redo"})
"""Origins of writes that bring back what was there before."""


def with_former_strokes(change: Patch, patches: Iterable[Patch]) -> Patch:
    """Give each pixel back to the stroke that last gave it the value it is given again.

    Parameters
    ----------
    change : Patch
        What an undo or redo sets.
    patches : iterable of Patch
        What happened before, newest first; read only as far as needed.

    Returns
    -------
    Patch
        The same change; pixels for which no such stroke was found keep the id they came with.
    """
    mask = change.mask
    wanted = np.zeros(mask.shape, np.uint8)
    wanted[mask] = change.values
    open_ = wanted > 0
    found = np.zeros(mask.shape, np.uint32)
    for patch in patches:
        part = patch.within(change.box)
        if part is None:
            continue
        inner = within(part.box, change.box)
        for said, by in ((part.values, part.strokes), (part.former_values, part.former_strokes)):
            there = np.zeros(part.mask.shape, np.uint8)
            ids = np.zeros(part.mask.shape, np.uint32)
            there[part.mask], ids[part.mask] = said, by
            match = open_[inner] & (there == wanted[inner]) & (ids > 0)
            found[inner][match] = ids[match]
            open_[inner][match] = False
        if not open_.any():
            break
    return replace(change, strokes=np.where(found[mask] > 0, found[mask], change.strokes))

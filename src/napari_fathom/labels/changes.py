"""What a write changes, and what takes it back: pure functions of arrays."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_fathom.errors import LabelError
from napari_fathom.events import Box
from napari_fathom.labels.patch import Patch, tight_box

__all__ = ["changed_pixels", "checked_box", "checked_strokes", "checked_values", "inverse"]


def changed_pixels(
    box: Box,
    new: NDArray[np.uint8],
    mask: NDArray[np.bool_] | None,
    strokes: NDArray[np.uint32],
    former: NDArray[np.uint8],
    former_strokes: NDArray[np.uint32],
) -> Patch | None:
    """Compare what is to be set with what is there.

    Parameters
    ----------
    box : Box
        Where; all arrays have its shape (h, w).
    new, mask, strokes : ndarray
        The values to set, where to set them (everywhere for None), and by which strokes.
    former, former_strokes : ndarray
        What is there.

    Returns
    -------
    Patch or None
        Tight around the pixels that change; None where none does. Erased pixels belong to no stroke.
    """
    changed = new != former
    if mask is not None:
        changed &= mask
    tight = tight_box(changed)
    if tight is None:
        return None
    inner = (slice(tight[0], tight[1]), slice(tight[2], tight[3]))
    chosen = changed[inner]
    after = new[inner][chosen]
    return Patch(
        (box[0] + tight[0], box[0] + tight[1], box[2] + tight[2], box[2] + tight[3]),
        chosen,
        after,
        former[inner][chosen],
        np.where(after > 0, strokes[inner][chosen], np.uint32(0)),
        former_strokes[inner][chosen],
    )


def inverse(patch: Patch, values: NDArray[np.uint8], strokes: NDArray[np.uint32]) -> Patch | None:
    """Find what takes a patch back, only where its pixels are still as it left them.

    Parameters
    ----------
    patch : Patch
        What was done.
    values, strokes : ndarray, shape (h, w) of the patch's box
        What is there now.

    Returns
    -------
    Patch or None
        None where everything was painted over since.
    """
    same = (values[patch.mask] == patch.values) & (strokes[patch.mask] == patch.strokes)
    if not same.any():
        return None
    mask = patch.mask.copy()
    mask[mask] = same
    return Patch(
        patch.box,
        mask,
        patch.former_values[same],
        patch.values[same],
        patch.former_strokes[same],
        patch.strokes[same],
    )


def checked_box(box: Box, shape: tuple[int, int]) -> Box:
    """Return the box as plain numbers.

    Raises
    ------
    LabelError
        If it is empty or leaves the survey.
    """
    top, bottom, left, right = (int(edge) for edge in box)
    if not (0 <= top < bottom <= shape[0] and 0 <= left < right <= shape[1]):
        raise LabelError(
            f"The box {(top, bottom, left, right)} (top, bottom, left, right) is empty or leaves the survey "
            f"of {shape[0]} range cells × {shape[1]} pings. Clip it first."
        )
    return top, bottom, left, right


def checked_values(values: ArrayLike, classes: Iterable[int]) -> NDArray[np.uint8]:
    """Return class values as uint8.

    Raises
    ------
    LabelError
        If one is neither 0 nor a class, or no whole number.
    """
    found = np.asarray(values)
    if found.dtype != np.uint8:
        if found.dtype.kind not in "biu":
            raise LabelError(f"Class values are whole numbers; found {found.dtype}. Round them first.")
        if ((found < 0) | (found > 255)).any():
            raise LabelError(f"Class values go from 0 to 254; found {found.min()} to {found.max()}.")
        found = found.astype(np.uint8)
    known = np.zeros(256, bool)
    known[[0, *classes]] = True
    if not known[found].all():
        strange = [int(value) for value in np.unique(found) if not known[value]]
        raise LabelError(f"No class has the value {strange}. Add the class, then paint it.")
    return found


def checked_strokes(
    strokes: ArrayLike | None, shape: tuple[int, int], next_stroke: int
) -> NDArray[np.uint32]:
    """Turn the stroke numbers of one write (1, 2, 3…; a single one for None) into the store's next ids.

    Raises
    ------
    LabelError
        If a number is smaller than 1.
    """
    if strokes is None:
        return np.broadcast_to(np.uint32(next_stroke), shape)
    local = np.broadcast_to(np.asarray(strokes), shape)
    if (local < 1).any():
        raise LabelError("Strokes of one write are numbered 1, 2, 3…; found a smaller number.")
    return (local + (next_stroke - 1)).astype(np.uint32)

"""Labels made elsewhere, laid on a survey's grid as partial labels: one face for every format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_fathom.echogram.components import ReadLabels
from napari_fathom.echogram.regions import match_names
from napari_fathom.errors import LabelError
from napari_fathom.events import Box

__all__ = ["IncomingLabels", "check_shape", "labels_from_array", "left_out", "value_table"]

_REMEDY = "Make the study with its classes (--class NAME), add them in the window, or use --map FOUND=CLASS."
_MOST_NAMES_TOLD = 8


@dataclass(frozen=True, eq=False)
class IncomingLabels:
    """Labels of a survey that are computed box by box from somebody else's file.

    Parameters
    ----------
    origin : str
        Format and file name, for the journal.
    shape : tuple of int
        (ranges, pings), the survey's.
    read : callable
        Box → uint8 labels in the survey's own class values; 0 where the file says nothing.
    notes : tuple of str
        What was left out or assumed, for the user to read.
    names : tuple of str
        What the file calls its classes, each once, whether or not the survey has them; empty where it doesn't
        say.
    """

    origin: str
    shape: tuple[int, int]
    read: ReadLabels
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def blocks(self, pings: int = 2048) -> Iterator[tuple[Box, NDArray[np.uint8]]]:
        """Walk the survey from first ping to last; yield the boxes that hold labels, cropped to them."""
        ranges, last = self.shape
        for left in range(0, last, pings):
            values = self.read((0, ranges, left, min(left + pings, last)))
            rows, columns = np.flatnonzero(values.any(axis=1)), np.flatnonzero(values.any(axis=0))
            if len(rows):
                top, bottom, first, end = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
                yield (
                    (int(top), int(bottom), int(left + first), int(left + end)),
                    values[top:bottom, first:end],
                )


def value_table(
    names: Mapping[int, str], class_values: Mapping[str, int]
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Make the table that turns a file's values into the survey's classes.

    Parameters
    ----------
    names : mapping of int to str
        What the file calls its values; empty if it does not say, and then values keep their meaning.
    class_values : mapping of str to int
        The survey's classes. A name that is a number gives the values of a file without names a meaning.

    Returns
    -------
    table : ndarray of uint8, shape (256,)
        0 for values that no class has.
    notes : tuple of str
        The names that were left out.
    """
    table = np.zeros(256, np.uint8)
    if not names:
        own = list(class_values.values())
        table[own] = own
        for name, value in class_values.items():
            if name.isdecimal() and 0 < int(name) < len(table):
                table[int(name)] = value
        return table, ("The file does not name its classes; its values are taken as the survey's own.",)
    matched, unmatched = match_names(names.values(), class_values)
    for value, name in names.items():
        if 0 < value < len(table):  # others can't be in an array of bytes
            table[value] = matched.get(name, 0)
    return table, left_out("class", unmatched)


def left_out(what: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Say which names of a file the survey has no class for."""
    if not names:
        return ()
    told = ", ".join(names[:_MOST_NAMES_TOLD]) + (" …" if len(names) > _MOST_NAMES_TOLD else "")
    left = f"Left unlabelled, since the survey has no such class: {what} {told}."
    return (f"{left} {_REMEDY}",)


def check_shape(origin: str, found: tuple[int, ...], shape: tuple[int, int]) -> None:
    """Refuse an array without coordinates that has another shape than the survey.

    Raises
    ------
    LabelError
        It says which shapes, and what to do.
    """
    if found == shape:
        return
    hint = (
        "It looks transposed: ranges go down, pings to the right."
        if found == shape[::-1]
        else "Without coordinates, labels must be on the survey's own grid; use npz, EVR or CRIMAC."
    )
    raise LabelError(
        f"{origin} has {' × '.join(map(str, found))} cells, the survey {shape[0]} ranges × {shape[1]} pings. "
        f"{hint}"
    )


def labels_from_array(
    values: NDArray[np.integer],
    shape: tuple[int, int],
    class_values: Mapping[str, int],
    *,
    origin: str,
    names: Mapping[int, str] | None = None,
) -> IncomingLabels:
    """Take an array that has the survey's own shape: another labels layer, an image file.

    Parameters
    ----------
    values : ndarray of int, shape (R, P)
        Range down, pings to the right; may be a memory map.
    shape : tuple of int
        The survey's (ranges, pings).
    class_values, names
        See `value_table`.

    Raises
    ------
    LabelError
        Another shape, no whole numbers, or values beyond 0–255.
    """
    check_shape(origin, values.shape, shape)
    if not np.issubdtype(values.dtype, np.integer):
        raise LabelError(
            f"{origin} holds {values.dtype}, not whole numbers. Save class values from 0 to 255."
        )
    table, notes = value_table(names or {}, class_values)

    def read(box: Box) -> NDArray[np.uint8]:
        top, bottom, left, right = box
        block = np.asarray(values[top:bottom, left:right])
        if block.size and (block.min() < 0 or block.max() > 255):
            raise LabelError(
                f"{origin} holds the value {block.min() if block.min() < 0 else block.max()}; "
                "classes are numbered from 0 (unlabelled) to 255."
            )
        return table[block]

    return IncomingLabels(origin, shape, read, notes, tuple(dict.fromkeys((names or {}).values())))

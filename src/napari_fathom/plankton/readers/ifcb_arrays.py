"""Class scores and labels of IFCB bins as HDF5 and MATLAB files hold them."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import FormatError

__all__ = ["Verdicts", "read_hdf5", "read_matlab"]

_HDF5_FAULTS = (KeyError, MemoryError, OSError, OverflowError, RuntimeError, TypeError, ValueError)
"""What h5py raises on damaged files."""


class Verdicts(NamedTuple):
    """What is said of a bin's targets.

    Attributes
    ----------
    numbers : ndarray, shape (n,)
        Of targets, from 1.
    names : list of str, length n
        The class of each; `unclassified` where there is none.
    scores : ndarray, shape (n, C), or None
        A classifier's; None where people spoke.
    classes : list of str, length C
    classifier : str
        "" where the file doesn't say.
    """

    numbers: NDArray[np.float64]
    names: list[str]
    scores: NDArray[np.float64] | None
    classes: list[str]
    classifier: str


def read_hdf5(data: bytes, name: str) -> Verdicts | None:
    """Class scores as the IFCB dashboard's classifiers write them; None where it is something else.

    Datasets `output_scores` (n, C), `class_labels` (C,), `roi_numbers` (n,), `class_name` (n,) of those above
    their threshold, `classifier_name`.

    Raises
    ------
    FormatError
        If the file is damaged, or its parts don't fit each other.
    """
    import h5py

    try:
        with h5py.File(BytesIO(data)) as file:
            if not {"output_scores", "class_labels", "roi_numbers"} <= set(file):
                return None
            found = {key: np.asarray(file[key][()]) for key in file if isinstance(file[key], h5py.Dataset)}
    except _HDF5_FAULTS as error:
        raise _unreadable(name, error) from error
    return _verdicts(
        name,
        found,
        ("roi_numbers", "output_scores", "class_labels", "class_name", "classifier_name"),
    )


def read_matlab(data: bytes, name: str) -> Verdicts | None:
    """Class scores, or labels by hand, as MATLAB's tools write them; None where it is something else.

    Scores have `TBscores` (n, C), `class2useTB` (C, or one more), `roinum` (n,), `TBclass_above_threshold`
    (n,), `classifierName`; labels by hand `classlist` (n, at least 2: target number, class from 1) and
    `class2use_manual`.

    Raises
    ------
    FormatError
        If the file is damaged, of MATLAB 7.3, or its parts don't fit each other.
    """
    import zlib

    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        stream: Any = BytesIO(data)  # scipy's stubs know of paths alone
        found: dict[str, Any] = loadmat(stream)
    except NotImplementedError as error:
        raise FormatError(name, "a file of MATLAB 7.3", "Save it with -v7.") from error
    except (*_HDF5_FAULTS, IndexError, MatReadError, zlib.error) as error:
        raise _unreadable(name, error) from error
    if {"TBscores", "class2useTB", "roinum"} <= set(found):
        keys = ("roinum", "TBscores", "class2useTB", "TBclass_above_threshold", "classifierName")
        return _verdicts(name, found, keys)
    return _by_hand(name, found) if {"classlist", "class2use_manual"} <= set(found) else None


def _verdicts(name: str, found: Mapping[str, Any], keys: tuple[str, str, str, str, str]) -> Verdicts:
    numbers, scores, classes, said, classifier = (found.get(key) for key in keys)
    try:
        values, targets = np.asarray(scores, np.float64), np.asarray(numbers, np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise _unreadable(name, error) from error
    labels = _words(classes)
    if values.ndim != 2 or len(values) != len(targets) or not 0 <= len(labels) - values.shape[1] <= 1:
        raise FormatError(
            name,
            f"scores of shape {values.shape} for {len(targets)} targets and {len(labels)} classes",
            "One row a target and one column a class were expected.",
        )
    labels = labels[: values.shape[1]]  # MATLAB's tools name "unclassified" last, and give it no score
    names = _words(said)
    if len(names) != len(targets):
        names = [labels[best] for best in values.argmax(axis=1)] if labels else [""] * len(targets)
    return Verdicts(targets, names, values, labels, next(iter(_words(classifier)), ""))


def _by_hand(name: str, found: Mapping[str, Any]) -> Verdicts:
    classes, table = _words(found["class2use_manual"]), found["classlist"]
    if table.ndim != 2 or table.shape[1] < 2 or table.dtype.kind not in "uif":
        raise FormatError(
            name,
            f"a class list of shape {table.shape}",
            "A row a target was expected: its number, its class.",
        )
    numbers = np.nan_to_num(table[:, 1].astype(np.float64)).astype(np.int64)
    names = [classes[number - 1] if 1 <= number <= len(classes) else "" for number in numbers.tolist()]
    return Verdicts(table[:, 0].astype(np.float64), names, None, [], "")


def _words(values: Any) -> list[str]:
    """Text from an array of bytes, of text, or of MATLAB's cells of text."""
    if values is None:
        return []
    found = []
    for value in np.asarray(values).ravel().tolist():
        while isinstance(value, np.ndarray | list):
            value = value.item() if isinstance(value, np.ndarray) and value.size == 1 else ""
        found.append(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))
    return [word.strip() for word in found]


def _unreadable(name: str, error: Exception) -> FormatError:
    said = str(error).partition("\n")[0][:100]
    return FormatError(name, f"a file of class scores that can't be read ({said})", "Copy it again.")

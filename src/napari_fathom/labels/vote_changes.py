"""What is cast, checked: pure functions of arrays."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_fathom.errors import LabelError
from napari_fathom.labels.vote_box import STATUSES, VoteBox
from napari_fathom.labels.vote_journal import Ballot

__all__ = ["checked_ballot", "checked_status", "without_repetitions"]


def checked_status(status: str) -> int:
    """Return a vote's status as its place in `STATUSES`.

    Raises
    ------
    LabelError
        If there is no such status.
    """
    if status not in STATUSES[1:]:
        raise LabelError(f"A vote is {', '.join(STATUSES[1:-1])} or {STATUSES[-1]}; found {status!r}.")
    return STATUSES.index(status)


def checked_ballot(
    rows: ArrayLike,
    values: ArrayLike,
    shown: ArrayLike | None,
    times: Any,
    objects: int,
    classes: Iterable[int],
) -> Ballot:
    """Bring what is to be cast into one form, ordered by row.

    Parameters
    ----------
    rows : array of int, shape (n,)
    values, shown, times : array, shape (n,) or a single one
    objects : int
        Rows there are.
    classes : iterable of int
        Values that may be voted for, beside 0.

    Raises
    ------
    LabelError
        If a row doesn't exist or comes twice, a value is no class, or lengths differ.
    """
    found = _whole(rows, "Rows").astype(np.int64).ravel()
    if found.size and (found.min() < 0 or found.max() >= objects):
        raise LabelError(
            f"Rows go from 0 to {objects - 1}; found {found.min()} to {found.max()}. "
            "Choose objects of this collection."
        )
    order = np.argsort(found, kind="stable")
    found = found[order]
    if (found[1:] == found[:-1]).any():
        twice = int(found[1:][found[1:] == found[:-1]][0])
        raise LabelError(f"Row {twice} comes twice in one cast. Give each object once.")
    known = np.zeros(1 << 16, bool)
    known[[0, *classes]] = True

    def column(given: ArrayLike, what: str) -> NDArray[Any]:
        try:
            return np.broadcast_to(np.asarray(given), found.shape)[order]
        except ValueError as error:
            raise LabelError(
                f"{what}: {np.size(given)} given for {found.size} rows. Give one for each, or one for all."
            ) from error

    def class_values(given: ArrayLike, what: str) -> NDArray[np.uint16]:
        wanted = column(_whole(given, what), what)
        if ((wanted < 0) | (wanted >= len(known))).any() or not known[wanted].all():
            strange = [
                int(value) for value in np.unique(wanted) if not (0 <= value < len(known) and known[value])
            ]
            raise LabelError(f"No class has the value {strange[:10]}. Add the class, then vote for it.")
        return wanted.astype(np.uint16)

    return Ballot(
        found,
        class_values(values, "Values"),
        class_values(0 if shown is None else shown, "Shown proposals"),
        column(np.asarray(times, "datetime64[ms]"), "Times").astype(np.int64),
    )


def without_repetitions(ballot: Ballot, box: VoteBox, annotator: int, status: int) -> Ballot:
    """Leave out what the annotator says already, with the same status; and withdrawals of nothing.

    Parameters
    ----------
    ballot : Ballot
    box : VoteBox
        What was said until now.
    annotator, status : int
        Whose ballot it is, and how sure they are.
    """
    places = box.on(ballot.rows)
    votes = box.votes[places]
    votes = votes[votes["counts"] & (votes["annotator"] == annotator)]
    at = np.searchsorted(ballot.rows, votes["row"])
    value, grade = np.zeros(len(ballot.rows), np.uint16), np.zeros(len(ballot.rows), np.uint8)
    value[at], grade[at] = votes["value"], votes["status"]  # in the order of casting: the last one stays
    new = (ballot.values != value) | ((grade != status) & (ballot.values > 0))
    return Ballot(ballot.rows[new], ballot.values[new], ballot.shown[new], ballot.times[new])


def _whole(given: ArrayLike, what: str) -> NDArray[Any]:
    found = np.asarray(given)
    if found.dtype.kind not in "iu" and found.size:
        raise LabelError(f"{what} are whole numbers; found {found.dtype}. Round them first.")
    return found

"""Labels that files bring along: classes by their names, votes of those who gave them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from napari_fathom.errors import LabelError
from napari_fathom.labels import LARGEST_VOTE, Classes, VoteEvent, VoteStore
from napari_fathom.names import folded

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FILED", "classes_of", "vote_as_filed"]

FILED = "as filed"
"""The annotator of labels whose files don't say who gave them: a folder's name, a column of a table."""


def classes_of(names: "pd.Series[str]", given: Classes | None = None) -> Classes:
    """Add the classes that files name to given ones, in alphabetical order; capitals make no other name.

    Parameters
    ----------
    names : Series of str, shape (N,)
        "" where nothing is said.
    given : Classes, optional
        They come first.
    """
    found: dict[str, str] = {}
    for name in sorted(set(names) - {""}):
        found.setdefault(folded(name), name)
    first = () if given is None else given.items
    return Classes(first, LARGEST_VOTE).with_all_added(found.values())


def vote_as_filed(
    votes: VoteStore,
    objects: "pd.DataFrame",
    *,
    values: Mapping[str, int] | None = None,
    otherwise: str = FILED,
    note: str = "from the files",
) -> list[VoteEvent]:
    """Cast what files say as votes: of the annotators they name, with the states they tell.

    Parameters
    ----------
    votes : VoteStore
    objects : DataFrame
        `class_name`, `status`, `annotator` and `annotated`; its index is the row of each object. Of several
        lines of one annotator on one object the last one counts.
    values : mapping of str to int, optional
        What names mean, without regard to capitals and outer blanks; default the classes' own. Other names
        are passed over.
    otherwise : str
        The annotator where the file doesn't say.
    note : str
        Kept with the votes.

    Returns
    -------
    list of VoteEvent
        One an annotator and state; empty where the files hold no labels, or were taken up before.

    Raises
    ------
    LabelError
        If a vote is out of bounds or the disk is full; what was cast is taken back then, as far as the disk
        lets.
    """
    known = {info.name: info.value for info in votes.classes} if values is None else values
    meant = {folded(name): value for name, value in known.items()}
    said = objects["class_name"].str.strip().str.casefold().map(meant).fillna(0).astype(np.int64)
    told = objects.assign(
        value=said,
        annotator=objects["annotator"].where(objects["annotator"] != "", otherwise),
        status=objects["status"].where(objects["status"] != "", "validated"),
        row=objects.index,
    )[said.to_numpy() > 0]
    last = told.drop_duplicates(["row", "annotator"], keep="last")
    with _taken_back_on_failure(votes) as events:
        for (annotator, status), group in last.groupby(["annotator", "status"], sort=True):
            events.append(
                votes.cast(
                    group["row"].to_numpy(),
                    group["value"].to_numpy(),
                    annotator=str(annotator),
                    status=str(status),
                    time=group["annotated"].to_numpy("datetime64[ms]"),
                    note=note,
                )
            )
    return [event for event in events if event.number]


@contextmanager
def _taken_back_on_failure(votes: VoteStore) -> Iterator[list[VoteEvent]]:
    """A list for the casts of one import: all of them are made, or none counts."""
    events: list[VoteEvent] = []
    try:
        yield events
    except BaseException as error:
        try:
            votes.revert(events)
        except LabelError as worse:  # a disk so full that not even this can be written
            cast = sorted({event.annotator for event in events if event.number})
            raise LabelError(
                f"{error} Votes of {', '.join(cast)} were cast already, and could not be taken back. Do it "
                "again when there is room: nothing is cast twice."
            ) from worse
        raise

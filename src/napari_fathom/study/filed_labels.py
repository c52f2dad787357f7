"""Labels that a collection's files bring along: classes by their names, votes of those who gave them."""

from typing import TYPE_CHECKING

import numpy as np

from napari_fathom.labels import LARGEST_VOTE, Classes, VoteEvent, VoteStore

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
        found.setdefault(name.strip().casefold(), name)
    first = () if given is None else given.items
    return Classes(first, LARGEST_VOTE).with_all_added(found.values())


def vote_as_filed(votes: VoteStore, objects: "pd.DataFrame") -> list[VoteEvent]:
    """Cast what the files say as votes: of the annotators they name, with the states they tell.

    Parameters
    ----------
    votes : VoteStore
    objects : DataFrame
        The collection's; a class that the store doesn't know is passed over.

    Returns
    -------
    list of VoteEvent
        One an annotator and state; empty where the files hold no labels, or were taken up before.
    """
    values = {info.name.strip().casefold(): info.value for info in votes.classes}
    said = objects["class_name"].str.strip().str.casefold().map(values).fillna(0).to_numpy(np.int64)
    told = objects[said > 0]
    events = []
    annotators = told["annotator"].where(told["annotator"] != "", FILED)
    states = told["status"].where(told["status"] != "", "validated")
    for (annotator, status), group in told.groupby([annotators, states], sort=True):
        rows = group.index.to_numpy()
        events.append(
            votes.cast(
                rows,
                said[rows],
                annotator=str(annotator),
                status=str(status),
                time=group["annotated"].to_numpy("datetime64[ms]"),
                note="from the files",
            )
        )
    return [event for event in events if event.number]

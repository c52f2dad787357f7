"""Votes as a table for people and other programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.labels.classes import Classes
from napari_fathom.labels.vote_box import STATUSES, VoteBox

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["vote_table"]


def vote_table(
    box: VoteBox, annotators: Sequence[str], classes: Classes, rows: NDArray[Any] | None = None
) -> "pd.DataFrame":
    """List everything that was said and not taken back, in the order it was cast.

    Parameters
    ----------
    box : VoteBox
    annotators : sequence of str
        In the order they first voted.
    classes : Classes
    rows : ndarray of int, optional
        Only what was said of these objects.

    Returns
    -------
    DataFrame
        row · annotator · value · class_name · shown · status · time (UTC) · event · standing: whether it is
        the annotator's last word on the object. A value of 0 withdrew what was said before; machines' votes
        don't stand where people's do.
    """
    import pandas as pd

    places = np.arange(len(box)) if rows is None else box.on(rows)
    places = places[box.votes["counts"][places]]
    votes = box.votes[places]
    names = np.full(1 << 16, "", object)
    names[list(classes.values)] = classes.names
    return pd.DataFrame(
        {
            "row": votes["row"].astype(np.int64),
            "annotator": np.array([*annotators], object)[votes["annotator"]],
            "value": votes["value"],
            "class_name": names[votes["value"]],
            "shown": votes["shown"],
            "status": np.array(STATUSES, object)[votes["status"]],
            "time": votes["time"].astype("datetime64[ms]"),
            "event": votes["event"].astype(np.int64),
            "standing": np.isin(places, box.standing(rows)),
        }
    )

"""Votes as a table for people and other programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from napari_fathom.labels.classes import Classes
from napari_fathom.labels.vote_box import STATUSES, VoteBox

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["vote_table"]


def vote_table(box: VoteBox, annotators: Sequence[str], classes: Classes) -> "pd.DataFrame":
    """List everything that was said and not taken back, in the order it was cast.

    Returns
    -------
    DataFrame
        row · annotator · value · class_name · shown · status · time (UTC) · event · standing: whether it is
        the annotator's last word on the object. A value of 0 withdrew what was said before; machines' votes
        don't stand where people's do.
    """
    import pandas as pd

    stands = np.zeros(len(box), bool)
    stands[box.standing()] = True
    kept = box.votes["counts"]
    votes = box.votes[kept]
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
            "standing": stands[kept],
        }
    )

"""Labels that only a machine gave: EcoTaxa's predicted ones, a classifier's scores; how they are accepted."""

import numpy as np
from numpy.typing import NDArray

from napari_fathom.labels import VoteEvent, VoteStore

__all__ = ["accept_predicted", "said_by_machines"]


def said_by_machines(votes: VoteStore) -> NDArray[np.bool_]:
    """Objects that a machine has given a class and no person, shape (N,)."""
    said: NDArray[np.bool_] = (votes.hard() == 0) & (votes.label() > 0)
    return said


def accept_predicted(votes: VoteStore, annotator: str) -> VoteEvent:
    """Validate, in a person's name, whatever only a machine has said.

    Parameters
    ----------
    votes : VoteStore
        Open for writing.
    annotator : str
        Who answers for it.

    Returns
    -------
    VoteEvent
        Taken back by `votes.revert`; number 0 where there was nothing to accept.
    """
    rows = np.flatnonzero(said_by_machines(votes))
    values = votes.label()[rows]
    return votes.cast(rows, values, annotator=annotator, shown=values, note="accepted as a machine predicted")

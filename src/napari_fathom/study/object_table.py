"""One table of all that is known of a collection's objects: from files, of people, of the model in force."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from napari_fathom.study.answers import Answers
    from napari_fathom.study.collection_study import CollectionStudy

__all__ = ["object_table"]


def object_table(study: "CollectionStudy", answers: "Answers | None") -> "pd.DataFrame":
    """Join the collection's table with votes and answers, one row an object.

    Reads the whole table: call it off the GUI thread.

    Parameters
    ----------
    study : CollectionStudy
    answers : Answers or None
        As `study.answers()`.

    Returns
    -------
    DataFrame, N rows
        The collection's columns but for the labels its files brought; then `class`, `status` and `votes` as
        they stand, `agreement` and `entropy_bits` of the votes; and of the model in force `predicted`,
        `probability`, `cluster` (as people edited it; 0: no image) and `ambiguity`, where there is an
        answer. `size_px` is the longer side of the first image.
    """
    votes = study.votes
    table = study.collection.objects.drop(columns=["class_name", "status", "annotator", "annotated"])
    names = _names(study.classes.values, study.classes.names)
    further: dict[str, Any] = {
        "size_px": table[["height_px", "width_px"]].max(axis=1),
        "class": names[votes.label()],
        "status": votes.status(),
        "votes": votes.tally().voices,
        "agreement": votes.agreement(),
        "entropy_bits": votes.entropy(),
    }
    if answers is not None:
        known = _names(answers.record.class_table.values, answers.record.class_table.names)
        further |= {
            "predicted": known[answers.values()],
            "probability": np.nan_to_num(np.asarray(answers.probabilities, np.float32)).max(
                axis=1, initial=0
            ),
            "cluster": answers.edits().partition.cluster,
            "ambiguity": np.asarray(answers.ambiguity),
        }
    return table.assign(**further)


def _names(values: tuple[int, ...], names: tuple[str, ...]) -> np.ndarray:
    """Names by class value; "" for 0."""
    found = np.full(max(values, default=0) + 1, "", object)
    found[list(values)] = names
    return found

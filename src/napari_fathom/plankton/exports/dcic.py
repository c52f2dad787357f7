"""The data-centric image classification benchmark's JSON: who said what of which image, and soft labels."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["annotation_sets", "dataset_record"]

_TIME = "%d-%m-%Y-%H-%M-%S"
_UNKNOWN = {"gt": -1, "gt_verbose": "unknown", "soft_gt": []}


def annotation_sets(
    votes: pd.DataFrame, paths: Sequence[str], name: str, *, anonymous: bool = True
) -> list[dict[str, Any]]:
    """Make the content of `annotations.json`: a list of sets, one an annotator.

    Parameters
    ----------
    votes : DataFrame
        row · annotator · class_name · time, one row a vote.
    paths : sequence of str, shape (N,)
        Image of each row of the collection, beginning with the data set's name.
    name : str
        Of the data set.
    anonymous : bool
        Leave the annotators' names out: the benchmark's own loader refuses files that tell them.

    References
    ----------
    Schmarje et al. (2022), Is one annotation enough?
    """
    sets = []
    for number, (annotator, said) in enumerate(votes.groupby("annotator", sort=False)):
        times = pd.to_datetime(said["time"]).dt.strftime(_TIME)
        annotations = [
            {"image_path": paths[row], "class_label": label or None, "created_at": time}
            for row, label, time in zip(said["row"], said["class_name"], times, strict=True)
        ]
        sets.append(
            {
                "name": f"INVALID{number}" if anonymous else str(annotator),
                "user_mail": "INVALID",
                "annotation_time": -1,
                "dataset_name": name,
                "annotations": annotations,
            }
        )
    return sets


def dataset_record(
    paths: Sequence[str],
    soft: NDArray[np.floating[Any]],
    class_names: Sequence[str],
    name: str,
    splits: Iterable[Literal["train", "val", "test", "unlabeled"]],
    *,
    fold: int = 1,
) -> dict[str, Any]:
    """Make the content of the data set's JSON.

    Parameters
    ----------
    paths : sequence of str, shape (N,)
    soft : array, shape (N, C)
        Rows sum to 1, or to 0 where nothing is known.
    class_names : sequence of str, shape (C,)
    name : str
    splits : iterable of str, shape (N,)
        What each image is for.
    fold : int
        1…5.

    Raises
    ------
    ValueError
        If shapes differ, or there is no such fold.
    """
    if soft.shape != (len(paths), len(class_names)):
        raise ValueError(f"soft labels {soft.shape} of {len(paths)} images and {len(class_names)} classes")
    if not 1 <= fold <= 5:
        raise ValueError(f"fold {fold}; the benchmark knows 1 to 5")
    images = []
    for path, shares, split in zip(paths, soft.astype(float), splits, strict=True):
        entry: dict[str, Any] = {"path": path, "split": split, "info": {}, **_UNKNOWN}
        if shares.sum() > 0:
            best = int(shares.argmax())
            entry |= {
                "gt": best,
                "gt_verbose": class_names[best],
                "soft_gt": (shares / shares.sum()).tolist(),
            }
        images.append(entry)
    return {
        "name": name,
        "v_fold": fold,
        "classes": list(class_names),
        "budget": 0,
        "weighted_budget": 0,
        "images": images,
    }

"""The data-centric image classification benchmark's JSON: who said what of which image, and soft labels."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.events import Done, Event
from napari_fathom.files import replace_json
from napari_fathom.plankton.exports.pictures import Images, Picture, new_folder, pictures, png_file

__all__ = ["annotation_sets", "dataset_record", "write_dcic"]

Split = Literal["train", "val", "test", "unlabeled"]
_TIME = "%d-%m-%Y-%H-%M-%S"
_UNKNOWN = {"gt": -1, "gt_verbose": "unknown", "soft_gt": []}


def write_dcic(
    path: Path,
    images: Images,
    votes: pd.DataFrame,
    soft: NDArray[np.floating[Any]],
    class_names: Sequence[str],
    *,
    anonymous: bool = True,
) -> Iterator[Event[Path]]:
    """Write a data set of the benchmark: images as PNG, `annotations.json` and `dataset.json`.

    Parameters
    ----------
    path : Path
        A folder that is not there yet, or empty; its name is the data set's.
    images : Images
        A `Collection` of N objects.
    votes : DataFrame
        row · annotator · class_name · time: people's standing votes, as of `VoteStore.votes`.
    soft : array, shape (N, C)
        Rows of zeros where nobody voted; those images become the unlabeled split.
    class_names : sequence of str, shape (C,)
    anonymous : bool
        Leave the annotators' names out, as the benchmark's own loader wants it.

    Yields
    ------
    Note for images that are left out, Progress, at last Done(path).

    Raises
    ------
    FathomError
        If something is at `path` already.
    """
    path = Path(path)
    paths = [""] * len(images.objects)
    with new_folder(path) as beside:
        (beside / "fold1").mkdir()
        for found in pictures(images, images.objects, png_file):
            if not isinstance(found, Picture):
                yield found
            elif found.rank == 0:  # the benchmark knows one image an object
                (beside / "fold1" / found.name).write_bytes(found.data)
                paths[found.place] = f"{path.name}/fold1/{found.name}"
        there = np.array(paths) != ""
        kept = np.flatnonzero(there)
        splits: list[Split] = ["train" if known else "unlabeled" for known in soft[kept].sum(axis=1) > 0]
        sets = annotation_sets(votes[there[votes["row"]]], paths, path.name, anonymous=anonymous)
        record = dataset_record([paths[row] for row in kept], soft[kept], class_names, path.name, splits)
        replace_json(beside / "annotations.json", sets)
        replace_json(beside / "dataset.json", record)
    yield Done(path)


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
    splits: Iterable[Split],
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

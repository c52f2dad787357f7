"""Class scores of IFCB bins: one CSV a bin, as the classifiers and R packages of that community read them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.errors import FathomError
from napari_fathom.events import Done, Event, Note, Progress
from napari_fathom.files import replace_text

__all__ = ["require_bins", "write_ifcb_scores"]

_ROI = re.compile(r"(D\d{8}T\d{6}_IFCB\d+|IFCB\d+_\d{4}_\d{3}_\d{6})_(\d{5})")
_UNCLASSIFIED = "unclassified"


def require_bins(object_ids: "pd.Series[str]", what: str) -> "pd.Series[str]":
    """Find the bin of each object, by its id; NaN where it is of none.

    Parameters
    ----------
    object_ids : Series of str, shape (n,)
    what : str
        What is to be written, as an error names it.

    Raises
    ------
    FathomError
        If no object is of a bin.
    """
    bins: pd.Series[str] = object_ids.str.extract(_ROI.pattern)[0]
    if bins.isna().all():
        raise FathomError(
            f"{what}: no object is named as IFCB names them (D20220522T003051_IFCB134_00002). "
            "Export a table instead."
        )
    return bins


def write_ifcb_scores(
    folder: Path,
    table: pd.DataFrame,
    probabilities: NDArray[np.floating],
    class_names: Sequence[str],
    *,
    threshold: float = 0.0,
) -> Iterator[Event[Path]]:
    """Write `BIN.csv` for every bin: file_name, class_name, class_name_auto, score.

    `class_name_auto` is the most likely class and `score` its probability; `class_name` is what a person said
    (status validated or dubious), else the most likely class, or `unclassified` below the threshold.

    Parameters
    ----------
    folder : Path
        Files of the same names in it are replaced, each whole.
    table : DataFrame, n rows
        object_id (`BIN_NNNNN`, as IFCB names its images), class_name, status.
    probabilities : array, shape (n, C)
    class_names : sequence of str, shape (C,)
    threshold : float
        In [0, 1].

    Yields
    ------
    Note for objects that are of no bin, Progress for bins, at last Done(folder).

    Raises
    ------
    FathomError
        If no object is of a bin.
    ValueError
        If shapes differ.
    """
    if probabilities.shape != (len(table), len(class_names)):
        raise ValueError(
            f"probabilities {probabilities.shape} of {len(table)} objects, {len(class_names)} classes"
        )
    folder = Path(folder)
    bins = require_bins(table["object_id"], folder.name)
    strangers = int(bins.isna().sum())
    if strangers:
        yield Note(f"{strangers:,} objects are of no IFCB bin and are left out.", "warning")
    names = np.array(class_names, object)
    score = probabilities.max(axis=1).round(4)
    auto = names[probabilities.argmax(axis=1)]
    people = (
        table["status"].isin(["validated", "dubious"]).to_numpy() & (table["class_name"] != "").to_numpy()
    )
    said = np.where(people, table["class_name"], np.where(score >= threshold, auto, _UNCLASSIFIED))
    rows = pd.DataFrame(
        {
            "file_name": table["object_id"].to_numpy() + ".png",
            "class_name": said,
            "class_name_auto": auto,
            "score": score,
        }
    )
    groups = rows.groupby(bins.to_numpy())
    for done, (name, group) in enumerate(groups, 1):
        replace_text(
            folder / f"{name}.csv", group.sort_values("file_name").to_csv(index=False, lineterminator="\n")
        )
        yield Progress("bins", done, groups.ngroups)
    yield Done(folder)

"""What was said of a bin's targets in files beside it: a classifier's scores, and people's labels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from posixpath import basename, splitext
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.errors import FormatError
from napari_fathom.plankton.faults import Fault, fault_of
from napari_fathom.plankton.readers.ifcb_arrays import Verdicts, read_hdf5, read_matlab
from napari_fathom.plankton.readers.text_parsing import read_text_table
from napari_fathom.plankton.readers.text_table import TextTable
from napari_fathom.plankton.tree import Tree

__all__ = ["Scores", "find_scores"]

_NO_CLASS = "unclassified"
"""What classifiers write where a score is below its threshold, and people where they say nothing."""


@dataclass(frozen=True, eq=False)
class Scores:
    """What is said of one bin's targets, by their numbers.

    Attributes
    ----------
    answers : DataFrame
        Columns `class_name`, `status`, and where a classifier spoke `annotator` (its name, "" where the file
        has none), `class_auto` (the likeliest class, whatever its threshold), `score` (its probability),
        `class_second` and `score_second`.
    by_people : bool
        Somebody said so by hand, and no classifier.
    """

    answers: pd.DataFrame
    by_people: bool = False

    def of(self, numbers: NDArray[np.int64]) -> pd.DataFrame:
        """The answers for these targets, in their order; empty where there is none."""
        found = self.answers.reindex(numbers).reset_index(drop=True)
        names = [name for name in found if not str(name).startswith("score")]
        return found.assign(**{str(name): found[name].fillna("") for name in names})

    def under(self, people: Scores) -> Scores:
        """These, with what people say in its place where they say something."""
        said = people.answers[people.answers["class_name"] != ""].assign(annotator="")
        return Scores(said.combine_first(self.answers)[list(self.answers)])


def find_scores(tree: Tree, bins: Collection[str]) -> tuple[dict[str, Scores], list[Fault]]:
    """What is said of every bin, in files of any folder of the tree.

    Read are `BIN.csv` and `BIN_class….csv` (tables of `file_name,class_name,class_name_auto,score`, or of
    `pid` and one column of scores for each class), `BIN_class….h5` and `BIN_class….mat` of the IFCB
    dashboard's classifiers, and `BIN.mat` of people who labelled with MATLAB. Of several for one bin HDF5
    counts most, then MATLAB's; people's labels count more than any classifier's.

    Returns
    -------
    dict of str to Scores
        By bin.
    list of Fault
        Files of HDF5 or MATLAB that can't be read.
    """
    by_machine: dict[str, Scores] = {}
    by_people: dict[str, Scores] = {}
    faults = []
    for suffix, read in _READERS.items():
        for name in tree.names(suffix):
            of = splitext(basename(name))[0].partition("_class")[0]
            if of not in bins:
                continue
            try:
                scores = read(tree.read(name), name)
            except FormatError as error:
                if suffix != ".csv":  # tables of features have such names too
                    faults.append(fault_of(error, name))
                continue
            if scores is not None:
                (by_people if scores.by_people else by_machine)[of] = scores
    both = {of: by_machine[of].under(by_people[of]) for of in by_machine.keys() & by_people.keys()}
    return {**by_machine, **by_people, **both}, faults


def _of_table(data: bytes, name: str) -> Scores | None:
    table = read_text_table(data, name, ",")
    if {"file_name", "class_name"} <= set(table.names):
        return Scores(_listed(table))
    return Scores(_spread(table)) if table.names[:1] == ("pid",) and len(table.names) > 1 else None


def _of_arrays(read: Callable[[bytes, str], Verdicts | None]) -> Callable[[bytes, str], Scores | None]:
    def scores(data: bytes, name: str) -> Scores | None:
        verdicts = read(data, name)
        return None if verdicts is None else Scores(_answers_of(verdicts), verdicts.scores is None)

    return scores


_READERS: dict[str, Callable[[bytes, str], Scores | None]] = {
    ".csv": _of_table,
    ".mat": _of_arrays(read_matlab),
    ".h5": _of_arrays(read_hdf5),
}
"""Those that say more come later."""


def _listed(table: TextTable) -> pd.DataFrame:
    """One line a target: its class, and the class without a threshold."""
    number = _numbers_in(table.text("file_name"))
    name, score = table.text("class_name"), table.numbers("score")[0]
    return _answers(number, name, {"class_auto": table.text("class_name_auto"), "score": score})


def _spread(table: TextTable) -> pd.DataFrame:
    """One column a class: the class of the highest score."""
    classes = table.names[1:]
    values = np.column_stack([table.numbers(name)[0].fillna(-np.inf) for name in classes])
    ranked = _ranked(values, classes)
    return _answers(_numbers_in(table.text("pid")), ranked["class_auto"], ranked)


def _answers_of(verdicts: Verdicts) -> pd.DataFrame:
    number, name = pd.Series(verdicts.numbers, dtype="float64"), pd.Series(verdicts.names, dtype="str")
    if verdicts.scores is None:
        return _answers(number, name, status="validated")
    ranked = _ranked(verdicts.scores, verdicts.classes)
    said = pd.Series(np.where(name.str.lower() == _NO_CLASS, "", verdicts.classifier), dtype="str")
    return _answers(number, name, {"annotator": said, **ranked})


def _ranked(values: NDArray[np.float64], classes: Collection[str]) -> dict[str, pd.Series[Any]]:
    """The likeliest class of every row and the next one, with their scores."""
    names, rows = np.array(list(classes), object), np.arange(len(values))
    order = np.argsort(-values, axis=1, kind="stable")[:, :2]
    columns: dict[str, pd.Series[Any]] = {}
    for place, ending in zip(order.T, ("auto", "second"), strict=False):
        score = "score" if ending == "auto" else "score_second"
        columns[f"class_{ending}"] = pd.Series(names[place], dtype="str")
        columns[score] = pd.Series(values[rows, place])
    return columns


def _numbers_in(targets: pd.Series[str]) -> pd.Series[float]:
    """The target number is the last thing in a target's name."""
    return pd.Series(pd.to_numeric(targets.str.extract(r"_(\d+)(?:\.\w+)?$")[0], errors="coerce"))


def _answers(
    number: pd.Series[float],
    name: pd.Series[str],
    more: Mapping[str, pd.Series[Any]] | None = None,
    *,
    status: str = "predicted",
) -> pd.DataFrame:
    """The table by target number."""
    named = name.where(name.str.lower() != _NO_CLASS, "")
    table = {"class_name": named, "status": named.where(named == "", status), **(more or {})}
    answers = pd.DataFrame(table).set_index(number)[number.notna().to_numpy()]
    return answers[~answers.index.duplicated()]

"""What a classifier said of a bin's targets, in a CSV file beside it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from posixpath import basename, splitext

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.errors import FormatError
from napari_fathom.plankton.readers.text_parsing import read_text_table
from napari_fathom.plankton.readers.text_table import TextTable
from napari_fathom.plankton.tree import Tree

__all__ = ["Scores", "find_scores"]

_NO_CLASS = "unclassified"
"""What classifiers write where the score is below the class's threshold."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Answers of one bin by target number: columns `class_name`, `status`, `class_auto`, `score`."""

    answers: pd.DataFrame

    def of(self, numbers: NDArray[np.int64]) -> pd.DataFrame:
        """The answers for these targets, in their order; empty where there is none."""
        found = self.answers.reindex(numbers).reset_index(drop=True)
        names = [name for name in found if name != "score"]
        return found.assign(**{str(name): found[name].fillna("") for name in names})


def find_scores(tree: Tree, bins: Collection[str]) -> dict[str, Scores]:
    """Class scores by bin: `BIN.csv` or `BIN_class….csv`, in any folder of the tree.

    Tables of `file_name,class_name,class_name_auto,score` are read, and those of `pid` and one column of
    scores for each class.
    """
    found: dict[str, Scores] = {}
    for name in tree.names(".csv"):
        of = splitext(basename(name))[0].partition("_class")[0]
        if of not in bins:
            continue
        try:
            scores = _scores(read_text_table(tree.read(name), name, ","))
        except FormatError:  # tables of features have such names too
            continue
        if scores is not None:
            found[of] = scores
    return found


def _scores(table: TextTable) -> Scores | None:
    if {"file_name", "class_name"} <= set(table.names):
        return Scores(_listed(table))
    return Scores(_spread(table)) if table.names[:1] == ("pid",) and len(table.names) > 1 else None


def _listed(table: TextTable) -> pd.DataFrame:
    """One line a target: its class, and the class without a threshold."""
    name = table.text("class_name")
    return _answers(
        table.text("file_name"),
        name.where(name.str.lower() != _NO_CLASS, ""),
        table.text("class_name_auto"),
        table.numbers("score")[0],
    )


def _spread(table: TextTable) -> pd.DataFrame:
    """One column a class: the class of the highest score."""
    classes = table.names[1:]
    values = np.column_stack([table.numbers(name)[0].fillna(-np.inf) for name in classes])
    best = values.argmax(axis=1)
    names = pd.Series(np.array(classes, object)[best], dtype="str")
    return _answers(table.text("pid"), names, names, pd.Series(values[np.arange(len(values)), best]))


def _answers(
    target: pd.Series[str], name: pd.Series[str], auto: pd.Series[str], score: pd.Series[float]
) -> pd.DataFrame:
    """The table by target number, which is the last thing in a target's name."""
    digits = target.str.extract(r"_(\d+)(?:\.\w+)?$")[0]
    number = pd.Series(pd.to_numeric(digits, errors="coerce"))
    status = name.where(name == "", "predicted")
    answers = pd.DataFrame({"class_name": name, "status": status, "class_auto": auto, "score": score})
    answers = answers.set_index(number)[number.notna().to_numpy()]
    return answers[~answers.index.duplicated()]

"""A model's answers as columns that stand beside an object's own."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from napari_fathom.plankton.exports.names import safe_name, unlike_names

__all__ = ["MOST_PROBABILITIES", "answer_columns"]

MOST_PROBABILITIES = 100
"""Classes up to which each gets a column; with more, only the five most likely are told."""

_BEST = 5


def answer_columns(
    class_names: Sequence[str],
    probabilities: NDArray[np.floating],
    cluster: NDArray[np.integer],
    ambiguity: NDArray[np.floating],
    *,
    index: pd.Index | None = None,
    prefix: str = "dc3_",
) -> pd.DataFrame:
    """Lay answers out as a table: class, its probability, cluster, ambiguity, then the probabilities.

    Parameters
    ----------
    class_names : sequence of str, shape (C,)
    probabilities : array, shape (n, C)
    cluster, ambiguity : array, shape (n,)
    index : Index, optional
        Rows of the collection, 0…n−1 without it.
    prefix : str
        Before every column's name.

    Returns
    -------
    DataFrame
        `dc3_class`, `dc3_prob`, `dc3_cluster`, `dc3_ambiguity`, then `dc3_prob_NAME` for every class, or
        `dc3_class2`, `dc3_prob2`, … where there are more than `MOST_PROBABILITIES`. Without classes there are
        `dc3_cluster` and `dc3_ambiguity` alone.

    Raises
    ------
    ValueError
        If shapes differ.
    """
    count = len(probabilities)
    if probabilities.shape != (count, len(class_names)) or not len(cluster) == len(ambiguity) == count:
        raise ValueError(
            f"probabilities {probabilities.shape}, {len(class_names)} classes, {len(cluster)} clusters, "
            f"{len(ambiguity)} ambiguities"
        )
    names = np.array(class_names, object)
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, : min(_BEST, len(names))]
    likely = np.take_along_axis(probabilities, best, 1)
    named = {"class": names[best[:, 0]], "prob": likely[:, 0]} if len(names) else {}
    columns = named | {"cluster": np.asarray(cluster, np.int64), "ambiguity": ambiguity}
    if len(names) <= MOST_PROBABILITIES:
        words = unlike_names(f"prob_{_word(name)}" for name in class_names)
        columns |= {word: probabilities[:, at] for at, word in enumerate(words)}
    else:
        for rank in range(1, best.shape[1]):
            columns |= {f"class{rank + 1}": names[best[:, rank]], f"prob{rank + 1}": likely[:, rank]}
    return pd.DataFrame({f"{prefix}{name}": values for name, values in columns.items()}, index=index)


def _word(name: str) -> str:
    """The last part of a class's name as one word in lower case."""
    tail = name.rsplit(">", 1)[-1]
    return safe_name("_".join(tail.split())).lower()

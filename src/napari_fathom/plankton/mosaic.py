"""Which objects a mosaic shows, in which order and groups; where they come to lie is `mosaic_layout`'s.

An arrangement is made once and then stays: labels that are given while one looks at it move no tile until it
is made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

__all__ = ["Arrangement", "Filter", "arrange", "keep"]


@dataclass(frozen=True)
class Filter:
    """A wish about one column; every part that is given must hold. Missing values hold for none.

    Parameters
    ----------
    column : str
    values : collection, optional
        One of these.
    lowest, highest : number or datetime64, optional
        Not below, not above.
    text : str, optional
        Contains this, whatever the capitals.
    """

    column: str
    values: tuple[Any, ...] | None = None
    lowest: Any = None
    highest: Any = None
    text: str | None = None

    def keep(self, objects: pd.DataFrame) -> NDArray[np.bool_]:
        """Say for each object whether it is as wished, shape (N,).

        Raises
        ------
        ValueError
            If there is no such column.
        """
        column = _column(objects, self.column)
        kept = np.ones(len(column), bool)
        if self.values is not None:
            kept &= column.isin(list(self.values)).to_numpy(bool)
        if self.lowest is not None:
            kept &= (column >= self.lowest).to_numpy(bool, na_value=False)
        if self.highest is not None:
            kept &= (column <= self.highest).to_numpy(bool, na_value=False)
        if self.text is not None:
            found = column.astype("str").str.contains(self.text, case=False, regex=False)
            kept &= found.to_numpy(bool, na_value=False)
        return kept


def keep(objects: pd.DataFrame, filters: Iterable[Filter]) -> NDArray[np.bool_]:
    """Say for each object whether it is as every filter wishes, shape (N,)."""
    kept = np.ones(len(objects), bool)
    for wish in filters:
        kept &= wish.keep(objects)
    return kept


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Objects in the order they are shown, cut into groups.

    Parameters
    ----------
    order : ndarray of int64, shape (M,)
        Rows of the collection, group by group.
    starts : ndarray of int64, shape (G + 1,)
        Where in `order` each group begins, and M.
    groups : tuple, length G
        What the objects of each group have in common; None where nothing is known.
    objects : int
        Rows of the whole collection, N ≥ M.
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    groups: tuple[Any, ...]
    objects: int

    def __len__(self) -> int:
        return len(self.order)

    @cached_property
    def position(self) -> NDArray[np.int64]:
        """Place of each row of the collection in `order`, shape (N,); −1 where it is not shown."""
        position = np.full(self.objects, -1, np.int64)
        position[self.order] = np.arange(len(self.order))
        return position

    @property
    def counts(self) -> NDArray[np.int64]:
        """Objects of each group, shape (G,)."""
        return np.diff(self.starts)


def arrange(
    objects: pd.DataFrame,
    sort_by: str | Sequence[str] = (),
    *,
    ascending: bool = True,
    group_by: str | None = None,
    largest_first: bool = False,
    where: ArrayLike | None = None,
) -> Arrangement:
    """Choose, group and sort the objects of a collection.

    Parameters
    ----------
    objects : DataFrame, N rows
        `Collection.objects`, with further columns (cluster, ambiguity, …) as wanted.
    sort_by : str or sequence of str
        Columns, the most important first. Objects that are alike keep the order of the table; missing values
        come last, whichever the direction.
    ascending : bool
        Smallest first.
    group_by : str, optional
        Column whose values are put together; those without a value, or with an empty one, come last.
    largest_first : bool
        Order groups by how many objects they have, instead of by their value.
    where : array of bool, shape (N,), optional
        Only these objects.

    Raises
    ------
    ValueError
        If there is no such column, or `where` has another length.
    """
    kept = np.ones(len(objects), bool) if where is None else np.asarray(where, bool)
    if kept.shape != (len(objects),):
        raise ValueError(
            f"where has the shape {kept.shape}; expected one value for each of {len(objects)} objects"
        )
    rows = np.flatnonzero(kept)
    columns = [sort_by] if isinstance(sort_by, str) else list(sort_by)
    keys = [_ranks(_column(objects, name).iloc[rows], ascending) for name in columns]
    groups: tuple[Any, ...] = (None,)
    group = np.zeros(len(rows), np.int64)
    if group_by is not None:
        group, groups = _groups(_column(objects, group_by).iloc[rows], largest_first)
    order = np.lexsort((*reversed(keys), group))
    starts = np.searchsorted(group[order], np.arange(len(groups) + 1))
    return Arrangement(rows[order].astype(np.int64), starts.astype(np.int64), groups, len(objects))


def _column(objects: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in objects:
        raise ValueError(f"there is no column {name!r}; known are {', '.join(map(str, objects.columns))}")
    return objects[name]


def _ranks(column: pd.Series[Any], ascending: bool) -> NDArray[np.int64]:
    """Whole numbers in the order of a column's values; those without a value last."""
    codes, values = _codes(column)
    return np.where(codes < 0, len(values), codes if ascending else len(values) - 1 - codes)


def _groups(column: pd.Series[Any], largest_first: bool) -> tuple[NDArray[np.int64], tuple[Any, ...]]:
    """Number of each object's group, and what the groups' objects have in common."""
    codes, values = _codes(column)
    nameless = codes < 0
    order = np.arange(len(values))
    if largest_first:
        order = np.argsort(-np.bincount(codes[~nameless], minlength=len(values)), kind="stable")
    place = np.empty(len(values) + 1, np.int64)
    place[order] = np.arange(len(values))
    place[-1] = len(values)  # codes of the nameless are −1
    names: tuple[Any, ...] = tuple(values[at] for at in order)
    return place[codes], (*names, None) if nameless.any() else names


def _codes(column: pd.Series[Any]) -> tuple[NDArray[np.int64], Any]:
    """Number the values in their order; −1 where there is none. An empty text is none."""
    if pd.api.types.is_string_dtype(column.dtype) or isinstance(column.dtype, pd.CategoricalDtype):
        column = column.mask(column == "")
    codes, values = pd.factorize(column, sort=True)
    return codes.astype(np.int64), values

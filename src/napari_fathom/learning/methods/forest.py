"""A random forest on rows of features and measures: no network, learned in a second."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.row_method import Arrays, Floats, KnownRows

__all__ = ["Forest"]

_CHUNK = 16384  # rows answered at once
_TREES_AT_ONCE = 25  # between two looks at Stop


@dataclass(frozen=True)
class Forest:
    """A forest as plain arrays, so that it can be saved without pickle; all trees' nodes one after another.

    Parameters
    ----------
    roots : ndarray of int32, shape (T,)
        First node of each tree.
    left, right : ndarray of int32, shape (nodes,)
        Node to go to where the feature is ≤ the threshold, and where it isn't; a leaf's is itself.
    feature : ndarray of int32, shape (nodes,)
        Column that is looked at; 0 at a leaf.
    threshold : ndarray of float32, shape (nodes,)
    shares : ndarray of float32, shape (nodes, C)
        Class shares of the training rows in each node.
    columns : int
        D.

    References
    ----------
    Breiman 2001, Machine Learning 45, 5–32. Fitted by scikit-learn.
    """

    roots: npt.NDArray[np.int32]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float32]
    shares: Floats
    columns: int

    name: ClassVar[str] = "forest"
    about: ClassVar[About] = About(
        "Random forest",
        "Breiman 2001",
        "No network: fits measures of shape and texture, as EcoTaxa does. Takes seconds.",
    )
    calibrates: ClassVar[bool] = False

    @classmethod
    def fit(cls, known: KnownRows, settings: ImageSettings, check: Callable[[], None]) -> Self:
        """Grow `settings.trees` trees on the labelled rows, every class weighing alike.

        A row of which people say different things is several rows, each weighing its share.
        """
        from sklearn.ensemble import RandomForestClassifier

        shares = known.shares
        row, column = np.nonzero(shares)
        weight = shares[row, column]
        count = np.bincount(column, weight)
        weight *= count.sum() / (np.count_nonzero(count) * count[column])
        grown = RandomForestClassifier(0, warm_start=True, random_state=settings.seed, n_jobs=1)
        for trees in range(_TREES_AT_ONCE, settings.trees + _TREES_AT_ONCE, _TREES_AT_ONCE):
            check()
            grown.n_estimators = min(trees, settings.trees)
            grown.fit(known.rows[known.said[row]], column + 1, weight)
        return cls._from_sklearn(
            [each.tree_ for each in grown.estimators_], grown.classes_, known.classes, known.rows
        )

    @classmethod
    def _from_sklearn(
        cls, trees: list[Any], values: npt.NDArray[np.int64], classes: int, rows: Floats
    ) -> Self:
        counts = np.array([tree.node_count for tree in trees])
        roots = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32)
        own = np.arange(counts.sum(), dtype=np.int32)

        def children(name: str) -> npt.NDArray[np.int32]:
            there = np.concatenate(
                [
                    np.where(getattr(t, name) < 0, -1, getattr(t, name) + r)
                    for t, r in zip(trees, roots, strict=True)
                ]
            )
            return np.where(there < 0, own, there).astype(np.int32)

        found = np.concatenate([tree.value[:, 0] for tree in trees])
        shares = np.zeros((len(own), classes), np.float32)
        shares[:, values - 1] = found / found.sum(axis=1, keepdims=True)
        return cls(
            roots,
            children("children_left"),
            children("children_right"),
            np.maximum(np.concatenate([tree.feature for tree in trees]), 0).astype(np.int32),
            # scikit-learn compares float32 rows with float64 thresholds; the next float32 below decides alike
            _rounded_down(np.concatenate([tree.threshold for tree in trees])),
            shares,
            rows.shape[1],
        )

    def probabilities(self, rows: Floats) -> Floats:
        """Mean class shares of the leaves that each row (n, D) ends in, shape (n, C).

        Raises
        ------
        ValueError
            If D is another than the one this was fitted on.
        """
        if rows.ndim != 2 or rows.shape[1] != self.columns:
            raise ValueError(f"rows of shape {rows.shape}; the forest knows {self.columns} columns")
        parts = [self._answer(rows[first : first + _CHUNK]) for first in range(0, len(rows), _CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, self.shares.shape[1]), np.float32)

    def seen(self, rows: Floats) -> Floats:
        """The rows as they are."""
        return rows

    def _answer(self, rows: Floats) -> Floats:
        total = np.zeros((len(rows), self.shares.shape[1]), np.float64)
        every = np.arange(len(rows))
        for root in self.roots.tolist():
            node = np.full(len(rows), root, np.int32)
            while True:
                goes_left = rows[every, self.feature[node]] <= self.threshold[node]
                after = np.where(goes_left, self.left[node], self.right[node])
                if np.array_equal(after, node):
                    break
                node = after
            total += self.shares[node]
        return (total / len(self.roots)).astype(np.float32)

    def arrays(self) -> Arrays:
        """All that it is."""
        return {each.name: np.asarray(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The same again; arrays that would lead nowhere are refused."""
        forest = cls(
            arrays["roots"],
            arrays["left"],
            arrays["right"],
            arrays["feature"],
            arrays["threshold"],
            arrays["shares"],
            int(arrays["columns"]),
        )
        nodes = len(forest.left)
        places = (forest.roots, forest.left, forest.right)
        if any(place.size and not (place.min() >= 0 and place.max() < nodes) for place in places):
            raise ValueError("a forest whose nodes lie outside it")
        inner = forest.left != np.arange(nodes)
        if (forest.left[inner] <= np.flatnonzero(inner)).any() or (
            forest.right[inner] <= np.flatnonzero(inner)
        ).any():
            raise ValueError("a forest whose branches lead back")
        if nodes and not (forest.feature.min() >= 0 and forest.feature.max() < forest.columns):
            raise ValueError("a forest that looks at columns there aren't")
        return forest


def _rounded_down(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    single = values.astype(np.float32)
    return np.where(single > values, np.nextafter(single, np.float32(-np.inf)), single)

"""What a person changes about a model's clusters: merges, splits, sendings back."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError

__all__ = ["ClusterEdit", "Merge", "Partition", "SendBack", "Split", "edited"]

MOST_CLUSTERS = 65_535
"""As many as a uint16 numbers, in which answers and layers hold them."""


@dataclass(frozen=True)
class Merge:
    """The members of one cluster go to another."""

    cluster: int
    into: int


@dataclass(frozen=True, eq=False)
class Split:
    """A cluster falls into parts: the first keeps its number, the others get new ones.

    Parameters
    ----------
    cluster : int
    part : ndarray of uint8, shape (n,)
        Of each member, in the order of the collection's rows. Kept, not computed again: another version of
        k-means may part them otherwise.
    """

    cluster: int
    part: NDArray[np.uint8]


@dataclass(frozen=True)
class SendBack:
    """A cluster is left undecided and comes last."""

    cluster: int


ClusterEdit = Merge | Split | SendBack


@dataclass(frozen=True, eq=False)
class Partition:
    """Which cluster each object is in.

    Parameters
    ----------
    cluster : ndarray of uint16, shape (N,)
        0 for objects without an image.
    largest : int
        The largest number that was ever given: numbers of merged clusters are not used again.
    sent_back : frozenset of int
        Clusters that come last.
    """

    cluster: NDArray[np.uint16]
    largest: int
    sent_back: frozenset[int] = frozenset()

    @classmethod
    def of(cls, cluster: NDArray[Any]) -> "Partition":
        """As a model says, before any edit."""
        return cls(np.array(cluster, np.uint16), int(np.max(cluster, initial=0)))

    def rows(self, cluster: int) -> NDArray[np.int64]:
        """Members of a cluster, ascending.

        Raises
        ------
        StudyError
            If it has none.
        """
        rows = np.flatnonzero(self.cluster == cluster)
        if cluster < 1 or not len(rows):
            raise StudyError(f"There is no cluster {cluster} (any more). Choose another one.")
        return rows


def edited(partition: Partition, edit: ClusterEdit) -> Partition:
    """Apply an edit.

    Raises
    ------
    StudyError
        If it doesn't fit: a cluster that isn't there, one merged into itself, parts of another size, more
        parts than there are numbers left.
    """
    rows = partition.rows(edit.cluster)
    if isinstance(edit, SendBack):
        return replace(partition, sent_back=partition.sent_back | {edit.cluster})
    cluster = partition.cluster.copy()
    if isinstance(edit, Merge):
        if edit.into == edit.cluster:
            raise StudyError(f"Cluster {edit.cluster} can't be merged with itself. Choose another one.")
        partition.rows(edit.into)
        cluster[rows] = edit.into
        largest = partition.largest
    else:
        if edit.part.shape != rows.shape or len(edit.part) == 0 or (edit.part > 0).all():
            raise StudyError(
                f"Cluster {edit.cluster} has {len(rows):,} members; the split is of {len(edit.part):,}. "
                "Split it anew."
            )
        largest = partition.largest + int(edit.part.max())
        if largest > MOST_CLUSTERS:
            raise StudyError(
                f"Clusters are numbered up to {MOST_CLUSTERS:,}; the split of cluster {edit.cluster} needs "
                f"{largest:,}. Predict again, which numbers them anew."
            )
        cluster[rows] = np.where(edit.part == 0, edit.cluster, partition.largest + edit.part.astype(np.int64))
    return Partition(cluster, largest, partition.sent_back - {edit.cluster})

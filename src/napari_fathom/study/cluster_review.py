"""Walking the clusters of an answer: which one next, its members from the centre out, and edits of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError
from napari_fathom.study.answers import Answers
from napari_fathom.study.cluster_edits import ClusterEdit, Merge, Partition, SendBack, Split
from napari_fathom.study.cluster_order import FirstClusters, ReviewCluster, walk_order
from napari_fathom.study.feature_space import cosine_distance, different_directions, parts_by_direction

if TYPE_CHECKING:
    from napari_fathom.study.collection_study import CollectionStudy

__all__ = [
    "ClusterReview",
    "FirstMembers",
    "Members",
]


class FirstMembers(StrEnum):
    """Which members of a cluster come first."""

    CENTRE = "centre"
    EDGE = "edge"


@dataclass(frozen=True, eq=False)
class Members:
    """A cluster's members in order.

    Parameters
    ----------
    cluster : int
    rows : ndarray of int64, shape (n,)
    said : ndarray of bool, shape (n,)
        Whether people had labelled each when this was read.
    proposed : int
        The class that is most frequent among the labelled; without any, among what the model says of the
        open ones. 0 if neither knows a class of the study.
    """

    cluster: int
    rows: NDArray[np.int64]
    said: NDArray[np.bool_]
    proposed: int

    @property
    def open(self) -> NDArray[np.int64]:
        """Rows that no person had labelled, in order."""
        return self.rows[~self.said]

    @property
    def labelled(self) -> NDArray[np.int64]:
        """Rows that people had labelled, in order."""
        return self.rows[self.said]


class ClusterReview:
    """The clusters of the answer in force, with what people changed about them.

    Reads whole columns and measures distances: call it off the GUI thread. One thread may edit while others
    look.

    Parameters
    ----------
    study : CollectionStudy
        Open for writing where clusters are to be edited.

    Raises
    ------
    StudyError
        If there is no answer, or its model gives no clusters.
    """

    def __init__(self, study: "CollectionStudy") -> None:
        answers = study.answers()
        if answers is None:
            raise StudyError("There are no clusters yet. Train first; every object is answered then.")
        if not np.any(answers.cluster):
            raise StudyError(f"Model {answers.record.model} gives no clusters. Train with another method.")
        self._study, self._answers = study, answers
        self._log = answers.edits(writable=study.writable)

    @property
    def answers(self) -> Answers:
        """Whose clusters."""
        return self._answers

    @property
    def in_force(self) -> bool:
        """Whether no other answer has come since."""
        shelf = self._study.prediction_shelf
        return shelf.current is not None and shelf.path(shelf.current) == self._answers.path

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found amiss in the file of edits."""
        return tuple(self._log.notes)

    @property
    def partition(self) -> Partition:
        """Which cluster each object is in now."""
        return self._log.partition

    def clusters(self, first: FirstClusters = FirstClusters.LARGEST) -> tuple[ReviewCluster, ...]:
        """All clusters in the order to walk them; those without an open member at the end."""
        partition = self.partition
        size = partition.largest + 1
        still_open = self._still_open()
        members = np.bincount(partition.cluster, minlength=size)
        opened = np.bincount(partition.cluster[still_open], minlength=size)
        ambiguity = np.asarray(self._answers.ambiguity, np.float64)
        of_all = np.bincount(partition.cluster, ambiguity, size)
        of_open = np.bincount(partition.cluster[still_open], ambiguity[still_open], size)
        found = [
            ReviewCluster(
                number=number,
                members=int(members[number]),
                open=int(opened[number]),
                ambiguity=float(
                    of_open[number] / opened[number] if opened[number] else of_all[number] / members[number]
                ),
                sent_back=number in partition.sent_back,
            )
            for number in np.flatnonzero(members).tolist()
            if number
        ]
        return walk_order(found, first)

    def members(self, cluster: int, first: FirstMembers = FirstMembers.CENTRE) -> Members:
        """Members of a cluster by their distance to its centre.

        Raises
        ------
        StudyError
            If there is no such cluster.
        """
        rows = self.partition.rows(cluster)
        distance = cosine_distance(self._answers.features[rows])
        order = np.argsort(distance if first is FirstMembers.CENTRE else -distance, kind="stable")
        rows = rows[order]
        said = self._study.votes.hard()[rows]
        return Members(cluster, rows, said > 0, self._proposed(said[said > 0], rows[said == 0]))

    def merge(self, cluster: int, into: int) -> ClusterEdit:
        """Move all members of a cluster to another.

        Raises
        ------
        StudyError
            If one of them isn't there, or the study is open read-only.
        """
        return self.edit(Merge(cluster, into))

    def split(self, cluster: int, parts: int = 2, seed: int = 0) -> ClusterEdit:
        """Cluster the members of a cluster anew, by k-means on their features' directions.

        The largest part keeps the cluster's number; the others get new ones.

        Parameters
        ----------
        cluster : int
        parts : int
            k.
        seed : int

        Raises
        ------
        StudyError
            If it isn't there, has too few members that differ, or the study is open read-only.
        """
        rows = self.partition.rows(cluster)
        features = np.asarray(self._answers.features[rows])
        different = different_directions(features)
        if not 2 <= parts <= min(different, np.iinfo(np.uint8).max):
            raise StudyError(
                f"Cluster {cluster} has {len(rows):,} members, {different:,} of them different: "
                f"it can't be split into {parts}."
            )
        return self.edit(Split(cluster, parts_by_direction(features, parts, seed)))

    def send_back(self, cluster: int) -> ClusterEdit:
        """Leave a cluster undecided: it comes last from now on.

        Raises
        ------
        StudyError
            If it isn't there, or the study is open read-only.
        """
        return self.edit(SendBack(cluster))

    def edit(self, edit: ClusterEdit) -> ClusterEdit:
        """Do what is given, such as what `undo` took back; returned as it is.

        Raises
        ------
        StudyError
            If it doesn't fit, or the study is open read-only.
        """
        self._study.require_writable()
        self._log.add(edit)
        return edit

    def undo(self) -> ClusterEdit | None:
        """Take the last merge, split or sending back back; None if there is none.

        Raises
        ------
        StudyError
            If the study is open read-only.
        """
        self._study.require_writable()
        return self._log.undo()

    def _still_open(self) -> NDArray[np.bool_]:
        return np.asarray(self._study.votes.hard() == 0)

    def _proposed(self, said: NDArray[np.uint16], left: NDArray[np.int64]) -> int:
        voices = said if len(said) else self._answers.values()[left]
        known = voices[np.isin(voices, self._study.classes.values)]
        return int(np.bincount(known).argmax()) if len(known) else 0

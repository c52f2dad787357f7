"""Walking the clusters of an answer: which one next, its members from the centre out, and edits of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError
from napari_fathom.study.answers import Answers
from napari_fathom.study.cluster_edits import ClusterEdit, EditLog, Merge, Partition, SendBack, Split

if TYPE_CHECKING:
    from napari_fathom.study.collection_study import CollectionStudy

__all__ = [
    "ClusterReview",
    "FirstClusters",
    "FirstMembers",
    "Members",
    "ReviewCluster",
    "cosine_distance",
    "walk_order",
]

EDITS = "cluster_edits.jsonl"


class FirstClusters(StrEnum):
    """Which clusters come first."""

    LARGEST = "largest"
    AMBIGUOUS = "most ambiguous"


class FirstMembers(StrEnum):
    """Which members of a cluster come first."""

    CENTRE = "centre"
    EDGE = "edge"


@dataclass(frozen=True)
class ReviewCluster:
    """One cluster as it stands.

    Parameters
    ----------
    number : int
        From 1; as the column `cluster` of the object table until it was split or merged.
    members : int
    open : int
        Members that no person has labelled.
    ambiguity : float
        Mean over these; over all members where none is open.
    sent_back : bool
        It was left undecided.
    """

    number: int
    members: int
    open: int
    ambiguity: float
    sent_back: bool


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

    Reads whole columns and measures distances: call it off the GUI thread, from one thread at a time.

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
        self._log = EditLog(answers.path / EDITS, Partition.of(answers.cluster), writable=study.writable)

    @property
    def answers(self) -> Answers:
        """Whose clusters."""
        return self._answers

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
        distance = cosine_distance(np.asarray(self._answers.features[rows], np.float32))
        order = np.argsort(distance if first is FirstMembers.CENTRE else -distance, kind="stable")
        rows = rows[order]
        said = self._study.votes.hard()[rows]
        return Members(cluster, rows, said > 0, self._proposed(said[said > 0], rows[said == 0]))

    def merge(self, cluster: int, into: int) -> None:
        """Move all members of a cluster to another.

        Raises
        ------
        StudyError
            If one of them isn't there, or the study is open read-only.
        """
        self._add(Merge(cluster, into))

    def split(self, cluster: int, parts: int = 2, seed: int = 0) -> tuple[int, ...]:
        """Cluster the members of a cluster anew, by k-means on their features' directions.

        Parameters
        ----------
        cluster : int
        parts : int
            k.
        seed : int

        Returns
        -------
        tuple of int
            The parts' numbers; the largest keeps the cluster's own.

        Raises
        ------
        StudyError
            If it isn't there, has too few members that differ, or the study is open read-only.
        """
        partition = self.partition
        rows = partition.rows(cluster)
        directions = _directions(np.asarray(self._answers.features[rows], np.float32))
        different = len(np.unique(directions, axis=0))
        if not 2 <= parts <= min(different, np.iinfo(np.uint8).max):
            raise StudyError(
                f"Cluster {cluster} has {len(rows):,} members, {different:,} of them different: "
                f"it can't be split into {parts}."
            )
        self._add(Split(cluster, _parts(directions, parts, seed)))
        return (cluster, *range(partition.largest + 1, self.partition.largest + 1))

    def send_back(self, cluster: int) -> None:
        """Leave a cluster undecided: it comes last from now on.

        Raises
        ------
        StudyError
            If it isn't there, or the study is open read-only.
        """
        self._add(SendBack(cluster))

    def undo(self) -> ClusterEdit | None:
        """Take the last merge, split or sending back back; None if there is none.

        Raises
        ------
        StudyError
            If the study is open read-only.
        """
        self._study.require_writable()
        return self._log.undo()

    def _add(self, edit: ClusterEdit) -> None:
        self._study.require_writable()
        self._log.add(edit)

    def _still_open(self) -> NDArray[np.bool_]:
        return np.asarray(self._study.votes.hard() == 0)

    def _proposed(self, said: NDArray[np.uint16], left: NDArray[np.int64]) -> int:
        voices = said if len(said) else self._answers.values()[left]
        known = voices[np.isin(voices, self._study.classes.values)]
        return int(np.bincount(known).argmax()) if len(known) else 0


def walk_order(clusters: list[ReviewCluster], first: FirstClusters) -> tuple[ReviewCluster, ...]:
    """Sort clusters: those with open members, those sent back, the finished ones; each as wished for.

    Of clusters that are alike the lower number comes first.
    """

    def key(one: ReviewCluster) -> tuple[bool, bool, float, int]:
        weight = one.open if first is FirstClusters.LARGEST else one.ambiguity
        return one.open == 0, one.sent_back, -weight, one.number

    return tuple(sorted(clusters, key=key))


def cosine_distance(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance of each row to the mean of all: 1 − cos of the angle between them.

    Parameters
    ----------
    features : ndarray, shape (n, D)

    Returns
    -------
    ndarray of float32, shape (n,)
        In [0, 2]; 1 where a row, or the mean, is all zeros.
    """
    centre = _directions(features.mean(axis=0, keepdims=True))[0]
    return np.asarray(1 - _directions(features) @ centre, np.float32)


def _directions(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; rows of zeros stay."""
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.where(length > 0, length, 1), np.float32)


def _parts(directions: NDArray[np.float32], parts: int, seed: int) -> NDArray[np.uint8]:
    """Part of each row, the largest part being 0."""
    from sklearn.cluster import KMeans

    found = KMeans(parts, n_init=4, random_state=seed).fit_predict(directions)
    by_size = np.argsort(-np.bincount(found, minlength=parts), kind="stable")
    rank = np.empty(parts, np.uint8)
    rank[by_size] = np.arange(parts, dtype=np.uint8)
    part: NDArray[np.uint8] = rank[found]
    return part

"""Clusters as a person walks them: what is told of each, and which comes first."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["FirstClusters", "ReviewCluster", "walk_order"]


class FirstClusters(StrEnum):
    """Which clusters come first."""

    LARGEST = "largest"
    AMBIGUOUS = "most ambiguous"


@dataclass(frozen=True)
class ReviewCluster:
    """One cluster as it stands.

    Parameters
    ----------
    number : int
        From 1; as the column `cluster` of the object table.
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


def walk_order(clusters: list[ReviewCluster], first: FirstClusters) -> tuple[ReviewCluster, ...]:
    """Sort clusters: those with open members, those sent back, the finished ones; each as wished for.

    Of clusters that are alike the lower number comes first.
    """

    def key(one: ReviewCluster) -> tuple[bool, bool, float, int]:
        weight = one.open if first is FirstClusters.LARGEST else one.ambiguity
        return one.open == 0, one.sent_back, -weight, one.number

    return tuple(sorted(clusters, key=key))

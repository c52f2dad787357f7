"""What the window learns of a model's clusters, read off the GUI thread. No Qt."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from napari_fathom.events import Done, Event
from napari_fathom.study.cluster_order import FirstClusters, ReviewCluster
from napari_fathom.study.cluster_review import ClusterReview, FirstMembers, Members
from napari_fathom.viewer.mosaic.board import Board, board_of_rows, with_clusters

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy

__all__ = ["Choice", "ClusterLook", "look_at", "next_open"]

Choice = Callable[[Sequence[ReviewCluster]], int | None]
"""Says which of the clusters, in the order to walk them, to show; None: no one."""


@dataclass(frozen=True, eq=False)
class ClusterLook:
    """The clusters as they stand, and one of them.

    Parameters
    ----------
    review : ClusterReview
    clusters : tuple of ReviewCluster
        In the order to walk them.
    members : Members, optional
        Of the one to show; None if none is.
    board : Board, optional
        Its members, those to review first.
    """

    review: ClusterReview
    clusters: tuple[ReviewCluster, ...]
    members: Members | None = None
    board: Board | None = None


def look_at(
    study: "CollectionStudy",
    review: ClusterReview | None,
    choose: Choice | None,
    first_clusters: FirstClusters,
    first_members: FirstMembers,
    board: Board | None,
) -> Generator[Event[ClusterLook], None, None]:
    """Read the clusters, and the members of the one that is chosen.

    Parameters
    ----------
    study : CollectionStudy
    review : ClusterReview, optional
        Of the answer in force; made without it.
    choose : Choice, optional
    first_clusters, first_members
        The orders.
    board : Board, optional
        What is known of all objects; without it no members are laid out.

    Yields
    ------
    Done(ClusterLook)

    Raises
    ------
    StudyError
        If there are no clusters, or not the one that was chosen.
    """
    review = ClusterReview(study) if review is None else review
    clusters = review.clusters(first_clusters)
    number = None if choose is None else choose(clusters)
    if number is None or board is None:
        yield Done(ClusterLook(review, clusters))
        return
    members = review.members(number, first_members)
    groups = {
        f"cluster {number}: to review": members.open,
        f"cluster {number}: labelled by people": members.labelled,
    }
    board = with_clusters(board, review.partition.cluster)
    yield Done(ClusterLook(review, clusters, members, board_of_rows(board, groups)))


def next_open(clusters: Sequence[ReviewCluster], trail: Sequence[int]) -> int | None:
    """The first with open members that was not shown; once all were, the first but the current; else None.

    Parameters
    ----------
    clusters : sequence of ReviewCluster
        In the order to walk them.
    trail : sequence of int
        Numbers of those that were shown, the current one last.
    """
    still_open = [one.number for one in clusters if one.open]
    new = [number for number in still_open if number not in trail]
    others = [number for number in still_open if number not in trail[-1:]]
    return next(iter(new or others), None)

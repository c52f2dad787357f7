"""One edit of a model's clusters in a window's history. No Qt."""

from dataclasses import dataclass, replace

from napari_fathom.study.cluster_edits import ClusterEdit, Merge, SendBack, Split
from napari_fathom.study.cluster_review import ClusterReview

__all__ = ["ClusterDeed"]


@dataclass(frozen=True, eq=False)
class ClusterDeed:
    """A merge, split or sending back that was done, or taken back; a `Deed`.

    Parameters
    ----------
    review : ClusterReview
        Whose clusters.
    edit : ClusterEdit
    stands : bool
        It is done now; else it was taken back.
    """

    review: ClusterReview
    edit: ClusterEdit
    stands: bool = True

    @property
    def void(self) -> bool:
        """Whether another answer has come since, with other clusters."""
        return not self.review.in_force

    @property
    def cluster(self) -> int | None:
        """The cluster to look at now; None for the next one."""
        if self.stands and isinstance(self.edit, SendBack):
            return None
        return self.edit.into if self.stands and isinstance(self.edit, Merge) else self.edit.cluster

    @property
    def words(self) -> str:
        """What has happened, in a sentence."""
        if not self.stands:
            return "Taken back: the clusters are as before."
        return f"Cluster {self.edit.cluster} {_became(self.edit)}. Undo: Ctrl+Shift+U."

    def turn(self) -> "ClusterDeed":
        """Take the edit back, or do it again.

        Raises
        ------
        LabelError
            If the disk is full.
        """
        if self.stands:
            self.review.undo()
        else:
            self.review.edit(self.edit)
        return replace(self, stands=not self.stands)


def _became(edit: ClusterEdit) -> str:
    match edit:
        case Merge():
            return f"is now part of cluster {edit.into}"
        case Split():
            return f"is split into {int(edit.part.max()) + 1}"
        case SendBack():
            return "is left undecided and comes last"

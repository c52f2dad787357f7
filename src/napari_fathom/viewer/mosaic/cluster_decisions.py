"""What a person decides about the cluster in view: which members are right, and whether it is one kind."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from napari_fathom.study.page_search import PagedRows
from napari_fathom.viewer.mosaic.cluster_deed import ClusterDeed

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy
    from napari_fathom.study.cluster_edits import ClusterEdit
    from napari_fathom.study.cluster_review import ClusterReview
    from napari_fathom.viewer.mosaic.cluster_walk import ClusterWalk
    from napari_fathom.viewer.mosaic.history import Deed
    from napari_fathom.viewer.mosaic.voting import Voting

__all__ = ["ClusterDecisions"]


class ClusterDecisions(QObject):
    """Accepts members of the cluster that a walk shows, and edits clusters; all of it into one history.

    Parameters
    ----------
    study : CollectionStudy
    walk : ClusterWalk
        Shows what comes of it.
    voting : Voting, optional
        Whose votes and history; None where nothing may be written.
    """

    changed = Signal()
    """Something else can be decided: another page, or a search has ended."""

    def __init__(
        self,
        study: "CollectionStudy",
        walk: "ClusterWalk",
        voting: "Voting | None",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.search: PagedRows | None = None
        self._study, self._walk, self._voting = study, walk, voting
        self._editing = False
        walk.shown.connect(self._end_search)
        walk.changed.connect(self._follow_walk)
        if voting is not None:
            voting.history.done.connect(self._follow)

    @property
    def possible(self) -> bool:
        """A cluster is shown, and something may be done with it now; not while a search's votes are cast."""
        accepting = self.search is not None and self.search.search.found
        busy = self._walk.busy or self._editing or accepting
        return self._walk.cluster is not None and self._voting is not None and not busy

    def accept_all(self, value: int) -> None:
        """Give every open member the class."""
        if self._walk.members is not None and self.possible:
            self._accept(self._walk.members.rows, value, show=self.search is not None)

    def start_search(self, page_size: int) -> None:
        """Show the first page of the open members, to find how far they are all right."""
        if self._walk.members is None or not self.possible:
            return
        rows = self._still_open(self._walk.members.rows)
        if len(rows):
            self._look_for(PagedRows.begin(rows, page_size))

    def answer_page(self, matches: bool, value: int) -> None:
        """Say that all, or not all, of the page in view is right; what lies before the limit is accepted."""
        if self.search is None or not self.possible:
            return
        search = self.search.answered(matches)
        if not search.search.found:
            self._look_for(search)
        elif len(search.right):
            self.search = search
            self._accept(search.right, value, show=True)
            self.changed.emit()
        else:
            self._walk.show_current("Not even the first page is right: nothing was accepted.")

    def back(self) -> None:
        """Take the last page's answer back; without one, end the search, else show the former cluster."""
        if self.search is None:
            self._walk.back()
        elif self.search.former is not None:
            self._look_for(self.search.former)
        else:
            self._walk.show_current()

    def merge(self, into: int) -> None:
        """Put the cluster's members into another, and show that one."""
        self._edit(lambda review, number: review.merge(number, into))

    def split(self, parts: int) -> None:
        """Cluster the members anew, and show the largest part."""
        if self.possible:
            self._walk.told.emit("Clustering its members anew…")  # seconds, of a hundred thousand
        self._edit(lambda review, number: review.split(number, parts))

    def send_back(self) -> None:
        """Leave the cluster undecided until all others are done, and show the next."""
        self._edit(lambda review, number: review.send_back(number))

    def _edit(self, act: "Callable[[ClusterReview, int], ClusterEdit]") -> None:
        review, members, voting = self._walk.review, self._walk.members, self._voting
        if review is None or members is None or voting is None or not self.possible:
            return
        number = members.cluster
        self._editing = True
        job = voting.history.do("Editing clusters", lambda: ClusterDeed(review, act(review, number)), "")
        job.ended.connect(self._edited)
        self.changed.emit()

    def _edited(self) -> None:
        self._editing = False
        self.changed.emit()

    def _follow(self, deed: "Deed") -> None:
        """Show what was done, taken back or done again."""
        if not isinstance(deed, ClusterDeed):
            members = self._walk.members
            if self.search is None and members is not None and len(self._still_open(members.labelled)):
                self._walk.show_current()  # some whose labels were taken back stood below the others
            else:
                self._walk.recount()
        elif deed.cluster is None:
            self._walk.show_next(deed.words)
        else:
            self._walk.show(deed.cluster, deed.words)

    def _accept(self, rows: NDArray[np.int64], value: int, show: bool) -> None:
        """Vote for those that nobody has labelled in the meantime either; then show the cluster as it is."""
        members, left = self._walk.members, self._still_open(rows)
        if self._voting is None or members is None:
            return
        note = f"review of cluster {members.cluster}"
        job = self._voting.cast(left, value, proposed=members.proposed, note=note)
        if job is None:
            self._walk.show_current("People have labelled all of them already.")
        elif show:
            job.ended.connect(self._walk.show_current)

    def _still_open(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        left: NDArray[np.int64] = rows[self._study.votes.hard()[rows] == 0]
        return left

    def _look_for(self, search: PagedRows) -> None:
        self.search = search
        self._walk.show_page(search.shown, f"page {search.search.page + 1} of {search.search.pages}")
        self.changed.emit()

    def _end_search(self) -> None:
        self.search = None

    def _follow_walk(self) -> None:
        if self._walk.members is None:
            self.search = None
        self.changed.emit()

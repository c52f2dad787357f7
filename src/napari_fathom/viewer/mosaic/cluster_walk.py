"""The way through a model's clusters in one window: which is shown, what is accepted, what is edited."""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from napari_fathom.events import Done, Event
from napari_fathom.study.cluster_review import (
    ClusterReview,
    FirstClusters,
    FirstMembers,
    Members,
    ReviewCluster,
)
from napari_fathom.study.page_search import PageSearch
from napari_fathom.viewer.jobs_ui import failure_words
from napari_fathom.viewer.mosaic.board import Board, board_of_rows
from napari_fathom.viewer.mosaic.cluster_look import Choice, ClusterLook, look_at, next_open

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.mosaic.mosaic_view import MosaicView
    from napari_fathom.viewer.mosaic.voting import Voting
    from napari_fathom.viewer.worker import Worker

__all__ = ["ClusterWalk"]

DONE = "Every cluster is reviewed: people have labelled all that has an image."
LAST = "No other cluster has open members."


class ClusterWalk(QObject):
    """Shows one cluster after the other in the mosaic, and does with them what it is told.

    Parameters
    ----------
    study : CollectionStudy
    view : MosaicView
        Shows the members.
    voting : Voting, optional
        Casts the votes; None where nothing may be written.
    worker : Worker
        Does everything that reads features or writes, in order.
    """

    changed = Signal()
    """There is something else to show: another cluster, page, or number of open members."""
    shown = Signal()
    """Another cluster's members are in the mosaic."""
    told = Signal(str)
    """What has just happened, in a sentence."""

    def __init__(
        self,
        study: "CollectionStudy",
        view: "MosaicView",
        voting: "Voting | None",
        worker: "Worker",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.first_clusters, self.first_members = FirstClusters.LARGEST, FirstMembers.CENTRE
        self.page_size = 60
        self.clusters: tuple[ReviewCluster, ...] = ()
        self.members: Members | None = None
        self.search: PageSearch | None = None
        self.busy = False
        self._study, self._view, self._voting, self._worker = study, view, voting, worker
        self._review: ClusterReview | None = None
        self._board: Board | None = None
        self._trail: list[int] = []
        self._former_pages: list[PageSearch] = []
        self._searched: NDArray[np.int64] = np.zeros(0, np.int64)
        self._show_when_cast = False
        self._edits: list[int] = []  # how many votes could be taken back when each edit was made
        view.arranged.connect(self._other_board)
        if voting is not None:
            voting.changed.connect(self._recount)

    @property
    def cluster(self) -> ReviewCluster | None:
        """The cluster in the mosaic; None while it shows something else."""
        number = None if self.members is None else self.members.cluster
        return next((one for one in self.clusters if one.number == number), None)

    @property
    def can_write(self) -> bool:
        """A cluster is shown, and something may be done with it now; not while a search's votes are cast."""
        accepting = self.search is not None and self.search.found
        return self.cluster is not None and self._voting is not None and not self.busy and not accepting

    @property
    def can_undo_edit(self) -> bool:
        """The last thing done in this window was an edit of clusters."""
        return bool(self._edits) and self._voting is not None and self._voting.depth <= self._edits[-1]

    def load(self) -> None:
        """Read the clusters of the answer in force; the mosaic stays as it is."""
        self._review, self.members, self.search = None, None, None
        self._trail.clear()
        self._edits.clear()
        self._ask("Looking at the clusters", None)

    def reorder(self, clusters: FirstClusters, members: FirstMembers) -> None:
        """Walk in another order from now on."""
        self.first_clusters = clusters
        if members is self.first_members:
            self._recount()
            return
        self.first_members = members
        if self.members is not None:
            self._show_current()

    def next(self) -> None:
        """Show the next cluster that was not shown yet; the last one again if it has left the mosaic."""
        trail = tuple(self._trail)
        if self.members is None and trail:
            self._show(lambda review: trail[-1])
        else:
            self._show(lambda review: next_open(review.clusters(self.first_clusters), trail))

    def back(self) -> None:
        """Take the last page's answer back; without one, end the search, else show the former cluster."""
        if self.search is not None:
            if self._former_pages:
                self.search = self._former_pages.pop()
                self._show_page()
            else:
                self._show_current()
        elif len(self._trail) > 1:
            self._trail.pop()
            former = self._trail.pop()
            self._show(lambda review: former)

    def accept_all(self, value: int) -> None:
        """Give every open member the class."""
        if self.members is not None and self.can_write:
            self._accept(self.members.rows, value, show=self.search is not None)

    def start_search(self) -> None:
        """Show the first page of the open members, to find how far they are all right."""
        if self.members is None or not self.can_write:
            return
        self._searched = self._still_open(self.members.rows)
        if len(self._searched):
            self._former_pages.clear()
            self.search = PageSearch(-(-len(self._searched) // self.page_size))
            self._show_page()

    def answer_page(self, matches: bool, value: int) -> None:
        """Say that all, or not all, of the page in view is right; what lies before the limit is accepted."""
        if self.search is None or not self.can_write:
            return
        self._former_pages.append(self.search)
        self.search = self.search.matches() if matches else self.search.is_wrong()
        if not self.search.found:
            self._show_page()
            return
        upto = self._searched[: self.search.matching * self.page_size]
        if len(upto):
            self._accept(upto, value, show=True)
            self.changed.emit()
        else:
            self._show_current("Not even the first page is right: nothing was accepted.")

    def merge(self, into: int) -> None:
        """Put the cluster's members into another, and show that one."""

        def merged(review: ClusterReview, number: int) -> int:
            review.merge(number, into)
            return into

        self._edit(merged, f"is now part of cluster {into}")

    def split(self, parts: int) -> None:
        """Cluster the members anew, and show the largest part."""
        if self.can_write:
            self.told.emit("Clustering its members anew…")  # seconds, of a hundred thousand
        self._edit(lambda review, number: review.split(number, parts).cluster, f"is split into {parts}")

    def send_back(self) -> None:
        """Leave the cluster undecided until all others are done, and show the next."""
        trail = tuple(self._trail)

        def sent(review: ClusterReview, number: int) -> int | None:
            review.send_back(number)
            return next_open(review.clusters(self.first_clusters), trail)

        self._edit(sent, "is left undecided and comes last")

    def undo_edit(self) -> bool:
        """Take the last edit of clusters back if nothing was labelled since; False if there is none."""
        if not self.can_undo_edit:
            return False
        if self.busy:
            return True  # pressed twice: the labels before it must not go instead
        self._edits.pop()

        def undone(review: ClusterReview) -> int | None:
            edit = review.undo()
            return None if edit is None else edit.cluster

        self._show(undone, "Taken back: the clusters are as before.")
        return True

    def _edit(self, act: Callable[[ClusterReview, int], int | None], became: str) -> None:
        if self.members is None or self._voting is None or not self.can_write:
            return
        number, voting = self.members.cluster, self._voting
        self._show(
            lambda review: act(review, number),
            f"Cluster {number} {became}. Undo: Ctrl+Shift+U.",
            lambda: self._edits.append(voting.depth),
        )

    def _accept(self, rows: NDArray[np.int64], value: int, show: bool) -> None:
        """Vote for those that nobody has labelled in the meantime either; then show the cluster as it is."""
        if self._voting is None or self.members is None:
            return
        left = self._still_open(rows)
        if not len(left):
            self._show_current("People have labelled all of them already.")
            return
        self._show_when_cast = show
        self._voting.cast(
            left, value, proposed=self.members.proposed, note=f"review of cluster {self.members.cluster}"
        )

    def _still_open(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        left: NDArray[np.int64] = rows[self._study.votes.hard()[rows] == 0]
        return left

    def _show_current(self, words: str = "") -> None:
        if self._trail:
            number = self._trail[-1]
            self._show(lambda review: number, words)

    def _show(self, choose: Choice, words: str = "", done: Callable[[], None] | None = None) -> None:
        if not self.busy and self._view.board is not None:
            self.search = None
            self._ask("Looking at a cluster", choose, words, done)

    def _recount(self) -> None:
        """Count what is open after a vote; tiles move only where a page of a search was accepted."""
        if self._review is None:
            return
        if self._show_when_cast:
            self._show_when_cast = False
            self._show_current()
            return
        review, first = self._review, self.first_clusters

        def make(stop: object) -> "Generator[Event[tuple[ReviewCluster, ...]], None, None]":
            yield Done(review.clusters(first))

        job = self._worker.submit("Counting", make, owner=self._study)
        job.finished.connect(self._counted)

    def _counted(self, clusters: tuple[ReviewCluster, ...]) -> None:
        self.clusters = clusters
        self.changed.emit()

    def _ask(
        self, title: str, choose: Choice | None, words: str = "", done: Callable[[], None] | None = None
    ) -> None:
        study, review, board = self._study, self._review, self._view.board
        clusters, members = self.first_clusters, self.first_members
        job = self._worker.submit(
            title, lambda stop: look_at(study, review, choose, clusters, members, board), owner=study
        )
        self.busy = True

        def finished(look: ClusterLook) -> None:
            self.busy = False
            if done is not None:
                done()
            self._take(look, words or (LAST if choose is not None and look.members is None else ""))

        job.finished.connect(finished)
        job.failed.connect(self._failed)
        job.ended.connect(self._ended)
        self.changed.emit()

    def _take(self, look: ClusterLook, words: str) -> None:
        for note in () if self._review is look.review else look.review.notes:
            self.told.emit(note)
        self._review, self.clusters = look.review, look.clusters
        if look.members is not None and look.board is not None:
            if not self._trail or self._trail[-1] != look.members.cluster:
                self._trail.append(look.members.cluster)
            self._lay(look.board, look.members)
            self.shown.emit()
        if not any(one.open for one in self.clusters):
            self.told.emit(DONE)
        elif words:
            self.told.emit(words)
        self.changed.emit()

    def _show_page(self) -> None:
        board, search, members = self._view.board, self.search, self.members
        if board is None or search is None or members is None:
            return
        rows = self._searched[search.page * self.page_size :][: self.page_size]
        heading = f"cluster {members.cluster}: page {search.page + 1} of {search.pages}"
        self._lay(board_of_rows(board, {heading: rows}), members)
        self.changed.emit()

    def _lay(self, board: Board, members: Members) -> None:
        self._board = board  # before it is shown: others' boards end the look at a cluster
        self.members = members
        self._view.show(board)

    def _other_board(self, board: Board) -> None:
        if board is not self._board:
            self.members = self.search = None
            self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.told.emit(failure_words(error))

    def _ended(self) -> None:
        self.busy = False
        self.changed.emit()

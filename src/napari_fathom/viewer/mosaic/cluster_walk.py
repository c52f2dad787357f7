"""The way through a model's clusters in one window: which were shown, which is, which comes next."""

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from napari_fathom.events import Done, Event
from napari_fathom.study.cluster_order import FirstClusters, ReviewCluster
from napari_fathom.study.cluster_review import ClusterReview, FirstMembers, Members
from napari_fathom.viewer.jobs_ui import failure_words
from napari_fathom.viewer.mosaic.board import Board, board_of_rows
from napari_fathom.viewer.mosaic.cluster_look import Choice, ClusterLook, look_at, next_open

if TYPE_CHECKING:
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.mosaic.mosaic_view import MosaicView
    from napari_fathom.viewer.worker import Worker

__all__ = ["ClusterWalk"]

DONE = "Every cluster is reviewed: people have labelled all that has an image."
LAST = "No other cluster has open members."


class ClusterWalk(QObject):
    """Shows one cluster after the other in the mosaic; decides and writes nothing.

    Parameters
    ----------
    study : CollectionStudy
    view : MosaicView
        Shows the members.
    worker : Worker
        Does everything that reads features or votes.
    """

    changed = Signal()
    """There is something else to tell: another cluster, or number of open members."""
    shown = Signal()
    """A cluster's members are in the mosaic."""
    told = Signal(str)
    """What has just happened, in a sentence."""

    def __init__(
        self, study: "CollectionStudy", view: "MosaicView", worker: "Worker", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.first_clusters, self.first_members = FirstClusters.LARGEST, FirstMembers.CENTRE
        self.clusters: tuple[ReviewCluster, ...] = ()
        self.members: Members | None = None
        self.review: ClusterReview | None = None
        self._study, self._view, self._worker = study, view, worker
        self._board: Board | None = None
        self._trail: list[int] = []
        self._looks = 0  # on their way
        view.arranged.connect(self._other_board)

    @property
    def busy(self) -> bool:
        """A cluster is being looked at, and will be shown."""
        return self._looks > 0

    @property
    def cluster(self) -> ReviewCluster | None:
        """The cluster in the mosaic; None while it shows something else."""
        number = None if self.members is None else self.members.cluster
        return next((one for one in self.clusters if one.number == number), None)

    def load(self) -> None:
        """Read the clusters of the answer in force; the mosaic stays as it is."""
        if self.review is not None and not self.review.in_force:
            self.review = None
        self.clusters, self.members = (), None
        self._trail.clear()
        self.told.emit("")  # what was said is of the former answer, or that there was none
        self._ask("Looking at the clusters", None)

    def reorder(self, clusters: FirstClusters, members: FirstMembers) -> None:
        """Walk in another order from now on."""
        self.first_clusters = clusters
        if members is self.first_members:
            self.recount()
            return
        self.first_members = members
        if self.members is not None:
            self.show_current()

    def next(self) -> None:
        """Show the next cluster that was not shown yet; the last one again if it has left the mosaic."""
        if self.members is None and self._trail:
            self.show_current()
        elif not self.busy:
            self.show_next()

    def back(self) -> None:
        """Show the cluster before this one."""
        if len(self._trail) > 1 and not self.busy:
            self._trail.pop()
            self.show(self._trail.pop())

    def show_current(self, words: str = "") -> None:
        """Show the cluster in view as it is now, and tell something."""
        if self._trail and not self.busy:
            self.show(self._trail[-1], words)

    def show(self, number: int, words: str = "") -> None:
        """Show a cluster, and tell something."""
        self._ask("Looking at a cluster", lambda clusters: number, words)

    def show_next(self, words: str = "") -> None:
        """Show the next cluster, and tell something."""
        trail = tuple(self._trail)
        self._ask("Looking at a cluster", lambda clusters: next_open(clusters, trail), words)

    def show_page(self, rows: NDArray[np.int64], words: str) -> None:
        """Show some of the members alone, under a heading."""
        board, members = self._view.board, self.members
        if board is not None and members is not None:
            self._lay(board_of_rows(board, {f"cluster {members.cluster}: {words}": rows}), members)
            self.changed.emit()

    def recount(self) -> None:
        """Count what is open, without moving a tile."""
        review, first = self.review, self.first_clusters
        if review is None:
            return

        def make(stop: object) -> Generator[Event[tuple[ReviewCluster, ...]], None, None]:
            yield Done(review.clusters(first))

        self._worker.submit("Counting", make, owner=self._study).finished.connect(self._counted)

    def _counted(self, clusters: tuple[ReviewCluster, ...]) -> None:
        self.clusters = clusters
        self.changed.emit()

    def _ask(self, title: str, choose: Choice | None, words: str = "") -> None:
        study, review, board = self._study, self.review, self._view.board
        clusters, members = self.first_clusters, self.first_members
        job = self._worker.submit(
            title, lambda stop: look_at(study, review, choose, clusters, members, board), owner=study
        )
        self._looks += 1

        def finished(look: ClusterLook) -> None:
            self._take(look, words or (LAST if choose is not None and look.members is None else ""))

        job.finished.connect(finished)
        job.failed.connect(lambda error: self.told.emit(failure_words(error)))
        job.ended.connect(self._ended)
        self.changed.emit()

    def _take(self, look: ClusterLook, words: str) -> None:
        for note in () if self.review is look.review else look.review.notes:
            self.told.emit(note)
        self.review, self.clusters = look.review, look.clusters
        if look.members is not None and look.board is not None:
            if not self._trail or self._trail[-1] != look.members.cluster:
                self._trail.append(look.members.cluster)
            self._lay(look.board, look.members)
            self.shown.emit()
        if not any(one.open for one in self.clusters):
            self.told.emit(DONE)
        elif words:
            self.told.emit(words)

    def _lay(self, board: Board, members: Members) -> None:
        self._board = board  # before it is shown: others' boards end the look at a cluster
        self.members = members
        self._view.show(board)

    def _other_board(self, board: Board) -> None:
        if board is not self._board:
            self.members = None
            self.changed.emit()

    def _ended(self) -> None:
        self._looks -= 1
        self.changed.emit()

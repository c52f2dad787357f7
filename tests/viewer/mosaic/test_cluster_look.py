"""Which cluster comes next, and a board made for exactly some rows."""

import numpy as np
import pandas as pd

from napari_fathom.plankton.mosaic import arrange
from napari_fathom.study.cluster_order import ReviewCluster
from napari_fathom.viewer.mosaic.board import Board, Wish, board_of_rows
from napari_fathom.viewer.mosaic.cluster_look import next_open


def clusters(**still_open: int) -> list[ReviewCluster]:
    return [ReviewCluster(int(name[1:]), 9, count, 0.5, False) for name, count in still_open.items()]


def test_the_first_that_was_not_shown_comes_next() -> None:
    assert next_open(clusters(c5=4, c2=3, c7=1), []) == 5
    assert next_open(clusters(c5=4, c2=3, c7=1), [5]) == 2


def test_finished_clusters_are_not_walked() -> None:
    assert next_open(clusters(c2=3, c7=1, c5=0), [2]) == 7
    assert next_open(clusters(c2=0), []) is None


def test_once_all_were_shown_it_begins_again_but_not_with_the_current() -> None:
    assert next_open(clusters(c5=4, c2=3), [5, 2]) == 5
    assert next_open(clusters(c5=4, c2=3), [2, 5]) == 2
    assert next_open(clusters(c5=4), [5]) is None


def test_a_board_of_rows_shows_these_alone_in_this_order() -> None:
    objects = pd.DataFrame({"object_id": list("abcdef")})
    board = Board(objects, (np.zeros((6, 8, 8), np.uint8),), arrange(objects), Wish())
    rows = board_of_rows(
        board, {"open": np.array([4, 1]), "none": np.zeros(0, np.int64), "said": np.array([3])}
    )
    assert rows.arrangement.order.tolist() == [4, 1, 3]
    assert rows.arrangement.groups == ("open", "said")
    assert rows.arrangement.counts.tolist() == [2, 1]
    assert rows.arrangement.position.tolist() == [-1, 1, -1, 2, 0, -1]
    assert rows.objects is objects

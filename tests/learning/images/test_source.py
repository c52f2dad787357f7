"""Images and labels as arrays, and the pixels that are kept in memory."""

import numpy as np
import pytest
from tests.learning.images.shapes import collection

from napari_fathom.errors import Cancelled
from napari_fathom.learning.images.source import ArrayImages, CachedImages, ImageLabels

IMAGES, TRUTH = collection(4)


class Counting:
    """An image set that counts what is read of it."""

    def __init__(self) -> None:
        self.reads: list[int] = []
        self.side, self.measures = IMAGES.side, IMAGES.measures

    def __len__(self) -> int:
        return len(IMAGES)

    def read(self, rows: np.ndarray) -> np.ndarray:
        self.reads.append(len(rows))
        return IMAGES.read(rows)


def test_reads_rows_in_the_order_asked() -> None:
    rows = np.array([5, 0, 5])
    assert np.array_equal(IMAGES.read(rows), IMAGES.pixels[[5, 0, 5]])
    assert (len(IMAGES), IMAGES.side) == (16, 24)


def test_small_collections_are_read_once() -> None:
    source = Counting()
    cached = CachedImages(source)
    cached.load(lambda: None)
    cached.load(lambda: None)
    assert np.array_equal(cached.read(np.array([3, 1])), IMAGES.pixels[[3, 1]])
    assert source.reads == [16]


def test_large_ones_are_read_as_they_are_drawn() -> None:
    source = Counting()
    cached = CachedImages(source, most_bytes=1000)
    cached.load(lambda: None)
    assert source.reads == []
    assert np.array_equal(cached.read(np.array([3, 1])), IMAGES.pixels[[3, 1]])


def test_stop_is_heard_while_reading() -> None:
    def stopped() -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        CachedImages(IMAGES).load(stopped)


def test_labels_without_groups_are_groups_of_one() -> None:
    labels = ImageLabels(np.array([0, 2, 2, 1]))
    assert labels.groups.tolist() == [0, 1, 2, 3]
    assert labels.counts() == {1: 1, 2: 2}


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(N, side, side\)"):
        ArrayImages(np.zeros((2, 4, 5), np.uint8))
    with pytest.raises(ValueError, match="1 rows of measures for 2 images"):
        ArrayImages(np.zeros((2, 4, 4), np.uint8), np.zeros((1, 3), np.float32))
    with pytest.raises(ValueError, match="groups"):
        ImageLabels(np.zeros(3, int), np.zeros(2, int))
    with pytest.raises(ValueError, match="from 0 on"):
        ImageLabels(np.array([-1]))


@pytest.mark.parametrize(
    ("soft", "message"),
    [
        (np.ones((2, 2), np.float32), "soft labels for 3 targets up to 2"),
        (np.ones((3, 1), np.float32), "soft labels for 3 targets up to 2"),
        (np.full((3, 2), 0.4, np.float32), "add up to 1"),
        (np.float32([[0, 0], [2, -1], [1, 0]]), "add up to 1"),
    ],
)
def test_soft_labels_that_are_no_shares_are_refused(soft: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ImageLabels(np.array([0, 1, 2]), soft=soft)


def test_soft_labels_say_nothing_of_an_image_without_a_target() -> None:
    assert ImageLabels(np.array([0, 2]), soft=np.float32([[0, 0], [0.5, 0.5]])).counts() == {2: 1}

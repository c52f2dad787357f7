"""The expert's strokes: right, within regions, in about equal parts, to the cell."""

import numpy as np
import pytest

from napari_fathom.echogram.simulate import SimulationSettings, simulate
from napari_fathom.echogram.simulate_paint import paint


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    return simulate(SimulationSettings(pings=2048, seed=4)).truth


@pytest.mark.parametrize("share", [0.001, 0.01, 0.05])
def test_the_share_is_met_to_the_cell_and_every_label_is_true(truth: np.ndarray, share: float) -> None:
    painting = paint(truth, share, seed=0)
    painted = painting.labels > 0
    assert painted.sum() == round(share * truth.size)
    assert painting.share == pytest.approx(share, rel=1e-3)
    np.testing.assert_array_equal(painting.labels[painted], truth[painted])
    np.testing.assert_array_equal(painting.strokes > 0, painted)


def test_classes_get_equal_parts_while_they_can(truth: np.ndarray) -> None:
    few = np.bincount(paint(truth, 0.001, seed=0).labels.ravel())[1:]
    assert few.max() - few.min() <= 2
    many = np.bincount(paint(truth, 0.05, seed=0).labels.ravel())[1:]
    fish = np.bincount(truth.ravel())[2:]
    assert (many[1:] <= 0.6 * fish + 1).all()


def test_a_stroke_is_of_one_class_and_no_longer_than_a_stroke(truth: np.ndarray) -> None:
    painting = paint(truth, 0.002, seed=1)
    assert painting.strokes.max() >= 9
    for stroke in range(1, int(painting.strokes.max()) + 1):
        rows, columns = np.nonzero(painting.strokes == stroke)
        assert len(np.unique(painting.labels[rows, columns])) == 1
        assert np.ptp(columns) <= 24 + 3
        assert rows.size <= 24 * 9


def test_equal_seeds_paint_alike(truth: np.ndarray) -> None:
    np.testing.assert_array_equal(paint(truth, 0.001, seed=2).strokes, paint(truth, 0.001, seed=2).strokes)
    assert not np.array_equal(paint(truth, 0.001, seed=2).labels, paint(truth, 0.001, seed=3).labels)


@pytest.mark.parametrize(("share", "words"), [(0.0, "between 0 and 1"), (0.9999, "more than")])
def test_what_can_not_be_painted_is_refused(truth: np.ndarray, share: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        paint(truth, share, seed=0)

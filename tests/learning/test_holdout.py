"""Whole strokes are held out, in their share of each class, and never too many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fathom.learning.field import ArrayLabels
from napari_fathom.learning.holdout import HeldOut, hold_out


def strokes_of(sizes: dict[int, list[int]], width: int = 200) -> ArrayLabels:
    """One row for each stroke, of the given lengths, class by class."""
    rows = [(value, size) for value, each in sizes.items() for size in each]
    values = np.zeros((2 * len(rows), width), np.uint8)
    for row, (value, size) in enumerate(rows):
        values[2 * row, 3 : 3 + size] = value
    return ArrayLabels(values, block=64)


def mask(labels: ArrayLabels, held_out: HeldOut) -> np.ndarray:
    whole = (0, labels.shape[0], 0, labels.shape[1])
    return held_out.mask(labels.values, labels.strokes, whole)


def test_strokes_are_held_out_whole() -> None:
    labels = strokes_of({1: [10] * 8, 2: [20] * 6})
    held = mask(labels, hold_out(labels, 0.25, seed=0, block=64))
    for stroke in np.unique(labels.strokes[labels.strokes > 0]):
        assert held[labels.strokes == stroke].all() or not held[labels.strokes == stroke].any()


@given(
    st.dictionaries(st.integers(1, 4), st.lists(st.integers(1, 60), min_size=1, max_size=6), min_size=1),
    st.sampled_from([0.0, 0.1, 0.3, 0.5]),
    st.integers(0, 5),
)
@settings(deadline=None, max_examples=40)
def test_every_class_keeps_at_least_half_of_its_pixels(
    sizes: dict[int, list[int]], share: float, seed: int
) -> None:
    labels = strokes_of(sizes)
    held_out = hold_out(labels, share, seed=seed, block=16)
    held = mask(labels, held_out)
    assert not held[labels.values == 0].any()
    for value in sizes:
        of_class = labels.values == value
        assert 2 * held[of_class].sum() <= of_class.sum()
        assert held[of_class].sum() == held_out.pixels.get(value, 0)


def test_about_the_asked_share_is_held_out_where_strokes_are_many() -> None:
    labels = strokes_of({1: [10] * 40, 2: [5] * 40})
    held_out = hold_out(labels, 0.2, seed=3, block=64)
    assert held_out.pixels == {1: 80, 2: 40}


def test_a_single_small_stroke_is_kept_for_training() -> None:
    labels = strokes_of({1: [10], 2: [10] * 5})
    assert 1 not in hold_out(labels, 0.3, seed=0, block=64).pixels


def test_imported_labels_of_one_huge_stroke_are_cut_into_blocks() -> None:
    values = np.ones((64, 256), np.uint8)
    values[20:40] = 2
    labels = ArrayLabels(values, np.ones(values.shape, np.uint32), block=64)
    held_out = hold_out(labels, 0.25, seed=0, block=32)
    held = mask(labels, held_out)
    assert set(held_out.pixels) == {1, 2}
    for row in range(0, 64, 32):
        for column in range(0, 256, 32):
            for value in (1, 2):
                place = np.s_[row : row + 32, column : column + 32]
                block = held[place][values[place] == value]
                assert block.all() or not block.any()


def test_the_mask_of_a_part_is_the_part_of_the_mask() -> None:
    labels = strokes_of({1: [60] * 8, 2: [20] * 6})
    held_out = hold_out(labels, 0.25, seed=0, block=16)
    box = (3, 17, 5, 90)
    part = held_out.mask(labels.read(box), labels.read_strokes(box), box)
    np.testing.assert_array_equal(part, mask(labels, held_out)[3:17, 5:90])


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_same_seed_same_strokes(share: float) -> None:
    labels = strokes_of({1: [10] * 8, 2: [20] * 6})
    one, other = (hold_out(labels, share, seed=4, block=64) for _ in range(2))
    np.testing.assert_array_equal(one.chosen, other.chosen)
    assert bool(len(one.chosen)) == bool(share)


def test_cells_are_those_of_the_grid_with_held_out_pixels() -> None:
    labels = strokes_of({1: [60] * 8, 2: [20] * 6})
    held_out = hold_out(labels, 0.25, seed=0, block=16)
    held = mask(labels, held_out)
    rows, columns = np.nonzero(held)
    expected = sorted(
        {(row // 16 * 16, column // 16 * 16) for row, column in zip(rows, columns, strict=True)}
    )
    assert [(cell[0], cell[2]) for cell in held_out.cells] == expected
    assert all(cell[1] - cell[0] == cell[3] - cell[2] == 16 for cell in held_out.cells)

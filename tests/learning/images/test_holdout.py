"""Which labels are kept out: whole groups, of every class its share, never what a class can't spare."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.learning.images.holdout import conflicting_groups, hold_out_images
from napari_fathom.learning.images.source import ImageLabels


@pytest.mark.parametrize(("labels", "held"), [(1, 0), (2, 0), (4, 0), (5, 1), (10, 2), (25, 5)])
def test_a_fifth_is_held_out_rounded_down(labels: int, held: int) -> None:
    target = np.repeat([0, 1, 2], [50, labels, labels])
    mask = hold_out_images(ImageLabels(target), 0.2, seed=0)
    assert [int(mask[target == value].sum()) for value in range(3)] == [0, held, held]


def test_the_choice_is_random_and_repeatable() -> None:
    labels = ImageLabels(np.repeat([1, 2], 50))
    one, again, other = (hold_out_images(labels, 0.2, seed) for seed in (0, 0, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_unlabelled_twins_of_a_held_out_image_are_held_out_too() -> None:
    target = np.array([1, 1, 2, 2] + [0] * 4)
    group = np.array([0, 1, 2, 3, 0, 1, 2, 3])
    mask = hold_out_images(ImageLabels(target, group), 0.5, seed=0)
    assert mask[:4].sum() == 2
    assert np.array_equal(mask[:4], mask[4:])


def test_twins_with_two_labels_are_told() -> None:
    labels = ImageLabels(np.array([1, 2, 1, 1, 0, 2]), np.array([0, 0, 1, 1, 2, 2]))
    assert conflicting_groups(labels) == 1


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), min_size=1, max_size=60),
    st.floats(0, 0.5),
    st.integers(0, 3),
)
def test_no_group_is_split_and_every_class_keeps_half(
    items: list[tuple[int, int]], share: float, seed: int
) -> None:
    target, group = np.array(items).T
    held = hold_out_images(ImageLabels(target, group), share, seed)
    for number in np.unique(group):
        assert np.unique(held[group == number]).size == 1
    for value in np.unique(target[target > 0]):
        own = target == value
        assert 2 * held[own].sum() <= own.sum()

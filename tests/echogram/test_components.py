import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from napari_fathom.echogram.components import Component, stream_components

LABELS = hnp.arrays(np.uint8, st.tuples(st.integers(1, 8), st.integers(1, 40)), elements=st.integers(0, 2))


def streamed(
    labels: np.ndarray, *, slab: int, longest: int, values: tuple[int, ...] = (1, 2)
) -> list[Component]:
    slabs = stream_components(
        lambda box: labels[box[0] : box[1], box[2] : box[3]],
        labels.shape,
        values,
        slab_pings=slab,
        longest_pings=longest,
    )
    return [part for slab in slabs for part in slab.components]


def drawn(parts: list[Component], shape: tuple[int, int]) -> np.ndarray:
    sheet = np.zeros(shape, np.uint8)
    for part in parts:
        top, bottom, left, right = part.box
        there = sheet[top:bottom, left:right]
        assert not there[part.mask].any(), "two patches share a cell"
        there[part.mask] = part.value
    return sheet


@given(LABELS, st.integers(1, 12))
def test_patches_are_the_same_however_the_survey_is_read(labels: np.ndarray, slab: int) -> None:
    parts = streamed(labels, slab=slab, longest=1000)

    whole = sum(ndimage.label(labels == value)[1] for value in (1, 2))
    assert len(parts) == whole
    assert np.array_equal(drawn(parts, labels.shape), labels)


@given(LABELS, st.integers(1, 12), st.integers(1, 12))
def test_no_cell_is_lost_where_long_patches_are_cut(labels: np.ndarray, slab: int, longest: int) -> None:
    parts = streamed(labels, slab=slab, longest=longest)

    assert np.array_equal(drawn(parts, labels.shape), labels)


def test_a_layer_along_the_whole_survey_is_cut_so_that_memory_stays_bounded() -> None:
    labels = np.ones((2, 1000), np.uint8)

    parts = streamed(labels, slab=10, longest=50)

    assert [part.box[2:] for part in parts] == [(left, left + 50) for left in range(0, 1000, 50)]


def test_classes_not_asked_for_are_left_out() -> None:
    labels = np.array([[1, 0, 2]], np.uint8)

    assert [part.value for part in streamed(labels, slab=2, longest=9, values=(2,))] == [2]


def test_cells_that_touch_at_corners_are_two_patches() -> None:
    assert len(streamed(np.eye(2, dtype=np.uint8), slab=5, longest=9)) == 2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from napari_fathom.viewer.paint_diff import difference


@given(st.data())
def test_the_change_turns_the_saved_copy_into_the_present_and_is_as_small_as_can_be(
    data: st.DataObject,
) -> None:
    shape = data.draw(st.tuples(st.integers(1, 150), st.integers(1, 20)))
    saved = data.draw(arrays(np.uint8, shape, elements=st.integers(0, 2), fill=st.just(0)))
    now = data.draw(arrays(np.uint8, shape, elements=st.integers(0, 2), fill=st.just(0)))
    change = difference(saved, now)
    if change is None:
        np.testing.assert_array_equal(saved, now)
        return
    top, bottom, left, right = change.box
    rows, columns = np.nonzero(saved != now)
    assert change.box == (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1)
    saved[top:bottom, left:right][change.mask] = change.values[change.mask]
    np.testing.assert_array_equal(saved, now)


def test_a_change_is_a_copy_that_later_strokes_leave_alone() -> None:
    now = np.zeros((4, 4), np.uint8)
    now[1, 1] = 2
    change = difference(np.zeros((4, 4), np.uint8), now)
    assert change is not None
    now[1, 1] = 3
    assert change.values[0, 0] == 2
    assert change.moved(10, 100).box == (11, 12, 101, 102)


def test_windows_of_different_size_are_refused() -> None:
    with pytest.raises(ValueError, match="can't be compared"):
        difference(np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8))

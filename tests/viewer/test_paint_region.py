import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.events import Box
from napari_fathom.viewer.paint_region import LONGEST_SIDE, MOST_CELLS, contains, paint_box, paintable


@st.composite
def surveys_and_views(draw: st.DrawFn) -> tuple[tuple[int, int], Box]:
    rows, pings = draw(st.integers(1, 40_000)), draw(st.integers(1, 2_000_000))
    top, left = draw(st.integers(0, rows - 1)), draw(st.integers(0, pings - 1))
    bottom = draw(st.integers(top + 1, min(rows, top + LONGEST_SIDE)))
    right = draw(
        st.integers(left + 1, min(pings, left + max(1, min(LONGEST_SIDE, MOST_CELLS // (bottom - top)))))
    )
    return (rows, pings), (top, bottom, left, right)


@given(surveys_and_views())
def test_the_window_covers_the_view_within_the_survey_and_the_budget(
    case: tuple[tuple[int, int], Box],
) -> None:
    shape, view = case
    box = paint_box(view, shape)
    assert contains(box, view)
    assert contains((0, shape[0], 0, shape[1]), box)
    assert paintable(box)


def test_the_window_reaches_beyond_a_small_view_so_that_small_pans_need_no_reload() -> None:
    box = paint_box((100, 400, 10_000, 11_000), (500, 1_000_000))
    assert box == (0, 500, 9472, 11584)


@given(st.integers(100_000, 900_000))
def test_a_view_that_only_moves_has_windows_of_one_size(left: int) -> None:
    _, _, first, last = paint_box((0, 500, left, left + 1000), (500, 1_000_000))
    assert last - first == 2112


@pytest.mark.parametrize(
    "view", [(0, 0, 0, 10), (0, 10, 5, 5), (0, 100, 0, LONGEST_SIDE + 1), (0, 5000, 0, 5000)]
)
def test_nothing_and_too_much_can_not_be_painted(view: Box) -> None:
    assert not paintable(view)
    with pytest.raises(ValueError, match="no paint window"):
        paint_box(view, (20_000, 20_000))

"""Where the tiles of a mosaic lie, against painting them one by one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fathom.plankton.mosaic import Arrangement, arrange
from napari_fathom.plankton.mosaic_layout import MosaicLayout, TileSize, columns_for_width, columns_that_fit

sizes = st.builds(TileSize, side=st.integers(1, 5), gap=st.integers(0, 2), heading=st.integers(0, 3))
groups = st.lists(st.integers(0, 3), max_size=25)


def layout_of(groups: list[int], columns: int, size: TileSize) -> MosaicLayout:
    table = pd.DataFrame({"group": np.array(groups, int)})
    return MosaicLayout(arrange(table, group_by="group"), columns, size)


def painted(layout: MosaicLayout) -> np.ndarray:
    """Draw every tile where `corners` says, with its row as the value."""
    canvas = np.full(layout.shape, -1)
    for row in layout.arrangement.order:
        y, x = layout.corners([row])[0]
        tile = canvas[y : y + layout.size.side, x : x + layout.size.side]
        assert tile.shape == (layout.size.side, layout.size.side)
        assert (tile == -1).all()
        tile[...] = row
    return canvas


@given(groups, st.integers(1, 6), sizes)
def test_every_point_of_the_canvas_belongs_to_the_tile_that_was_drawn_there(groups, columns, size) -> None:
    layout = layout_of(groups, columns, size)
    canvas = painted(layout)
    y, x = np.mgrid[-2 : canvas.shape[0] + 2, -2 : canvas.shape[1] + 2]
    expected = np.pad(canvas, 2, constant_values=-1)
    np.testing.assert_array_equal(layout.rows_at(y, x), expected)
    np.testing.assert_array_equal(layout.rows_at(y + 0.4, x + 0.9), expected)


@given(groups, st.integers(1, 6), sizes, st.data())
def test_a_box_holds_the_tiles_it_touches_in_their_order(groups, columns, size, data) -> None:
    layout = layout_of(groups, columns, size)
    canvas = painted(layout)
    top, bottom = sorted(data.draw(st.tuples(*[st.integers(0, canvas.shape[0])] * 2)))
    left, right = sorted(data.draw(st.tuples(*[st.integers(0, canvas.shape[1])] * 2)))
    seen = set(np.unique(canvas[top:bottom, left:right])) - {-1}
    expected = [row for row in layout.arrangement.order if row in seen]
    assert layout.rows_in((top, bottom, left, right)).tolist() == expected
    step = data.draw(st.integers(1, 3))
    np.testing.assert_array_equal(
        layout.row_map((top, bottom, left, right), step), canvas[top:bottom:step, left:right:step]
    )


@given(groups, st.integers(1, 6), sizes, st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_a_mask_labels_the_tiles_it_covers_enough_of(groups, columns, size, seed, least) -> None:
    layout = layout_of(groups, columns, size)
    canvas = painted(layout)
    mask = np.random.default_rng(seed).random(canvas.shape) < 0.2
    expected = [row for row in layout.arrangement.order if np.count_nonzero(mask & (canvas == row)) >= least]
    assert layout.rows_under(mask, least=least).tolist() == expected
    part = mask[1:, 1:]
    moved = np.zeros_like(mask)
    moved[1:, 1:] = part
    assert layout.rows_under(part, (1, 1)).tolist() == layout.rows_under(moved).tolist()


@given(groups, st.integers(1, 6), sizes)
def test_headings_lie_above_their_groups_and_on_no_tile(groups, columns, size) -> None:
    layout = layout_of(groups, columns, size)
    canvas = painted(layout)
    if not size.heading:
        assert layout.headings == ()
        return
    for heading, start in zip(layout.headings, layout.arrangement.starts[:-1], strict=True):
        top, bottom, left, right = heading.box
        assert (canvas[top:bottom, left:right] == -1).all()
        if heading.count:
            assert layout.corners(layout.arrangement.order[start : start + 1])[0].tolist() == [bottom, 0]
            assert heading.count == groups.count(heading.group)


def test_a_frame_is_the_edge_of_every_tile() -> None:
    layout = layout_of([0, 0, 0], 2, TileSize(5, 1))
    whole, frame = layout.row_map((0, 12, 0, 12)), layout.row_map((0, 12, 0, 12), frame=1)
    assert (whole >= 0).sum() == 3 * 25
    assert (frame >= 0).sum() == 3 * (25 - 9)
    assert frame[2, 2] == -1
    assert frame[0, 2] == 0


def test_what_is_not_shown_has_no_corner() -> None:
    table = pd.DataFrame({"group": [1, 2, 1]})
    layout = MosaicLayout(arrange(table, where=[True, False, True]), 2)
    assert layout.corners([0, 1, 2]).tolist() == [[0, 0], [-1, -1], [0, 68]]


def test_an_empty_mosaic_has_no_tile_anywhere() -> None:
    layout = layout_of([], 3, TileSize())
    assert layout.rows_at([0, 5], [0, 5]).tolist() == [-1, -1]
    assert layout.rows_in((0, 10, 0, 10)).tolist() == []
    assert layout.rows_under(np.ones((4, 4), bool)).tolist() == []


def test_two_hundred_thousand_tiles_are_a_square_in_a_square_window() -> None:
    everything = arrange(pd.DataFrame(index=range(200_000)))
    columns = columns_that_fit(everything, (800, 800), TileSize(64, 4))
    layout = MosaicLayout(everything, columns, TileSize(64, 4))
    assert columns in (447, 448)
    assert abs(layout.shape[0] - layout.shape[1]) <= 68
    np.testing.assert_array_equal(
        layout.rows_at(*(layout.corners(np.arange(200_000)).T + 63)), np.arange(200_000)
    )


@settings(max_examples=50)
@given(groups, sizes, st.tuples(st.integers(1, 100), st.integers(1, 100)))
def test_no_other_number_of_columns_shows_the_mosaic_larger(groups, size, window) -> None:
    arrangement: Arrangement = layout_of(groups, 1, size).arrangement

    def zoom(columns: int) -> float:
        height, width = MosaicLayout(arrangement, columns, size).shape
        return min(window[0] / height, window[1] / width)

    chosen = columns_that_fit(arrangement, window, size)
    assert zoom(chosen) == pytest.approx(max(zoom(columns) for columns in range(1, len(groups) + 2)))


def test_columns_fill_a_width() -> None:
    assert columns_for_width(64, TileSize(64, 4)) == 1
    assert columns_for_width(131, TileSize(64, 4)) == 1
    assert columns_for_width(132, TileSize(64, 4)) == 2
    assert columns_for_width(3, TileSize(64, 4)) == 1

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.viewer.seabed_line import TOLERANCE_ROWS, corners, line_of, merge_edit


def wavy(pings: int = 400) -> np.ndarray:
    line = 100 + 20 * np.sin(np.arange(pings) / 25.0) + np.random.default_rng(0).normal(0, 0.1, pings)
    line[150:170] = np.nan
    return line


def test_few_corners_keep_the_line_within_half_a_row_and_its_gaps() -> None:
    line = wavy()
    paths = corners(line)
    assert len(paths) == 2
    assert sum(map(len, paths)) < 60
    drawn = line_of(paths, len(line))
    np.testing.assert_array_equal(np.isnan(drawn), np.isnan(line))
    assert np.nanmax(np.abs(drawn - line)) <= TOLERANCE_ROWS


def test_a_long_rough_line_gets_no_more_corners_than_asked_for() -> None:
    rough = np.random.default_rng(0).normal(100, 10, 20_000)
    assert len(corners(rough, most=200)[0]) == 200


@given(st.integers(1, 25), st.floats(-30, 30))
def test_moving_one_corner_changes_only_the_pings_beside_it(which: int, by: float) -> None:
    line = wavy()
    before = corners(line)
    corner = min(which, len(before[0]) - 2)
    after = [path.copy() for path in before]
    after[0][corner, 0] += by
    merged = merge_edit(line, before, after)
    first, last = before[0][corner - 1, 1], before[0][corner + 1, 1]
    pings = np.arange(len(line))
    outside = (pings <= first) | (pings >= last)
    np.testing.assert_array_equal(merged[outside], line[outside])


def test_a_stretch_drawn_into_a_gap_fills_it() -> None:
    line = wavy()
    before = corners(line)
    merged = merge_edit(line, before, [*before, np.array([[90.0, 152.0], [110.0, 167.0]])])
    assert np.isfinite(merged[152:168]).all()
    assert np.isnan(merged[150:152]).all()


def test_a_deleted_stretch_has_no_seabed_any_more() -> None:
    line = wavy()
    before = corners(line)
    merged = merge_edit(line, before, before[:1])
    assert np.isnan(merged[170:]).all()
    np.testing.assert_array_equal(merged[:150], line[:150])


def test_a_line_drawn_backwards_or_beyond_the_survey_is_understood() -> None:
    drawn = line_of([np.array([[10.0, 30.0], [20.0, -5.0]])], 20)
    assert np.isfinite(drawn).all()
    assert drawn[0] > drawn[19]


def test_a_survey_without_a_seabed_has_no_path() -> None:
    assert corners(np.full(50, np.nan)) == []

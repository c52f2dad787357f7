import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.echogram.matching import match_pings, match_ranges

START = np.datetime64("2019-04-25T00:00:00", "ns")


def times(*seconds: float) -> np.ndarray:
    return START + (np.array(seconds) * 1e9).astype("timedelta64[ns]")


@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=20, unique=True),
    st.lists(st.integers(0, 1000), min_size=2, max_size=20, unique=True),
)
def test_the_nearest_ping_is_found_as_by_looking_at_all(source: list[int], wanted: list[int]) -> None:
    wanted = sorted(wanted)
    found = match_pings(times(*source), times(*wanted))

    reach = np.median(np.diff(wanted)) / 2
    for index, second in zip(found, wanted, strict=True):
        distance = min(abs(second - other) for other in source)
        assert (index == -1) == (distance > reach)
        assert index == -1 or abs(second - source[index]) == distance


def test_ping_times_rounded_by_another_program_still_match() -> None:
    ours = times(0.123456789, 0.6234561, 1.1234567)

    assert match_pings(ours.astype("datetime64[ms]"), ours).tolist() == [0, 1, 2]


def test_fast_pings_match_within_a_millisecond() -> None:
    assert match_pings(times(0, 0.001), times(0.0004, 0.0014)).tolist() == [0, 1]


def test_a_file_without_pings_matches_nothing() -> None:
    assert match_pings(times(), times(0, 1)).tolist() == [-1, -1]


def test_a_survey_of_one_ping_matches_within_half_a_second() -> None:
    assert match_pings(times(0.4, 7), times(0)).tolist() == [0]
    assert match_pings(times(0.6, 7), times(0)).tolist() == [-1]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [([0.0, 0.4, 0.6, 2.0], [0, 0, 1, 2]), ([2.49, 2.51], [2, -1]), ([-0.49, -0.51], [0, -1])],
)
def test_ranges_match_up_to_half_a_cell_beyond_the_ends(wanted: list[float], expected: list[int]) -> None:
    assert match_ranges(np.array([0.0, 1.0, 2.0]), np.array(wanted)).tolist() == expected


def test_ranges_padded_with_nan_match_where_they_are_known() -> None:
    assert match_ranges(np.array([0, 1, np.nan, np.nan]), np.array([0.1, 1.1, 2.0])).tolist() == [0, 1, -1]


def test_ranges_of_single_precision_match() -> None:
    ranges = np.arange(2000) * 0.1887

    assert np.array_equal(match_ranges(ranges.astype(np.float32), ranges), np.arange(2000))

import numpy as np
import pytest

from napari_fathom.echogram.coordinates import (
    Coordinates,
    check_grid,
    ping_edges,
    range_edges,
    transducer_depth,
)
from napari_fathom.errors import LabelError

START = np.datetime64("2019-04-25", "ns")


def times(*seconds: float) -> np.ndarray:
    return START + (np.array(seconds) * 1e9).astype("timedelta64[ns]")


def grid(ranges: list[float], seconds: list[float], depths: list[float]) -> Coordinates:
    return Coordinates(np.array(ranges), times(*seconds), np.array(depths))


def test_borders_between_pings_are_half_way_in_time() -> None:
    assert np.array_equal(ping_edges(times(0, 1, 4)), times(-0.5, 0.5, 2.5, 5.5))


def test_a_lonely_ping_is_a_second_wide() -> None:
    assert np.array_equal(ping_edges(times(7)), times(6.5, 7.5))


def test_borders_between_cells_are_half_way_in_range() -> None:
    assert range_edges(np.array([0.5, 1.5, 3.5])).tolist() == [0, 1, 2.5, 4.5]
    assert range_edges(np.array([2.0])).tolist() == [1.5, 2.5]


@pytest.mark.parametrize(
    ("depths", "expected"),
    [([4.0, 5.0], [4, 5]), ([np.nan, 4, np.nan, 6], [4, 4, 5, 6]), ([np.nan, np.nan], [0, 0])],
)
def test_gaps_in_the_transducers_depth_are_bridged(depths: list[float], expected: list[float]) -> None:
    assert transducer_depth(grid([1.0], list(range(len(depths))), depths)).tolist() == expected


def test_pings_may_share_a_time() -> None:
    assert check_grid(grid([1.0, 2.0, 3.0], [0, 0], [5, 5])) == (3, 2)


@pytest.mark.parametrize(
    ("ranges", "seconds", "depths", "told"),
    [
        ([1.0, 2.0], [0, 1], [5.0], "2 ping times but 1 transducer depths"),
        ([2.0, 1.0], [0, 1], [5.0, 5.0], "ranges do not rise"),
        ([1.0, 2.0], [0, 2, 1], [5.0, 5.0, 5.0], "Time runs backwards after ping 1"),
    ],
)
def test_a_grid_where_cells_cannot_be_found_is_refused(
    ranges: list[float], seconds: list[float], depths: list[float], told: str
) -> None:
    with pytest.raises(LabelError, match=told):
        check_grid(grid(ranges, seconds, depths))

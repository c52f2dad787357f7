import numpy as np
import pytest

from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.intervals import (
    describe_intervals,
    distance_intervals,
    ping_intervals,
    track_distance,
)
from napari_fathom.errors import LabelError

START = np.datetime64("2019-04-25T12:00:00", "ns")


def pings(count: int) -> Coordinates:
    return Coordinates(
        np.array([1.0, 2.0]), START + np.arange(count) * np.timedelta64(1, "s"), np.zeros(count)
    )


def test_ping_intervals_cover_every_ping() -> None:
    assert ping_intervals(10, 4) == [0, 4, 8, 10]
    assert ping_intervals(8, 4) == [0, 4, 8]


def test_a_minute_of_latitude_is_a_nautical_mile() -> None:
    latitude = np.array([60.0, np.nan, 60 + 2 / 60])

    assert track_distance(latitude, np.full(3, 4.0)) == pytest.approx([0, 1, 2], rel=2e-3)


def test_a_track_may_cross_the_date_line() -> None:
    assert track_distance(np.zeros(2), np.array([179.99, -179.99]))[-1] == pytest.approx(1.2, rel=2e-3)


def test_without_positions_there_is_no_distance() -> None:
    with pytest.raises(LabelError, match="no positions"):
        track_distance(np.full(3, np.nan), np.full(3, np.nan))


def test_distance_intervals_begin_where_the_next_mile_does() -> None:
    assert distance_intervals(np.array([0, 0.4, 0.9, 1.1, 3.2, 3.3]), 1.0) == [0, 3, 4, 6]


def test_an_interval_is_where_its_middle_ping_was_and_as_long_as_to_the_next() -> None:
    latitude = 60 + np.arange(6) / 60  # a mile a ping

    first, second = describe_intervals(pings(6), [0, 3, 6], latitude, np.full(6, 4.0))

    assert (first.latitude, first.longitude) == (latitude[1], 4)
    assert first.length_nmi == pytest.approx(3, rel=2e-3)
    assert second.length_nmi == pytest.approx(2, rel=2e-3)
    assert (second.first_ping, second.last_ping, second.time_start) == (3, 5, "2019-04-25T12:00:03.000000000")


def test_the_nearest_known_position_serves_and_an_interval_without_one_has_none() -> None:
    latitude = np.array([60.0, np.nan, np.nan, np.nan, np.nan, 61.0])

    first, second, third = describe_intervals(pings(6), [0, 3, 4, 6], latitude, np.full(6, 4.0))

    assert (first.latitude, third.latitude) == (60, 61)
    assert np.isnan([second.latitude, second.longitude]).all()


def test_without_positions_intervals_are_still_numbered_and_timed() -> None:
    (only,) = describe_intervals(pings(4), [0, 4])

    assert (only.interval, only.last_ping) == (0, 3)
    assert np.isnan([only.latitude, only.length_nmi]).all()

import numpy as np
import pytest

from napari_fathom.viewer.track import along_track_m


def test_a_minute_of_latitude_is_a_nautical_mile() -> None:
    latitude = 60 + np.arange(11) / 60 / 10
    assert along_track_m(latitude, np.full(11, 5.0)) == pytest.approx(185.2, rel=2e-3)


def test_positions_that_come_once_in_ten_pings_count_for_all_ten() -> None:
    latitude = np.full(101, np.nan)
    latitude[::10] = 60 + np.arange(11) / 60 / 10
    assert along_track_m(latitude, np.full(101, 5.0)) == pytest.approx(18.52, rel=2e-3)


def test_without_positions_or_way_there_are_no_metres() -> None:
    unknown = np.full(5, np.nan)
    assert along_track_m(unknown, unknown) is None
    assert along_track_m(np.full(5, 60.0), np.full(5, 5.0)) is None

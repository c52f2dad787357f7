from pathlib import Path

import numpy as np
import pytest

from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.evl import (
    BAD,
    GOOD,
    NONE,
    UNVERIFIED,
    Line,
    line_to_range,
    range_to_line,
    read_evl,
    write_evl,
)
from napari_fathom.errors import FormatError

START = np.datetime64("2020-01-01", "ns")


def seconds(*values: float) -> np.ndarray:
    return START + (np.array(values) * 1e9).astype("timedelta64[ns]")


def grid_at(*ping_seconds: float, transducer_m: float = 0.0) -> Coordinates:
    return Coordinates(np.arange(10.0), seconds(*ping_seconds), np.full(len(ping_seconds), transducer_m))


def line(points: dict[float, float], status: int = GOOD) -> Line:
    return Line(seconds(*points), np.array(list(points.values())), np.full(len(points), status, np.uint8))


def test_a_real_line_is_read_whole(shipped_data: Path) -> None:
    seabed = read_evl(shipped_data / "regions" / "transect.evl")

    assert len(seabed.time) == 3171
    assert seabed.time[0] == np.datetime64("2019-07-02T18:39:41.321")
    assert seabed.depth_m[0] == 442.996834
    assert set(seabed.status.tolist()) == {NONE, UNVERIFIED, BAD, GOOD} & set(seabed.status.tolist())


def test_real_lines_read_back_the_same_after_writing(shared_data: Path, tmp_path: Path) -> None:
    for path in sorted((shared_data / "echo" / "regions").glob("*.evl")):
        old = read_evl(path)
        write_evl(tmp_path / path.name, old)
        new = read_evl(tmp_path / path.name)
        assert np.array_equal(old.time, new.time), path.name
        assert np.array_equal(old.depth_m, new.depth_m, equal_nan=True), path.name
        assert np.array_equal(old.status, new.status), path.name


def test_a_line_is_written_as_echoview_writes_it(tmp_path: Path) -> None:
    write_evl(tmp_path / "out.evl", range_to_line(grid_at(0, 1.5, transducer_m=5), np.array([50.25, np.nan])))

    assert (tmp_path / "out.evl").read_bytes() == (
        b"\xef\xbb\xbfEVBD 3 13.0.378.44817\r\n2\r\n"
        b"20200101 0000000000  55.250000 3 \r\n20200101 0000015000  -10000.990000 0 \r\n"
    )


def test_echoviews_missing_depth_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.evl").write_text("EVBD 3 1\n1\n20200101 0000000000 -10000.990000 0\n")

    assert np.isnan(read_evl(tmp_path / "a.evl").depth_m).all()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("EVBD 3 1\n", "line 2 is ''"),
        ("EVBD 3 1", "line 2 is 'nothing'"),
        ("EVBD 3 1\n2\n20200101 0000000000 5 3", "1 points, 2 announced"),
        ("EVBD 3 1\n1\n20200101 0000000000 5\n", "line 3 has 3 words"),
        ("EVBD 3 1\n1\n20200101 0000000000 deep 3\n", "no number"),
        ("EVBD 3 1\n1\n20201301 0000000000 5 3\n", "month 13"),
    ],
)
def test_a_damaged_line_says_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "bad.evl").write_text(text)

    with pytest.raises(FormatError, match=told):
        read_evl(tmp_path / "bad.evl")


def test_between_points_a_line_is_straight() -> None:
    knots = {0.0: 50.0, 4.0: 60.0, 10.0: 30.0}
    pings = np.array([0.0, 0.3, 3.9, 4.0, 7.7, 10.0])

    laid = line_to_range(line(knots), grid_at(*pings, transducer_m=5))

    assert laid == pytest.approx(np.interp(pings, list(knots), list(knots.values())) - 5)


def test_above_a_sounder_that_looks_up_range_grows_towards_the_surface() -> None:
    grid = Coordinates(np.arange(10.0), seconds(0, 1), np.full(2, 200.0), upward=True)

    assert range_to_line(grid, np.array([150.0, 195.0])).depth_m.tolist() == [50, 5]
    assert line_to_range(line({0.0: 50.0, 1.0: 5.0}), grid).tolist() == [150, 195]


def test_beyond_its_ends_a_line_says_nothing() -> None:
    assert np.isnan(line_to_range(line({1.0: 50.0, 2.0: 50.0}), grid_at(0.5, 2.5))).all()


def test_a_missing_point_leaves_its_neighbours_known() -> None:
    laid = line_to_range(line({0.0: 50.0, 1.0: np.nan, 2.0: 52.0}), grid_at(0, 0.5, 1, 1.5, 2))

    assert laid == pytest.approx([50, np.nan, np.nan, np.nan, 52], nan_ok=True)


def test_what_echoview_calls_bad_counts_as_missing() -> None:
    assert np.isnan(line_to_range(line({0.0: 50.0, 1.0: 50.0}, BAD), grid_at(0, 1))).all()


def test_points_need_not_be_in_order() -> None:
    assert line_to_range(line({2.0: 70.0, 0.0: 50.0}), grid_at(1)) == pytest.approx([60])


def test_a_line_without_points_says_nothing() -> None:
    assert np.isnan(line_to_range(line({}), grid_at(0, 1))).all()


def test_a_seabed_survives_the_way_out_and_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    grid = Coordinates(
        np.arange(10.0), seconds(*np.cumsum(rng.uniform(0.2, 3, 200))), rng.normal(5, 0.5, 200)
    )
    seabed = np.where(rng.random(200) < 0.1, np.nan, rng.uniform(40, 60, 200))

    write_evl(tmp_path / "seabed.evl", range_to_line(grid, seabed))

    # 0.1 ms of rounding on a slope of up to 20 m in 0.2 s
    assert line_to_range(read_evl(tmp_path / "seabed.evl"), grid)[1:-1] == pytest.approx(
        seabed[1:-1], abs=0.01, nan_ok=True
    )

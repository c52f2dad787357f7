import csv
from pathlib import Path

import numpy as np
import pytest

from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.intervals import ping_intervals
from napari_fathom.echogram.nasc import Nasc, integrate_nasc, write_nasc
from napari_fathom.errors import LabelError
from napari_fathom.events import Box

START = np.datetime64("2019-04-25", "ns")


def boxes_of(array: np.ndarray):
    def read(box: Box) -> np.ndarray:
        return array[box[0] : box[1], box[2] : box[3]]

    return read


def survey(ranges: int, pings: int, *, step_m: float = 0.5, transducer_m: float = 5.0) -> Coordinates:
    time = START + np.arange(pings) * np.timedelta64(1, "s")
    return Coordinates(step_m * (np.arange(ranges) + 0.5), time, np.full(pings, transducer_m))


def test_a_school_gives_what_one_reckons_by_hand() -> None:
    # 10 m of −50 dB over 4 of 8 pings: 4π · 1852² · 1e-5 · 10 · 4/8 = 2155.1
    labels = np.zeros((40, 8), np.uint8)
    labels[10:30, 2:6] = 2

    (row,) = integrate_nasc(
        boxes_of(np.full((40, 8), -50.0)), boxes_of(labels), survey(40, 8), {2: "sandeel"}, [0, 8], [0, 100]
    )

    assert row.nasc_m2_nmi2 == pytest.approx(4 * 3.14159265 * 1852**2 * 1e-5 * 10 * 0.5, rel=1e-6)
    assert (row.cells, row.pings, row.class_name, row.first_ping, row.last_ping) == (80, 8, "sandeel", 0, 7)


def test_layers_and_intervals_share_the_whole_among_them() -> None:
    rng = np.random.default_rng(0)
    sv, labels = rng.normal(-70, 5, (40, 50)), rng.integers(0, 4, (40, 50), np.uint8)
    grid, names = survey(40, 50), {1: "background", 2: "sandeel", 3: "other fish"}

    rows = list(
        integrate_nasc(boxes_of(sv), boxes_of(labels), grid, names, ping_intervals(50, 7), [5, 8.2, 11.7, 25])
    )

    assert len(rows) == 8 * 3 * 3
    for value in names:
        expected = 4 * np.pi * 1852**2 * (10 ** (sv / 10) * 0.5)[labels == value].sum() / 50
        got = sum(row.nasc_m2_nmi2 * row.pings for row in rows if row.class_value == value) / 50
        assert got == pytest.approx(expected)
    assert sum(row.cells for row in rows) == (labels > 0).sum()


def test_a_cell_belongs_to_the_layer_of_its_centre() -> None:
    sv = np.full((4, 1), -60.0)
    labels = np.ones((4, 1), np.uint8)  # centres at 5.25, 5.75, 6.25, 6.75 m

    rows = list(
        integrate_nasc(boxes_of(sv), boxes_of(labels), survey(4, 1), {1: "a"}, [0, 1], [5, 5.75, 6.5])
    )

    assert [row.cells for row in rows] == [1, 2]


def test_what_is_missing_or_below_the_seabed_adds_nothing() -> None:
    sv = np.full((4, 2), -60.0)
    sv[0, 0] = np.nan
    labels = np.ones((4, 2), np.uint8)

    (row,) = integrate_nasc(
        boxes_of(sv),
        boxes_of(labels),
        survey(4, 2),
        {1: "a"},
        [0, 2],
        [0, 100],
        seabed_range_m=np.array([1.25, np.nan]),
    )

    assert row.cells == 1 + 4


@pytest.mark.parametrize(
    ("intervals", "layers"), [([0, 9], [0, 10]), ([0, 0, 2], [0, 10]), ([0, 2], [10, 0]), ([0, 2], [0])]
)
def test_bounds_that_do_not_rise_or_leave_the_survey_are_refused(
    intervals: list[int], layers: list[float]
) -> None:
    with pytest.raises(LabelError, match="rising bounds"):
        list(
            integrate_nasc(
                boxes_of(np.zeros((4, 2))), boxes_of(np.zeros((4, 2))), survey(4, 2), {}, intervals, layers
            )
        )


def test_every_row_says_its_frequency_and_where_it_was_sailed() -> None:
    latitude = np.linspace(60, 60 + 2 / 60, 9)

    rows = list(
        integrate_nasc(
            boxes_of(np.full((4, 9), -60.0)),
            boxes_of(np.ones((4, 9), np.uint8)),
            survey(4, 9),
            {1: "a"},
            [0, 4, 9],
            [0, 100],
            frequency_hz=38e3,
            latitude=latitude,
            longitude=np.full(9, 4.0),
        )
    )

    assert [row.frequency_hz for row in rows] == [38e3, 38e3]
    assert [row.latitude for row in rows] == [latitude[1], latitude[6]]
    assert [row.length_nmi for row in rows] == pytest.approx([1, 1], rel=2e-3)


def test_the_table_has_one_header_full_precision_and_nothing_where_nothing_is_known(tmp_path: Path) -> None:
    interval = (0, 0, 9, "2019-04-25", "2019-04-25", np.nan, np.nan, np.nan)
    rows = [Nasc(*interval, 38e3, 0.0, 10.0, 2, "other, fish", 1 / 3, 5, 10)]

    write_nasc(tmp_path / "nasc.csv", rows)

    with (tmp_path / "nasc.csv").open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["class_name"] == "other, fish"
    assert float(row["nasc_m2_nmi2"]) == 1 / 3
    assert (row["frequency_hz"], row["latitude"]) == ("38000.0", "")


@pytest.mark.filterwarnings("ignore:::echopype", "ignore:::xarray", "ignore:::flox", "ignore:::zarr")
def test_a_real_file_integrates_as_in_echopype(shipped_data: Path) -> None:
    ep = pytest.importorskip("echopype")
    raw = shipped_data / "echo" / "DY1201_EK60-D20120214-T231011.raw"
    data = ep.open_raw(raw, sonar_model="EK60")
    ds = ep.consolidate.add_location(ep.consolidate.add_depth(ep.calibrate.compute_Sv(data), data), data)
    theirs = ep.commongrid.compute_NASC(ds, range_bin="10m", dist_bin="10nmi")
    channel = int(np.flatnonzero(ds["frequency_nominal"].values == 38e3)[0])
    sv = ds["Sv"].values[channel].T
    depth = ds["depth"].values[channel, 0]
    grid = Coordinates(depth, ds["ping_time"].values, np.zeros(sv.shape[1]))

    rows = integrate_nasc(
        boxes_of(sv),
        boxes_of(np.ones(sv.shape, np.uint8)),
        grid,
        {1: "all"},
        [0, sv.shape[1]],
        np.arange(0, 190, 10.0),
    )

    ours = np.array([row.nasc_m2_nmi2 for row in rows])
    expected = theirs["NASC"].values[channel, 0, :18]
    # a missing cell counts as its layer's mean in echopype and as nothing here
    layer = (depth // 10).astype(int)
    known = np.array([np.isfinite(sv[layer == index]).mean() for index in range(18)])
    assert known[0] < 1
    assert ours == pytest.approx(expected * known, rel=1e-4)

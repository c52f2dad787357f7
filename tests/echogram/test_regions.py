from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage
from skimage.measure import points_in_poly

from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.evr import Region, RegionType, read_evr, write_evr
from napari_fathom.echogram.regions import mask_to_regions, match_names, regions_to_mask, trace_regions
from napari_fathom.errors import LabelError

START = np.datetime64("2017-06-15T19:02:14", "ns")
NAMES = {1: "background", 2: "sandeel", 3: "other fish"}
VALUES = {name: value for value, name in NAMES.items()}


def survey(ranges: int, pings: int, seed: int = 0, *, upward: bool = False) -> Coordinates:
    """Irregular pings (with a pause of a minute now and then) from a ship that heaves."""
    rng = np.random.default_rng(seed)
    steps = rng.uniform(0.2, 2.5, pings) + 60 * (rng.random(pings) < 0.02)
    time = START + (np.cumsum(steps) * 1e9).astype("timedelta64[ns]")
    return Coordinates(0.4 + 0.19 * np.arange(ranges), time, rng.normal(5, 0.4, pings), upward)


def blobs(ranges: int, pings: int, seed: int) -> np.ndarray:
    """Schools with holes, cut by the survey's edges, with thin strokes and single cells across them."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=(ranges, pings)), (1.5, 2.5))
    labels = np.digitize(field, np.quantile(field, [0.4, 0.6, 0.8])).astype(np.uint8)
    labels[ndimage.gaussian_filter(rng.normal(size=labels.shape), 1) > 0.35] = 0
    labels[rng.integers(ranges), :] = 2
    labels[:, rng.integers(pings)] = 3
    labels[rng.random(labels.shape) < 0.02] = 1
    return labels


def outlined(
    labels: np.ndarray, grid: Coordinates, names: Mapping[int, str] = NAMES, **options: int
) -> list[Region]:
    return list(mask_to_regions(lambda box: labels[box[0] : box[1], box[2] : box[3]], grid, names, **options))


def polygon(grid: Coordinates, points: list[tuple[float, float]], **more: object) -> Region:
    """Points are (seconds after START, depth)."""
    time = START + (np.array([t for t, _ in points]) * 1e9).astype("timedelta64[ns]")
    settings = {"class_name": "sandeel", "name": "r", "region_id": 1, **more}
    return Region(time, np.array([depth for _, depth in points]), **settings)


@given(
    hnp.arrays(np.uint8, st.tuples(st.integers(1, 14), st.integers(1, 14)), elements=st.integers(0, 3)),
    st.integers(0, 5),
)
def test_labels_survive_the_way_to_a_file_and_back(tmp_path_factory, labels: np.ndarray, seed: int) -> None:
    grid = survey(*labels.shape, seed)
    path = tmp_path_factory.mktemp("evr", numbered=True) / "labels.evr"

    write_evr(path, outlined(labels, grid))

    assert np.array_equal(regions_to_mask(read_evr(path), grid, VALUES), labels)


@pytest.mark.parametrize("seed", range(4))
def test_schools_with_holes_and_thin_strokes_survive(tmp_path: Path, seed: int) -> None:
    labels, grid = blobs(60, 200, seed), survey(60, 200, seed)

    write_evr(tmp_path / "labels.evr", outlined(labels, grid))

    assert np.array_equal(regions_to_mask(read_evr(tmp_path / "labels.evr"), grid, VALUES), labels)


def test_under_a_sounder_that_looks_up_regions_lie_above_it(tmp_path: Path) -> None:
    labels, grid = blobs(60, 200, 9), survey(60, 200, 9, upward=True)

    regions = outlined(labels, grid)
    write_evr(tmp_path / "labels.evr", regions)

    assert max(region.depth_m.max() for region in regions) <= grid.transducer_depth_m.max()
    assert np.array_equal(regions_to_mask(read_evr(tmp_path / "labels.evr"), grid, VALUES), labels)


def test_another_reader_sees_the_same_cells() -> None:
    labels, grid = blobs(25, 40, 1), survey(25, 40, 1)
    seconds = (grid.ping_time - START) / np.timedelta64(1, "s")
    centres = np.stack(
        [np.broadcast_to(seconds, labels.shape), grid.range_m[:, None] + grid.transducer_depth_m], axis=-1
    ).reshape(-1, 2)
    seen = np.zeros(labels.size, np.uint8)

    for region in outlined(labels, grid):
        corners = np.stack([(region.time - START) / np.timedelta64(1, "s"), region.depth_m], axis=1)
        seen[points_in_poly(centres, corners)] = VALUES[region.class_name]

    assert np.array_equal(seen.reshape(labels.shape), labels)


@given(st.lists(st.tuples(st.floats(-3, 40), st.floats(3, 14)), min_size=3, max_size=9), st.integers(0, 9))
def test_any_polygon_covers_the_cells_whose_centres_it_encloses(
    points: list[tuple[float, float]], seed: int
) -> None:
    grid = survey(40, 25, seed)
    region = polygon(grid, points)
    seconds = (grid.ping_time - START) / np.timedelta64(1, "s")
    corners = np.stack([(region.time - START) / np.timedelta64(1, "s"), region.depth_m], axis=1)
    depth = grid.range_m[:, None] + grid.transducer_depth_m
    centres = np.stack([np.broadcast_to(seconds, depth.shape), depth], axis=-1).reshape(-1, 2)

    painted = regions_to_mask([region], grid, VALUES) > 0

    expected = points_in_poly(centres, corners).reshape(depth.shape)
    # centres within a nanometre or nanosecond of the outline may fall either way
    nudged = [points_in_poly(centres + shift, corners).reshape(depth.shape) for shift in np.eye(2) * 1e-6]
    nudged += [points_in_poly(centres - shift, corners).reshape(depth.shape) for shift in np.eye(2) * 1e-6]
    sure = np.all([expected == other for other in nudged], axis=0)
    assert np.array_equal(painted[sure], expected[sure])


def test_real_hake_regions_lie_where_they_were_drawn(shipped_data: Path) -> None:
    regions = read_evr(shipped_data / "regions" / "x0045_regions.evr")
    hake = next(region for region in regions if region.name == "H22U-Region32")
    time = np.arange("2017-07-17T22:00", "2017-07-17T23:10", 5, "datetime64[s]").astype("datetime64[ns]")
    grid = Coordinates(np.arange(0.5, 500, 1.0), time, np.full(len(time), 9.0))

    mask = regions_to_mask(regions, grid, {"hake": 2})

    rows, pings = np.nonzero(mask)
    # its ends are sharp, so that the outermost ping may pass between two cells
    assert time[pings.min()] - hake.time.min() < np.timedelta64(10, "s")
    assert hake.time.max() - time[pings.max()] < np.timedelta64(10, "s")
    assert grid.range_m[rows.min()] + 9 == pytest.approx(hake.depth_m.min(), abs=2)
    assert grid.range_m[rows.max()] + 9 == pytest.approx(hake.depth_m.max(), abs=2)
    assert set(np.unique(mask)) == {0, 2}


def test_a_box_is_the_same_part_of_the_whole() -> None:
    labels, grid = blobs(30, 80, 2), survey(30, 80, 2)
    regions = outlined(labels, grid)

    assert np.array_equal(regions_to_mask(regions, grid, VALUES, (4, 21, 13, 57)), labels[4:21, 13:57])


def test_every_patch_gets_its_own_region_with_its_class_and_number() -> None:
    labels = np.zeros((6, 12), np.uint8)
    labels[1:3, 1:4], labels[4:, 6:], labels[0, 8] = 2, 3, 2

    regions = outlined(labels, survey(6, 12))

    assert [(region.region_id, region.class_name, region.name) for region in regions] == [
        (1, "sandeel", "sandeel 1"),
        (2, "sandeel", "sandeel 2"),
        (3, "other fish", "other fish 1"),
    ]
    assert {region.region_type for region in regions} == {RegionType.ANALYSIS}
    assert {region.creation for region in regions} == {2}


def test_a_patch_cut_through_its_hole_says_so() -> None:
    labels = np.full((5, 6), 2, np.uint8)
    labels[2, 2:4] = 0

    regions = outlined(labels, survey(5, 6))

    assert [region.name for region in regions] == ["sandeel 1 part 1", "sandeel 1 part 2"]
    assert regions[0].notes == ("Part 1 of 2 of sandeel 1, cut through its holes to keep them.",)


def test_straight_outlines_have_no_idle_points() -> None:
    grid = Coordinates(np.arange(20.0), START + np.arange(30) * np.timedelta64(1, "s"), np.full(30, 5.0))
    labels = np.zeros((20, 30), np.uint8)
    labels[5:15, 10:20] = 2

    (region,) = outlined(labels, grid)

    assert sorted(zip((region.time - START) / np.timedelta64(1, "s"), region.depth_m, strict=True)) == [
        (9.5, 9.5),
        (9.5, 19.5),
        (19.5, 9.5),
        (19.5, 19.5),
    ]


def test_small_patches_can_be_left_out() -> None:
    labels = np.zeros((4, 9), np.uint8)
    labels[0, 0], labels[2, 2:6] = 2, 2

    assert len(outlined(labels, survey(4, 9), smallest_cells=4)) == 1


def test_progress_counts_the_pings_done() -> None:
    labels = np.zeros((2, 5000), np.uint8)

    slabs = trace_regions(lambda box: labels[box[0] : box[1], box[2] : box[3]], survey(2, 5000), NAMES)

    assert [done for done, _ in slabs] == [2048, 4096, 5000]


def test_later_regions_win() -> None:
    grid = survey(20, 20)
    everything = [(-10.0, 0.0), (500.0, 0.0), (500.0, 50.0), (-10.0, 50.0)]

    mask = regions_to_mask(
        [polygon(grid, everything), polygon(grid, everything, class_name="other fish")], grid, VALUES
    )

    assert (mask == 3).all()


@pytest.mark.parametrize("bad", [RegionType.BAD_NO_DATA, RegionType.BAD_EMPTY_WATER])
def test_bad_data_takes_labels_away_wherever_it_stands_in_the_file(bad: RegionType) -> None:
    grid = survey(20, 20)
    everything = [(-10.0, 0.0), (500.0, 0.0), (500.0, 50.0), (-10.0, 50.0)]
    shallow = [(-10.0, -9999.99), (500.0, -9999.99), (500.0, 7.0), (-10.0, 7.0)]

    mask = regions_to_mask([polygon(grid, shallow, region_type=bad), polygon(grid, everything)], grid, VALUES)

    depth = grid.range_m[:, None] + grid.transducer_depth_m
    assert np.array_equal(mask == 0, depth < 7)


def test_markers_and_unknown_classes_do_nothing() -> None:
    grid = survey(20, 20)
    everything = [(-10.0, 0.0), (500.0, 0.0), (500.0, 50.0), (-10.0, 50.0)]
    regions = [
        polygon(grid, everything, region_type=RegionType.MARKER),
        polygon(grid, everything, class_name="Krill"),
    ]

    assert not regions_to_mask(regions, grid, VALUES).any()


def test_names_match_whatever_their_case() -> None:
    matched, unmatched = match_names(["SANDEEL", "Krill", " other fish ", "SANDEEL"], VALUES)

    assert matched == {"SANDEEL": 2, " other fish ": 3}
    assert unmatched == ("Krill",)


def test_an_unknown_transducer_depth_counts_as_its_neighbours() -> None:
    labels = np.full((5, 6), 2, np.uint8)
    grid = Coordinates(np.arange(5.0), survey(5, 6).ping_time, np.array([np.nan, 4, np.nan, 6, 6, np.nan]))

    (region,) = outlined(labels, grid)

    assert (region.depth_m.min(), region.depth_m.max()) == (3.5, 10.5)


def test_pings_that_run_backwards_are_refused() -> None:
    grid = survey(3, 4)
    backwards = Coordinates(grid.range_m, grid.ping_time[[0, 2, 1, 3]], grid.transducer_depth_m)

    with pytest.raises(LabelError, match="Time runs backwards after ping 1"):
        regions_to_mask([], backwards, VALUES)

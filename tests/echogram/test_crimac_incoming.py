from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.crimac import write_crimac_predictions
from napari_fathom.echogram.crimac_incoming import read_crimac_bottom, read_crimac_labels
from napari_fathom.errors import FormatError

CLASSES = {"background": 1, "sandeel": 2, "other fish": 3}
START = np.datetime64("2019-04-25T10:00:00", "ns")
ALL = (0, 6, 0, 8)


@pytest.fixture
def grid() -> Coordinates:
    return Coordinates(
        0.5 + np.arange(6.0), START + np.arange(8) * np.timedelta64(500, "ms"), np.full(8, 5.0)
    )


def save_labels(
    path: Path,
    grid: Coordinates,
    layers: dict[int, np.ndarray],
    *,
    order: tuple[str, ...] = ("category", "ping_time", "range"),
) -> Path:
    """Labels as CRIMAC's preprocessing writes them; layers are (range, ping) proportions."""
    annotation = np.stack([layer.T.astype(np.float32) for layer in layers.values()])
    data = xr.Dataset(
        {"annotation": (("category", "ping_time", "range"), annotation)},
        {"category": list(layers), "ping_time": grid.ping_time, "range": grid.range_m},
    )
    data["annotation"] = data["annotation"].transpose(*order)
    data.to_zarr(path, zarr_format=2, consolidated=True)
    return path


def layer(rows: slice, pings: slice, proportion: float = 1.0) -> np.ndarray:
    cells = np.zeros((6, 8))
    cells[rows, pings] = proportion
    return cells


@pytest.mark.parametrize("order", [("category", "ping_time", "range"), ("category", "range", "ping_time")])
def test_species_codes_become_classes(tmp_path: Path, grid: Coordinates, order: tuple[str, ...]) -> None:
    sandeel, fish = layer(slice(0, 2), slice(0, 3)), layer(slice(4, 6), slice(5, 8), 0.3)
    path = save_labels(tmp_path / "a_labels.zarr", grid, {27: sandeel, 1: fish}, order=order)

    incoming = read_crimac_labels(path, grid, CLASSES)

    assert np.array_equal(incoming.read(ALL), np.where(sandeel > 0, 2, 0) + np.where(fish > 0, 3, 0))
    assert np.array_equal(incoming.read((4, 6, 2, 7)), incoming.read(ALL)[4:6, 2:7])
    assert incoming.notes == ()


def test_where_categories_overlap_the_later_one_wins_and_what_is_excluded_wins_over_all(
    tmp_path: Path, grid: Coordinates
) -> None:
    layers = {
        -1: layer(slice(0, 1), slice(0, 8)),
        27: layer(slice(0, 4), slice(0, 8)),
        1: layer(slice(3, 6), slice(0, 8)),
    }
    path = save_labels(tmp_path / "a_labels.zarr", grid, layers)

    assert read_crimac_labels(path, grid, CLASSES).read(ALL)[:, 0].tolist() == [0, 2, 2, 3, 3, 3]


def test_categories_without_a_class_stay_unlabelled_and_are_told(tmp_path: Path, grid: Coordinates) -> None:
    path = save_labels(tmp_path / "a_labels.zarr", grid, {5027: layer(slice(0, 6), slice(0, 8))})

    incoming = read_crimac_labels(path, grid, CLASSES)

    assert not incoming.read(ALL).any()
    assert incoming.notes[0].startswith(
        "Left unlabelled, since the survey has no such class: category 5027. "
    )


def test_a_mapping_given_by_the_user_comes_first(tmp_path: Path, grid: Coordinates) -> None:
    path = save_labels(tmp_path / "a_labels.zarr", grid, {5027: layer(slice(0, 6), slice(0, 8))})

    assert (read_crimac_labels(path, grid, CLASSES, names={5027: "sandeel"}).read(ALL) == 2).all()


def test_missing_proportions_and_padded_ranges_say_nothing(tmp_path: Path, grid: Coordinates) -> None:
    cells = layer(slice(0, 6), slice(0, 8))
    cells[4:] = np.nan
    path = save_labels(tmp_path / "a_labels.zarr", grid, {27: cells})

    assert read_crimac_labels(path, grid, CLASSES).read(ALL)[:, 0].tolist() == [2, 2, 2, 2, 0, 0]


def test_pings_are_matched_by_time_although_rounded_and_only_in_part(
    tmp_path: Path, grid: Coordinates
) -> None:
    shifted = Coordinates(
        grid.range_m + 1e-5,
        grid.ping_time[2:] + np.timedelta64(499_877, "ns"),
        grid.transducer_depth_m[2:],
    )
    path = save_labels(tmp_path / "a_labels.zarr", shifted, {27: np.eye(6)})

    incoming = read_crimac_labels(path, grid, CLASSES)

    assert np.array_equal(incoming.read(ALL) > 0, np.hstack([np.zeros((6, 2)), np.eye(6)]))
    assert incoming.notes == ("2 of 8 pings are not in the file and stay unlabelled.",)


def test_labels_of_another_day_are_refused(tmp_path: Path, grid: Coordinates) -> None:
    path = save_labels(tmp_path / "a_labels.zarr", grid, {27: np.zeros((6, 8))})
    later = Coordinates(grid.range_m, grid.ping_time + np.timedelta64(1, "D"), grid.transducer_depth_m)

    with pytest.raises(FormatError, match=r"a_labels.zarr: pings from 2019-04-25T10:00:00"):
        read_crimac_labels(path, later, CLASSES)


def test_predictions_are_not_taken_for_labels(tmp_path: Path, grid: Coordinates) -> None:
    list(
        write_crimac_predictions(
            tmp_path / "a_pred.zarr", grid, lambda box: np.full((1, 6, 8), 0.1), {2: "sandeel"}
        )
    )

    with pytest.raises(FormatError, match="predicted probabilities, not labels"):
        read_crimac_labels(tmp_path / "a_pred.zarr", grid, CLASSES)


def test_a_store_without_annotation_says_what_it_has(tmp_path: Path, grid: Coordinates) -> None:
    xr.Dataset({"sv": ("ping_time", np.zeros(3))}).to_zarr(tmp_path / "a.zarr", zarr_format=2)

    with pytest.raises(FormatError, match="no annotation, only sv"):
        read_crimac_labels(tmp_path / "a.zarr", grid, CLASSES)


def test_a_folder_that_is_no_store_is_refused(tmp_path: Path, grid: Coordinates) -> None:
    (tmp_path / "a.zarr").mkdir()

    with pytest.raises(FormatError, match=r"a\.zarr: it can't be opened as zarr"):
        read_crimac_labels(tmp_path / "a.zarr", grid, CLASSES)


def test_the_seabed_is_the_first_range_below_it(tmp_path: Path, grid: Coordinates) -> None:
    below = np.full((8, 6), np.nan, np.float32)
    for ping, first in enumerate([0, 1, 2, 3, 4, 5, 3, 6]):
        below[ping, first:] = 1
    xr.Dataset(
        {"bottom_range": (("ping_time", "range"), below)},
        {
            "ping_time": grid.ping_time.astype("datetime64[ms]").astype("datetime64[ns]"),
            "range": grid.range_m,
        },
    ).to_zarr(tmp_path / "a_bottom.zarr", zarr_format=2)

    seabed = read_crimac_bottom(tmp_path / "a_bottom.zarr", grid)

    assert seabed == pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 3.5, np.nan], nan_ok=True)

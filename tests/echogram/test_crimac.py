import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy import ndimage

from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.crimac import (
    CATEGORIES,
    crimac_categories,
    write_crimac_labels,
    write_crimac_predictions,
)
from napari_fathom.errors import LabelError
from napari_fathom.events import Box, Done, Progress

NAMES = {1: "background", 2: "sandeel", 3: "other fish"}
RANGES, PINGS = 30, 70


@pytest.fixture
def grid() -> Coordinates:
    time = np.datetime64("2019-04-25T10:00:00.123456789") + np.arange(PINGS) * np.timedelta64(350, "ms")
    return Coordinates(0.2 + 0.19 * np.arange(RANGES), time, np.full(PINGS, 5.0))


@pytest.fixture
def labels() -> np.ndarray:
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(RANGES, PINGS)), 2)
    return np.digitize(noise, np.quantile(noise, [0.4, 0.6, 0.8])).astype(np.uint8)


@pytest.fixture
def probabilities() -> np.ndarray:
    return (
        np.random.default_rng(1).dirichlet([1, 1, 1], (RANGES, PINGS)).transpose(2, 0, 1).astype(np.float32)
    )


def boxes_of(array: np.ndarray):
    def read(box: Box) -> np.ndarray:
        top, bottom, left, right = box
        return array[..., top:bottom, left:right]

    return read


def test_predictions_are_laid_out_as_crimacs_tools_read_them(
    tmp_path: Path, grid: Coordinates, probabilities: np.ndarray
) -> None:
    path = tmp_path / "S2019_pred.zarr"
    list(write_crimac_predictions(path, grid, boxes_of(probabilities), NAMES))

    data = xr.open_zarr(path)
    assert data["annotation"].dims == ("category", "ping_time", "range")
    assert data["annotation"].dtype == np.float16
    assert data["category"].values.tolist() == [27, 1]
    assert np.array_equal(data["ping_time"].values, grid.ping_time)
    assert np.array_equal(data["range"].values, grid.range_m)
    assert json.loads((path / "annotation" / ".zarray").read_text())["compressor"]["cname"] == "zstd"


def test_predictions_hold_the_probability_of_each_class(
    tmp_path: Path, grid: Coordinates, probabilities: np.ndarray
) -> None:
    list(write_crimac_predictions(tmp_path / "p.zarr", grid, boxes_of(probabilities), NAMES))

    data = xr.open_zarr(tmp_path / "p.zarr")
    sandeel = data["annotation"].sel(category=27).values
    assert np.array_equal(sandeel, probabilities[1].T.astype(np.float16))


def test_a_long_survey_is_written_chunk_by_chunk(
    tmp_path: Path, grid: Coordinates, probabilities: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("napari_fathom.echogram.crimac._CHUNK_CELLS", 20 * RANGES)
    events = list(write_crimac_predictions(tmp_path / "p.zarr", grid, boxes_of(probabilities), NAMES))

    assert events == [
        *(Progress("predictions", done, PINGS) for done in (20, 40, 60, 70)),
        Done(tmp_path / "p.zarr"),
    ]
    data = xr.open_zarr(tmp_path / "p.zarr")
    assert np.array_equal(data["annotation"].sel(category=1).values, probabilities[2].T.astype(np.float16))


def test_a_cancelled_export_leaves_what_was_there(
    tmp_path: Path, grid: Coordinates, probabilities: np.ndarray
) -> None:
    path = tmp_path / "p.zarr"
    list(write_crimac_predictions(path, grid, boxes_of(probabilities), NAMES))
    before = xr.open_zarr(path).load()

    events = write_crimac_predictions(path, grid, boxes_of(1 - probabilities), NAMES)
    next(events)
    events.close()

    assert [file.name for file in tmp_path.iterdir()] == ["p.zarr"]
    assert xr.open_zarr(path).load().equals(before)


def test_labels_put_each_cell_into_its_category(
    tmp_path: Path, grid: Coordinates, labels: np.ndarray
) -> None:
    list(write_crimac_labels(tmp_path / "l.zarr", grid, boxes_of(labels), NAMES))

    data = xr.open_zarr(tmp_path / "l.zarr")
    assert data["annotation"].dtype == np.float32
    for category, value in {-1: 0, 0: 1, 27: 2, 1: 3}.items():
        assert np.array_equal(data["annotation"].sel(category=category).values, (labels == value).T)


def test_every_school_has_its_own_number(
    tmp_path: Path, grid: Coordinates, labels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("napari_fathom.echogram.crimac._CHUNK_CELLS", 16 * RANGES)
    list(write_crimac_labels(tmp_path / "l.zarr", grid, boxes_of(labels), NAMES))

    objects = xr.open_zarr(tmp_path / "l.zarr")["object"].values.T
    schools = sum(ndimage.label(labels == value)[1] for value in (2, 3))
    assert objects.dtype == np.int32
    assert np.array_equal(objects > 0, labels >= 2)
    assert sorted(set(objects.ravel()) - {0}) == list(range(1, schools + 1))
    assert all(ndimage.label(objects == number)[1] == 1 for number in range(1, schools + 1))


def test_names_crimac_does_not_know_get_categories_of_their_own() -> None:
    assert crimac_categories({1: "Background", 2: "krill", 5: "SANDEEL"}) == {
        1: 0,
        2: 10002,
        5: CATEGORIES["sandeel"],
    }


@pytest.mark.parametrize(
    ("categories", "told"),
    [
        ({1: 0, 2: 27}, "No acoustic category for other fish"),
        ({1: 0, 2: 27, 3: 27}, "each class needs its own"),
        ({1: -1, 2: 27, 3: 1}, "-1 is taken"),
    ],
)
def test_categories_that_cannot_be_are_refused(
    tmp_path: Path, grid: Coordinates, labels: np.ndarray, categories: dict[int, int], told: str
) -> None:
    with pytest.raises(LabelError, match=told):
        list(write_crimac_labels(tmp_path / "l.zarr", grid, boxes_of(labels), NAMES, categories=categories))


def test_background_alone_makes_no_predictions(
    tmp_path: Path, grid: Coordinates, probabilities: np.ndarray
) -> None:
    with pytest.raises(LabelError, match="no class but background"):
        list(write_crimac_predictions(tmp_path / "p.zarr", grid, boxes_of(probabilities), {1: "background"}))

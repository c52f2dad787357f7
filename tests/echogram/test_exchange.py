import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.evl import range_to_line, write_evl
from napari_fathom.echogram.exchange import (
    LABEL_WRITERS,
    open_labels,
    read_seabed_evl,
    sniff_labels,
    write_seabed_evl,
)
from napari_fathom.errors import FathomError, FormatError, LabelError
from napari_fathom.events import Box, Done

NAMES = {1: "background", 2: "sandeel", 3: "other fish"}
CLASSES = {name: value for value, name in NAMES.items()}
RANGES, PINGS = 40, 90
FILES = {"crimac": "a_labels.zarr", "evr": "a.evr", "tiff": "a.tif", "npz": "a.npz"}


@pytest.fixture
def grid() -> Coordinates:
    rng = np.random.default_rng(1)
    steps = (rng.uniform(0.3, 2, PINGS) * 1e9).astype("timedelta64[ns]")
    return Coordinates(
        0.3 + 0.19 * np.arange(RANGES),
        np.datetime64("2019-04-25", "ns") + np.cumsum(steps),
        rng.normal(5, 0.3, PINGS),
    )


@pytest.fixture
def labels() -> np.ndarray:
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(RANGES, PINGS)), 2)
    return np.digitize(noise, np.quantile(noise, [0.4, 0.6, 0.8])).astype(np.uint8)


@pytest.fixture
def written(tmp_path: Path, grid: Coordinates, labels: np.ndarray):
    def read(box: Box) -> np.ndarray:
        return labels[box[0] : box[1], box[2] : box[3]]

    def write(name: str) -> Path:
        *_, last = LABEL_WRITERS[name](tmp_path / FILES[name], grid, read, NAMES)
        assert last == Done(tmp_path / FILES[name])
        return tmp_path / FILES[name]

    return write


@pytest.mark.parametrize("name", LABEL_WRITERS)
def test_every_format_that_is_written_comes_back_the_same(
    written, grid: Coordinates, labels: np.ndarray, name: str
) -> None:
    incoming = open_labels(written(name), grid, CLASSES)

    assert incoming.shape == labels.shape
    assert incoming.notes == ()
    assert set(incoming.names) == (set() if name == "evl" else set(NAMES.values()))
    assert np.array_equal(incoming.read((0, RANGES, 0, PINGS)), labels)
    assert np.array_equal(incoming.read((7, 19, 33, 71)), labels[7:19, 33:71])


@pytest.mark.parametrize("name", LABEL_WRITERS)
def test_formats_are_told_by_content_and_not_by_name(written, name: str) -> None:
    assert sniff_labels(written(name)) == name


@pytest.mark.parametrize("name", LABEL_WRITERS)
def test_classes_may_have_other_numbers_in_the_survey(
    written, grid: Coordinates, labels: np.ndarray, name: str
) -> None:
    incoming = open_labels(written(name), grid, {"sandeel": 1, "background": 4})

    assert np.array_equal(incoming.read((0, RANGES, 0, PINGS)), np.array([0, 4, 1, 0], np.uint8)[labels])
    assert "other fish" in incoming.notes[0] or "category 1" in incoming.notes[0]


def test_beyond_a_line_is_background(tmp_path: Path, grid: Coordinates) -> None:
    seabed = np.linspace(3, 6, PINGS)
    write_evl(tmp_path / "seabed.evl", range_to_line(grid, seabed))

    block = open_labels(tmp_path / "seabed.evl", grid, CLASSES).read((0, RANGES, 1, PINGS - 1))

    assert sniff_labels(tmp_path / "seabed.evl") == "evl"
    assert np.array_equal(block == 1, grid.range_m[:, None] >= seabed[None, 1:-1])
    assert set(np.unique(block)) == {0, 1}


def test_a_line_needs_a_class_for_what_is_beyond_it(tmp_path: Path, grid: Coordinates) -> None:
    write_seabed_evl(tmp_path / "seabed.evl", grid, np.full(PINGS, 5.0))

    with pytest.raises(LabelError, match="background, and the survey has no such class"):
        open_labels(tmp_path / "seabed.evl", grid, {"sandeel": 2})


def test_a_seabed_comes_back_as_it_went_out(tmp_path: Path, grid: Coordinates) -> None:
    seabed = 6 + np.sin(np.arange(PINGS) / 9)
    write_seabed_evl(tmp_path / "seabed.evl", grid, seabed)

    # the outermost pings may fall just outside of their own rounded points
    assert read_seabed_evl(tmp_path / "seabed.evl", grid)[1:-1] == pytest.approx(seabed[1:-1], abs=1e-5)


def test_a_line_above_the_transducer_is_no_seabed(tmp_path: Path, grid: Coordinates) -> None:
    seabed = np.full(PINGS, 6.0)
    seabed[5:9] = -2
    write_seabed_evl(tmp_path / "seabed.evl", grid, seabed)
    read = read_seabed_evl(tmp_path / "seabed.evl", grid)
    assert np.isnan(read[5:9]).all()
    assert np.nanmin(read) == pytest.approx(6)

    write_seabed_evl(tmp_path / "surface.evl", grid, np.full(PINGS, -2.0))
    with pytest.raises(FormatError, match="no depth beyond the transducer"):
        read_seabed_evl(tmp_path / "surface.evl", grid)


@pytest.mark.parametrize("name", ["transect.evr", "transect.evl"])
def test_regions_and_lines_of_another_cruise_are_refused(
    shipped_data: Path, grid: Coordinates, name: str
) -> None:
    with pytest.raises(FormatError, match=r"The survey goes from|lies between 2019-04-25"):
        open_labels(shipped_data / "regions" / name, grid, CLASSES)


def test_classifications_without_a_class_are_told(shipped_data: Path) -> None:
    time = np.arange("2017-07-17T21:00", "2017-07-18T02:00", 60, "datetime64[s]").astype("datetime64[ns]")
    grid = Coordinates(np.arange(500.0), time, np.full(len(time), 9.0))

    incoming = open_labels(shipped_data / "regions" / "x0045_regions.evr", grid, {"hake": 1})

    (note,) = incoming.notes
    assert "no such class: classification Age-1 Hake, Unclassified regions. " in note
    assert incoming.read((0, 500, 0, len(time))).any()


@pytest.mark.parametrize("content", [b"", b"ping,range\n", b"PK\x03\x04"])
def test_what_is_no_label_file_is_nobodys(tmp_path: Path, grid: Coordinates, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)

    assert sniff_labels(tmp_path / "a.csv") is None
    with pytest.raises(FormatError, match=r"a\.csv: it holds no labels that we know\. Give EVR, EVL"):
        open_labels(tmp_path / "a.csv", grid, CLASSES)


def test_an_archive_is_told_by_what_is_in_it_whatever_its_name(written, tmp_path: Path) -> None:
    renamed = written("npz").rename(tmp_path / "labels.zip")
    with zipfile.ZipFile(tmp_path / "letters.zip", "w") as archive:
        archive.writestr("captain.txt", "Dear captain")

    assert sniff_labels(renamed) == "npz"
    assert sniff_labels(tmp_path / "letters.zip") is None


def test_a_path_with_nothing_there_says_so(tmp_path: Path, grid: Coordinates) -> None:
    assert sniff_labels(tmp_path / "a.evr") is None
    with pytest.raises(FormatError, match="nothing at that path"):
        open_labels(tmp_path / "a.evr", grid, CLASSES)


@pytest.mark.parametrize("name", ["evr", "tiff", "npz"])
def test_files_cut_short_give_an_error_one_can_act_on(written, grid: Coordinates, name: str) -> None:
    path = written(name)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])

    with pytest.raises(FathomError, match=path.name):
        open_labels(path, grid, CLASSES).read((0, RANGES, 0, PINGS))

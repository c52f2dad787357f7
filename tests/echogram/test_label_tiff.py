import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_fathom.echogram import label_tiff
from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.label_tiff import read_label_tiff, write_label_tiff
from napari_fathom.errors import FormatError, LabelError
from napari_fathom.events import Box

NAMES = {1: "background", 2: "sandeel", 3: "Øret"}
CLASSES = {name: value for value, name in NAMES.items()}
LABELS = np.random.default_rng(0).integers(0, 4, (13, 29), np.uint8)


@pytest.fixture
def grid() -> Coordinates:
    time = np.datetime64("2019-04-25", "ns") + np.arange(29) * np.timedelta64(1, "s")
    return Coordinates(np.arange(13.0), time, np.zeros(29))


def read_labels(box: Box) -> np.ndarray:
    return LABELS[box[0] : box[1], box[2] : box[3]]


def test_an_image_is_plain_grey_with_its_classes_in_the_description(
    tmp_path: Path, grid: Coordinates
) -> None:
    list(write_label_tiff(tmp_path / "a.tif", grid, read_labels, NAMES))

    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        page = file.pages.first
        assert np.array_equal(page.asarray(), LABELS)
        # what ImageJ opens without plugins
        assert (page.compression, page.photometric, page.bitspersample, page.is_tiled) == (1, 1, 8, False)
        assert not file.is_bigtiff
        assert json.loads(page.description)["classes"] == {
            "0": "unlabelled",
            "1": "background",
            "2": "sandeel",
            "3": "Øret",
        }


def test_a_long_image_is_written_slab_by_slab(
    tmp_path: Path, grid: Coordinates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_tiff, "_SLAB_PINGS", 7)
    monkeypatch.setattr(label_tiff, "_CLASSIC_LIMIT_BYTES", 100)

    events = list(write_label_tiff(tmp_path / "a.tif", grid, read_labels, NAMES))

    assert len(events) == 6
    assert np.array_equal(tifffile.imread(tmp_path / "a.tif"), LABELS)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert file.is_bigtiff


def test_an_image_reads_back_by_the_names_of_its_classes(tmp_path: Path, grid: Coordinates) -> None:
    list(write_label_tiff(tmp_path / "a.tif", grid, read_labels, NAMES))

    incoming = read_label_tiff(tmp_path / "a.tif", grid, {"sandeel": 7, "øret": 1})

    assert np.array_equal(incoming.read((0, 13, 0, 29)), np.array([0, 0, 7, 1], np.uint8)[LABELS])
    assert incoming.notes[0].startswith(
        "Left unlabelled, since the survey has no such class: class background. "
    )


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"imagej": True}])
def test_somebody_elses_image_keeps_its_values(tmp_path: Path, grid: Coordinates, options: dict) -> None:
    tifffile.imwrite(tmp_path / "a.tif", LABELS, **options)

    assert np.array_equal(
        read_label_tiff(tmp_path / "a.tif", grid, CLASSES).read((2, 9, 5, 20)), LABELS[2:9, 5:20]
    )


def test_colours_are_no_labels(tmp_path: Path, grid: Coordinates) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((13, 29, 3), np.uint8), photometric="rgb")

    with pytest.raises(FormatError, match="1 pages of 13 × 29 × 3"):
        read_label_tiff(tmp_path / "a.tif", grid, CLASSES)


def test_an_image_of_another_shape_is_refused(tmp_path: Path, grid: Coordinates) -> None:
    tifffile.imwrite(tmp_path / "a.tif", LABELS.T.copy())

    with pytest.raises(
        LabelError, match=r"29 × 13 cells, the survey 13 ranges × 29 pings\. It looks transposed"
    ):
        read_label_tiff(tmp_path / "a.tif", grid, CLASSES)


def test_a_small_file_that_holds_a_huge_image_is_refused_before_it_is_inflated(
    tmp_path: Path, grid: Coordinates
) -> None:
    huge = np.zeros((4000, 8000), np.uint8)  # 32 MB, of which the disk gets some kilobytes
    tifffile.imwrite(tmp_path / "a.tif", huge, compression="zlib")

    tracemalloc.start()
    with pytest.raises(LabelError, match="4000 × 8000 cells"):
        read_label_tiff(tmp_path / "a.tif", grid, CLASSES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < huge.nbytes / 4


@pytest.mark.parametrize("description", ['{"classes": ["krill"]}', '{"classes": {"krill": 1}}', "[3]", "{"])
def test_somebody_elses_description_names_no_classes(
    tmp_path: Path, grid: Coordinates, description: str
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", LABELS, description=description, metadata=None)

    incoming = read_label_tiff(tmp_path / "a.tif", grid, CLASSES)

    assert np.array_equal(incoming.read((0, 13, 0, 29)), LABELS)
    assert "does not name its classes" in incoming.notes[0]


def test_a_named_value_that_no_byte_holds_is_passed_over(tmp_path: Path, grid: Coordinates) -> None:
    description = '{"classes": {"300": "sandeel", "2": "background"}}'
    tifffile.imwrite(tmp_path / "a.tif", LABELS, description=description, metadata=None)

    placed = read_label_tiff(tmp_path / "a.tif", grid, {"background": 1, "sandeel": 2}).read((0, 13, 0, 29))

    assert np.array_equal(placed, np.where(LABELS == 2, 1, 0))


def test_what_is_no_image_is_refused(tmp_path: Path, grid: Coordinates) -> None:
    (tmp_path / "a.tif").write_bytes(b"ping,range\n")

    with pytest.raises(FormatError, match=r"a\.tif: it is no whole TIFF image"):
        read_label_tiff(tmp_path / "a.tif", grid, CLASSES)

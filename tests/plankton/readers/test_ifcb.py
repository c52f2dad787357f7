import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.plankton.sets import tables_of, told

from napari_fathom.errors import FormatError
from napari_fathom.plankton import sniff
from napari_fathom.plankton.places import ImageFiles, place_at, place_columns
from napari_fathom.plankton.readers.ifcb_layout import start_of

OLD = "IFCB5_2012_028_081515"
NEW = "D20220519T124533_IFCB134"


@pytest.fixture
def old_bin(shipped_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_data / "plankton" / "ifcb", tmp_path / "bins"))


def test_a_bin_of_the_first_generation_is_read_by_its_own_columns(old_bin: Path) -> None:
    tables = tables_of(old_bin)
    assert sniff(old_bin) == "ifcb"
    # the seventh target has no image; the sixth keeps its number
    assert tables.objects["object_id"].tolist() == [f"{OLD}_{number:05d}" for number in range(1, 7)]
    assert tables.images["width"].tolist() == [96, 238, 180, 113, 105, 197]
    assert tables.objects["sample"].eq(OLD).all()
    assert tables.objects["date"][0].floor("s") == pd.Timestamp("2012-01-28 08:15:15")


def test_one_of_the_three_files_is_enough_to_name_a_bin(old_bin: Path) -> None:
    assert len(tables_of(old_bin / f"{OLD}.hdr").objects) == 6


def test_a_bin_of_the_second_generation_is_read_by_its_own_columns(shared_data: Path) -> None:
    bins = shared_data / "plankton" / "ifcb_nodc" / "bins"
    tables = tables_of(bins)
    # of 18 targets the fifteenth has no image
    assert tables.objects["roi_number"].tolist() == [*range(1, 15), 16, 17, 18]
    raw = (bins / f"{NEW}.roi").read_bytes()
    expected = np.frombuffer(raw[21472 : 21472 + 160 * 106], np.uint8).reshape(106, 160)
    place = place_at(place_columns(tables.images), 1)
    np.testing.assert_array_equal(ImageFiles().pixels(place), expected)


def test_pixels_are_min_max_stretched_in_the_png_of_a_known_target(shipped_data: Path) -> None:
    """The archive holds target 3 as a PNG too, which its makers stretched to 0…255."""
    from zipfile import ZipFile

    path = shipped_data / "plankton" / "ifcb_with_scores.zip"
    with (
        ZipFile(path) as archive,
        archive.open("test_data/png2/Mesodinium_rubrum/D20220522T003051_IFCB134_00003.png") as png,
    ):
        published = np.asarray(Image.open(png).convert("L"), float)
    pixels = ImageFiles().pixels(place_at(place_columns(tables_of(path).images), 1)).astype(float)
    assert pixels.shape == published.shape
    assert np.corrcoef(pixels.ravel(), published.ravel())[0, 1] > 0.999


def test_a_line_that_was_cut_off_costs_its_target(old_bin: Path) -> None:
    adc = old_bin / f"{OLD}.adc"
    lines = adc.read_text().splitlines(keepends=True)
    adc.write_text("".join(lines[:4]) + lines[4][:30])
    tables = tables_of(old_bin)
    assert len(tables.objects) == 4
    assert told(tables) == [(f"{OLD}.adc", 5)]


def test_an_image_beyond_the_end_of_the_roi_file_costs_its_target(old_bin: Path) -> None:
    roi = old_bin / f"{OLD}.roi"
    roi.write_bytes(roi.read_bytes()[:60000])
    tables = tables_of(old_bin)
    assert tables.objects["roi_number"].tolist() == [1, 2, 3, 4]
    assert told(tables) == [(f"{OLD}.adc", 5), (f"{OLD}.adc", 6)]


@pytest.mark.parametrize("size", [0, 2])
def test_a_bin_without_pixels_says_so(old_bin: Path, size: int) -> None:
    (old_bin / f"{OLD}.roi").write_bytes(b"\0" * size)
    with pytest.raises(FormatError, match=rf"{OLD}\.roi.*{size} bytes"):
        tables_of(old_bin)


def test_names_say_when_a_bin_was_begun() -> None:
    assert start_of(NEW) == pd.Timestamp("2022-05-19 12:45:33")
    assert start_of(OLD) == pd.Timestamp("2012-01-28 08:15:15")
    assert start_of("decoy") is None
    assert start_of("D20221319T124533_IFCB134") is None

"""Whatever lies in a folder and is not read with it is told, with how many and how to open it."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.plankton.sets import drawn, tables_of, write

from napari_fathom.plankton import Fault


@pytest.fixture
def bins(shipped_data: Path, tmp_path: Path) -> Path:
    shutil.copytree(shipped_data / "plankton" / "ifcb", tmp_path / "set" / "bins")
    return tmp_path / "set"


def only_fault(folder: Path) -> Fault:
    (fault,) = tables_of(folder).faults
    return fault


def test_images_beside_bins_are_told_with_the_folder_to_open(bins: Path) -> None:
    for number in range(3):
        write(bins / "drawn" / f"class{number % 2}" / f"{number}.png", drawn(number))
    fault = only_fault(bins)
    assert fault.file == "drawn"
    assert fault.message.startswith(
        "3 images (drawn/class0/0.png, drawn/class0/2.png, drawn/class1/1.png) are not read: "
        "set is read as IFCB bins."
    )
    assert "Open this folder by itself" in fault.message
    assert len(tables_of(bins / "drawn").objects) == 3


def test_images_among_the_bins_themselves_have_to_be_put_elsewhere(bins: Path) -> None:
    write(bins / "bins" / "1.png", drawn(1))
    fault = only_fault(bins)
    assert fault.file == "set"
    assert "Put such files in a folder of their own" in fault.message


def test_images_that_no_line_of_a_table_names_are_told(tmp_path: Path) -> None:
    write(tmp_path / "1.png", drawn(1))
    write(tmp_path / "2.png", drawn(2))
    write(tmp_path / "t.csv", "file,label\n1.png,a\n")
    assert only_fault(tmp_path).message.startswith("image 2.png is not read")


def test_stacks_and_bins_beside_a_table_are_told(bins: Path) -> None:
    write(bins / "1.png", drawn(1))
    write(bins / "ecotaxa_t.tsv", "object_id\timg_file_name\n[t]\t[t]\na\t1.png\n")
    np.save(bins / "stack.npy", np.zeros((2, 3, 4), np.uint8))
    said = [fault.message.partition(" is not read")[0] for fault in tables_of(bins).faults]
    assert said == ["stack stack.npy", "IFCB bin bins/IFCB5_2012_028_081515.adc"]


def test_a_chosen_path_with_nothing_in_it_is_told_beside_one_that_is_read(tmp_path: Path) -> None:
    images = write(tmp_path / "images" / "1.png", drawn(1)).parent
    tables = tables_of(images, write(tmp_path / "other" / "thesis.xyz", "words"))
    assert len(tables.objects) == 1
    assert [fault.place for fault in tables.faults] == ["thesis.xyz"]


def test_a_set_that_is_wholly_read_has_no_such_fault(bins: Path, tmp_path: Path) -> None:
    assert tables_of(bins).faults == ()
    write(tmp_path / "images" / "1.png", drawn(1))
    assert tables_of(tmp_path / "images").faults == ()

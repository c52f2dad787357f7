import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.plankton.sets import drawn, encoded, result, write

from napari_fathom.errors import FormatError
from napari_fathom.plankton import Collection, convert_collection, lay_out_collection
from napari_fathom.plankton.model import twins


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    for number in range(3):
        write(tmp_path / "data" / "set" / f"{number}.png", drawn(number))
    opened = result(convert_collection(tmp_path / "data" / "set", tmp_path / "data" / "set.collection"))
    assert isinstance(opened, Collection)
    return opened


def test_a_store_and_its_images_may_move_together(collection: Collection, tmp_path: Path) -> None:
    shutil.move(tmp_path / "data", tmp_path / "elsewhere")
    moved = Collection.open(tmp_path / "elsewhere" / "set.collection")
    np.testing.assert_array_equal(moved.read(1), drawn(1))


def test_images_that_are_gone_are_named_while_vignettes_stay(collection: Collection, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "data" / "set")
    opened = Collection.open(collection.path)
    with pytest.raises(FormatError, match="no longer there"):
        opened.read(1)
    assert opened.thumbnails([1]).any()


def test_the_original_comes_as_it_lies_there(collection: Collection) -> None:
    assert collection.original(2) == ("2.png", encoded(drawn(2)))


def test_images_that_share_a_file_have_no_original(tmp_path: Path) -> None:
    np.save(tmp_path / "s.npy", np.stack([drawn(1), drawn(2)]))
    opened = result(lay_out_collection(tmp_path / "s.npy", tmp_path / "s.collection"))
    assert opened.original(1) is None
    np.testing.assert_array_equal(opened.read(1), drawn(2))


def test_rows_and_ranks_that_are_not_there_are_errors(collection: Collection) -> None:
    for row in (-1, 3):
        with pytest.raises(IndexError):
            collection.read(row)
    with pytest.raises(FormatError, match="1 images"):
        collection.read(0, 1)


def test_twins_are_the_first_of_their_kind_and_the_unknown_have_none() -> None:
    assert twins(np.array([7, 0, 5, 7, 0, 5, 7], np.uint64)).tolist() == [0, 1, 2, 0, 4, 2, 0]


def test_what_is_no_store_or_a_newer_ones_says_so(collection: Collection, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no collection is there"):
        Collection.open(tmp_path)
    record = collection.path / "collection.json"
    written = json.loads(record.read_text())
    record.write_text(json.dumps(written | {"version": 99, "new": 1}))
    with pytest.raises(FormatError, match="version 99"):
        Collection.open(collection.path)
    record.write_text("{}")
    with pytest.raises(FormatError, match="damaged"):
        Collection.open(collection.path)


@pytest.mark.parametrize("lost", ["objects.parquet", "images.parquet", "look.parquet", "look.zarr"])
def test_a_store_that_lost_a_part_names_it(collection: Collection, lost: str) -> None:
    path = collection.path / lost
    if path.is_dir():
        shutil.rmtree(path)
    elif lost != "look.parquet":
        path.write_bytes(b"PAR1")
    else:
        path.write_bytes(b"cut")
    opened = Collection.open(collection.path)
    with pytest.raises(FormatError, match=r"set\.collection"):
        assert opened.objects is not None
        assert opened.images is not None
        assert opened.vignettes is not None

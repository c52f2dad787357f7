from pathlib import Path

import numpy as np
import pytest
import zarr
from PIL import Image
from tests.plankton.sets import drawn, tables_of, told, write

from napari_fathom.errors import FormatError
from napari_fathom.plankton import sniff
from napari_fathom.plankton.places import ImageFiles, place_at, place_columns

PLANES = np.stack([drawn(number) for number in range(5)])


def planes_of(path: Path) -> np.ndarray:
    columns = place_columns(tables_of(path).images)
    files = ImageFiles()
    try:
        return np.stack([files.pixels(place_at(columns, at)) for at in range(len(columns[0]))])
    finally:
        files.close()


def test_every_page_of_a_tiff_is_an_object(tmp_path: Path) -> None:
    first, *others = (Image.fromarray(plane) for plane in PLANES)
    first.save(tmp_path / "stack.tif", save_all=True, append_images=others)
    assert sniff(tmp_path / "stack.tif") == sniff(tmp_path) == "stack"
    assert tables_of(tmp_path).objects["object_id"].tolist() == [f"stack_{number:05d}" for number in range(5)]
    np.testing.assert_array_equal(planes_of(tmp_path), PLANES)


def test_every_plane_of_an_npy_is_an_object(tmp_path: Path) -> None:
    np.save(tmp_path / "stack.npy", PLANES)
    assert sniff(tmp_path / "stack.npy") == "stack"
    np.testing.assert_array_equal(planes_of(tmp_path / "stack.npy"), PLANES)


def test_every_plane_of_a_zarr_is_an_object(tmp_path: Path) -> None:
    array = zarr.create_array(tmp_path / "stack.zarr", shape=PLANES.shape, dtype="uint8", chunks=(1, 20, 30))
    array[:] = PLANES
    assert sniff(tmp_path / "stack.zarr") == sniff(tmp_path) == "stack"
    np.testing.assert_array_equal(planes_of(tmp_path / "stack.zarr"), PLANES)
    np.testing.assert_array_equal(planes_of(tmp_path), PLANES)


def test_colours_of_a_stack_are_read_by_their_luminance(tmp_path: Path) -> None:
    np.save(tmp_path / "stack.npy", np.stack([PLANES] * 3, axis=-1))
    np.testing.assert_array_equal(planes_of(tmp_path), PLANES)


def test_an_array_of_another_shape_is_told_and_the_others_load(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", PLANES)
    np.save(tmp_path / "b.npy", PLANES[0])
    tables = tables_of(tmp_path)
    assert len(tables.objects) == 5
    assert told(tables) == [("b.npy", None)]


def test_an_array_that_would_have_to_be_unpickled_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{}, None], object))
    with pytest.raises(FormatError, match=r"a\.npy"):
        tables_of(tmp_path)


def test_tiffs_of_one_page_are_just_images(tmp_path: Path) -> None:
    write(tmp_path / "a" / "1.tif", drawn(1))
    assert sniff(tmp_path) == "folders"

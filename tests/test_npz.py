import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from napari_fathom.npz import npz_headers, npz_names, read_npz

LARGE = np.arange(60, dtype=np.float32).reshape(3, 20)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """What people save: numbers beside a note that numpy had to pickle."""
    path = tmp_path / "a.npz"
    np.savez_compressed(path, sv=LARGE, note=np.array([{"cruise": 7}], dtype=object), t=np.arange(5))
    return path


def test_shapes_and_types_are_told_also_of_what_is_never_loaded(archive: Path) -> None:
    headers = npz_headers(archive)

    assert headers["sv"] == ((3, 20), np.dtype("f4"))
    assert headers["note"] == ((1,), np.dtype(object))


def test_only_what_is_wanted_is_loaded(archive: Path) -> None:
    arrays = read_npz(archive, ("sv", "absent"))

    assert list(arrays) == ["sv"]
    np.testing.assert_array_equal(arrays["sv"], LARGE)


def test_what_would_have_to_be_unpickled_is_refused(archive: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        read_npz(archive, ("note",))


@pytest.mark.parametrize("read", [npz_headers, lambda path: read_npz(path, ("sv", "t"))])
def test_no_single_damaged_byte_raises_anything_else(archive: Path, read) -> None:
    whole = archive.read_bytes()
    damaged = archive.with_name("b.npz")
    for place in range(0, len(whole), 5):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read(damaged)
        except ValueError:
            continue  # a byte that nothing depends on (a date, a permission) may pass


def test_names_are_told_of_an_archive_and_of_nothing_else(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.npz").write_text("Dear captain")

    assert npz_names(archive) == {"sv", "note", "t"}
    assert npz_names(tmp_path / "letter.npz") == set()


def test_a_small_file_that_unpacks_to_more_than_the_memory_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    header = BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (2**20, 2**24)}
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("labels.npy", header.getvalue())
        archive.writestr("small.npy", npy(LARGE))

    with pytest.raises(ValueError, match=r"labels would take 16384\.0 GiB"):
        read_npz(path, ("labels",))
    np.testing.assert_array_equal(read_npz(path, ("small",))["small"], LARGE)


def npy(values: np.ndarray) -> bytes:
    stream = BytesIO()
    np.save(stream, values)
    return stream.getvalue()

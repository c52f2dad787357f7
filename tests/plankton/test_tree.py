from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from tests.plankton.sets import write

from napari_fathom.errors import FormatError
from napari_fathom.plankton.archive import Archive
from napari_fathom.plankton.folder import Folder
from napari_fathom.plankton.trees import open_tree, open_trees


def test_a_folder_and_the_zip_of_it_hold_the_same_names_and_bytes(tmp_path: Path) -> None:
    write(tmp_path / "set" / "b" / "2.txt", "two")
    write(tmp_path / "set" / "a.txt", "one")
    with ZipFile(tmp_path / "set.zip", "w", ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "set" / "b" / "2.txt", "b\\2.txt")
        archive.write(tmp_path / "set" / "a.txt", "a.txt")
    for tree in (open_tree(tmp_path / "set"), open_tree(tmp_path / "set.zip")):
        assert tree.sizes == {"a.txt": 3, "b/2.txt": 3}
        assert tree.read("b/2.txt") == b"two"
        with pytest.raises(FormatError, match=r"gone\.txt"):
            tree.read("gone.txt")
        tree.close()


def test_a_change_of_a_file_changes_the_stamp(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "one")
    before = Folder(tmp_path).stamp
    assert Folder(tmp_path).stamp == before
    write(tmp_path / "a.txt", "other")
    assert Folder(tmp_path).stamp != before


@pytest.mark.parametrize(
    "name", ["../a.png", "x/../../a.png", "/a.png", "C:\\a.png", "\\a.png", "x\\..\\..\\a.png"]
)
def test_names_that_point_out_of_an_archive_are_refused(tmp_path: Path, name: str) -> None:
    with ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr(ZipInfo(name), b"")
        archive.writestr("good.png", b"1")
    tree = Archive(tmp_path / "t.zip")
    assert list(tree.sizes) == ["good.png"]
    assert len(tree.refused) == 1
    tree.close()


def test_a_member_that_promises_gigabytes_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("bomb.png", b"0" * 100)
    data = (tmp_path / "t.zip").read_bytes()
    size = (100).to_bytes(4, "little")
    start = data.index(b"PK\x01\x02")  # the central directory, by which archives are read
    bomb = data[:start] + data[start:].replace(size + size, size + (0xF0000000).to_bytes(4, "little"), 1)
    (tmp_path / "t.zip").write_bytes(bomb)
    tree = Archive(tmp_path / "t.zip")
    assert not tree.sizes
    assert "4 GiB" in tree.refused[0].message
    tree.close()


def test_a_damaged_member_is_told_by_its_name(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "t.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"abcdefgh" * 100)
    data = bytearray((tmp_path / "t.zip").read_bytes())
    data[40] ^= 0xFF
    (tmp_path / "t.zip").write_bytes(bytes(data))
    tree = Archive(tmp_path / "t.zip")
    with pytest.raises(FormatError, match=r"a\.txt"):
        tree.read("a.txt")
    tree.close()


def test_a_ring_of_links_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "a" / "1.txt", "one")
    (tmp_path / "a" / "ring").symlink_to(tmp_path, target_is_directory=True)
    assert list(Folder(tmp_path).sizes) == ["a/1.txt"]


def test_loose_files_are_trees_of_their_folders(tmp_path: Path) -> None:
    files = [write(tmp_path / name, "x") for name in ("a/1.txt", "a/2.txt", "b/1.txt", "b/2.txt")]
    trees = open_trees(files[:3])
    assert [(tree.path.name, list(tree.sizes)) for tree in trees] == [
        ("a", ["1.txt", "2.txt"]),
        ("b", ["1.txt"]),
    ]

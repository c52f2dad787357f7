import errno
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from napari_fathom.files import (
    append_line,
    remove_folder,
    replace_bytes,
    replace_file,
    replace_folder,
    replace_json,
    replace_text,
    sweep,
)


def grow_file(path: Path, *, fail: bool = False) -> None:
    with replace_file(path) as beside:
        beside.write_text("new")
        if fail:
            raise RuntimeError("the disk is full")


def grow_folder(path: Path, *, fail: bool = False) -> None:
    with replace_folder(path) as beside:
        (beside / "inside").write_text("new")
        if fail:
            raise RuntimeError("the disk is full")


def content(path: Path) -> str:
    return (path / "inside" if path.is_dir() else path).read_text()


@pytest.mark.parametrize("grow", [grow_file, grow_folder])
def test_what_is_whole_takes_the_formers_place(tmp_path: Path, grow: Callable[..., None]) -> None:
    grow(tmp_path / "a.part.tif")
    grow(tmp_path / "a.part.tif")

    assert content(tmp_path / "a.part.tif") == "new"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_fails_half_way_leaves_the_former_one_alone(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_text("old")

    with pytest.raises(RuntimeError):
        grow_file(tmp_path / "a.tif", fail=True)

    assert content(tmp_path / "a.tif") == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_fails_half_way_leaves_the_former_one_alone(tmp_path: Path) -> None:
    (tmp_path / "a.zarr").mkdir()
    (tmp_path / "a.zarr" / "inside").write_text("old")

    with pytest.raises(RuntimeError):
        grow_folder(tmp_path / "a.zarr", fail=True)

    assert content(tmp_path / "a.zarr") == "old"
    assert len(list(tmp_path.iterdir())) == 1


def leave_as_a_crash_does(monkeypatch: pytest.MonkeyPatch, path: Path, renames: int) -> None:
    """Replace a folder and die after so many renames: nothing that would be done then is done."""
    done: list[Path] = []
    rename = Path.rename

    def until_the_crash(self: Path, target: Path) -> Path:
        if len(done) == renames:
            raise KeyboardInterrupt
        done.append(self)
        return rename(self, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "rename", until_the_crash)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        grow_folder(path)
        raise KeyboardInterrupt


@pytest.mark.parametrize(("renames", "kept"), [(0, "old"), (1, "old"), (2, "new")])
def test_sweeping_after_a_crash_leaves_one_whole_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int, kept: str
) -> None:
    (tmp_path / "a.zarr").mkdir()
    (tmp_path / "a.zarr" / "inside").write_text("old")

    leave_as_a_crash_does(monkeypatch, tmp_path / "a.zarr", renames)
    sweep(tmp_path)

    assert content(tmp_path / "a.zarr") == kept
    assert [path.name for path in tmp_path.iterdir()] == ["a.zarr"]


def test_sweeping_leaves_what_is_not_ours(tmp_path: Path) -> None:
    names = [".hidden.old", "a.part", ".b.part", "study.json"]
    for name in names:
        (tmp_path / name).touch()

    sweep(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


@pytest.mark.parametrize("grow", [grow_file, grow_folder])
def test_a_first_write_that_fails_leaves_nothing(tmp_path: Path, grow: Callable[..., None]) -> None:
    with pytest.raises(RuntimeError):
        grow(tmp_path / "a", fail=True)

    assert not list(tmp_path.iterdir())


def test_the_file_beside_ends_as_the_wanted_one_does(tmp_path: Path) -> None:
    with replace_file(tmp_path / "labels.ome.tif") as beside:
        assert beside.name.endswith("labels.ome.tif")
        assert beside.parent == tmp_path
        beside.touch()


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    replace_bytes(tmp_path / "a" / "b" / "c.bin", b"\0\1")

    assert (tmp_path / "a" / "b" / "c.bin").read_bytes() == b"\0\1"


def test_text_and_json_are_utf_8(tmp_path: Path) -> None:
    replace_text(tmp_path / "a.txt", "Sørøya\n")
    replace_json(tmp_path / "a.json", {"name": "Sørøya"})

    assert (tmp_path / "a.txt").read_bytes() == "Sørøya\n".encode()
    assert (tmp_path / "a.json").read_bytes() == '{\n  "name": "Sørøya"\n}\n'.encode()


def test_lines_are_appended_one_by_one(tmp_path: Path) -> None:
    append_line(tmp_path / "a.jsonl", "first")
    append_line(tmp_path / "a.jsonl", "second ø")

    assert (tmp_path / "a.jsonl").read_text(encoding="utf-8") == "first\nsecond ø\n"


def test_a_removal_that_a_crash_cuts_short_leaves_nothing_half_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "0003" / "deep").mkdir(parents=True)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)  # the crash comes before anything is gone
        remove_folder(tmp_path / "0003")

    assert not (tmp_path / "0003").exists()
    sweep(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows can't flush a folder")
def test_a_new_folder_is_on_the_disk_to_its_last_name_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    fsync = os.fsync

    def remember(handle: int) -> None:
        flushed.append(Path(os.readlink(f"/proc/self/fd/{handle}")))
        fsync(handle)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("what a handle belongs to is told by /proc")
    monkeypatch.setattr(os, "fsync", remember)
    with replace_folder(tmp_path / "a.zarr") as beside:
        (beside / "c" / "0").mkdir(parents=True)
        (beside / "c" / "0" / "1").touch()

    assert set(flushed) == {beside, beside / "c", beside / "c" / "0", beside / "c" / "0" / "1", tmp_path}
    assert flushed[-1] == tmp_path


def test_a_network_disk_that_flushes_no_folders_is_written_to_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def only_files(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", only_files)
    replace_text(tmp_path / "a.txt", "written")
    assert (tmp_path / "a.txt").read_text() == "written"


@pytest.mark.skipif(os.name == "nt", reason="Windows can't flush a folder")
def test_a_disk_that_breaks_while_names_are_flushed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def broken(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EIO, "Input/output error")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        replace_text(tmp_path / "a.txt", "written")

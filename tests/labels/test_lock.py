"""One writer at a time, and disks that can't watch over that."""

import errno
import os
from pathlib import Path

import pytest

from napari_fathom.errors import StudyError
from napari_fathom.labels import LabelStore, lock
from napari_fathom.labels.lock import WriteLock


def refusing(number: int):
    def refuse(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    return refuse


def test_the_second_is_refused_and_after_the_first_has_let_go_it_is_not(tmp_path: Path) -> None:
    first = WriteLock(tmp_path / "lock", "hake.fathom")
    with pytest.raises(StudyError, match=r"hake\.fathom: already open for writing"):
        WriteLock(tmp_path / "lock", "hake.fathom")
    first.release()
    assert WriteLock(tmp_path / "lock", "hake.fathom").held


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_disk_without_locks_is_written_to_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    LabelStore.create(tmp_path / "labels", (5, 5)).close()
    monkeypatch.setattr(lock, "_lock", refusing(number))
    with LabelStore.open(tmp_path / "labels", called="hake.fathom") as store:
        store.write((0, 1, 0, 1), 1, origin="paint")
        assert store.notes == (
            "hake.fathom lies on a disk that can't lock files: don't write to it from two programs.",
        )
    assert not store.writable


def test_classes_given_just_before_the_lock_was_had_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "labels"
    LabelStore.create(path, (5, 5)).close()
    system = lock._lock

    def after_another(handle: int) -> None:
        monkeypatch.setattr(lock, "_lock", system)
        with LabelStore.open(path) as other:
            other.set_classes(other.classes.with_all_added(["herring"]))
        system(handle)

    monkeypatch.setattr(lock, "_lock", after_another)
    with LabelStore.open(path) as store:
        assert "herring" in store.classes.names


def test_a_broken_disk_is_not_taken_for_another_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_lock", refusing(errno.EIO))
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        WriteLock(tmp_path / "lock", "hake.fathom")

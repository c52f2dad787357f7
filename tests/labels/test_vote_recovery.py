"""Whatever a crash or a bad disk leaves, the store opens with every vote that was acknowledged."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from napari_fathom import files
from napari_fathom.errors import LabelError
from napari_fathom.labels import LARGEST_VOTE, Classes, VoteStore

TAXA = Classes((), LARGEST_VOTE).with_all_added(["Copepoda", "detritus", "fiber"])


@pytest.fixture
def crashed(tmp_path: Path) -> tuple[Path, np.ndarray]:
    """A store as a killed program leaves it: two casts saved, three more in the journal alone."""
    with VoteStore.create(tmp_path / "alive", [str(i) for i in range(50)], TAXA) as store:
        store.cast(range(20), 1, annotator="Ada")
        store.cast(range(10, 30), 2, annotator="Ben")
    with VoteStore.open(tmp_path / "alive") as store:
        event = store.cast(range(5), 3, annotator="Ada")
        store.cast(range(40, 50), 3, annotator="Cyd")
        store.revert([event])
        shutil.copytree(store.path, tmp_path / "votes")  # the live one never gets to say goodbye
        return tmp_path / "votes", store.hard().copy()


def test_votes_behind_the_saved_state_are_replayed(crashed: tuple[Path, np.ndarray]) -> None:
    path, hard = crashed
    with VoteStore.open(path) as store:
        np.testing.assert_array_equal(store.hard(), hard)
        assert [event.number for event in store.journal()] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_cast_cut_at_any_byte_takes_no_other_with_it(crashed: tuple[Path, np.ndarray], cut: int) -> None:
    path, hard = crashed
    journal = path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    hard[:5] = 3  # the line that took this back is the torn one
    with VoteStore.open(path) as store:
        np.testing.assert_array_equal(store.hard(), hard)
        assert any("cut off by a crash" in note for note in store.notes)
        assert store.cast([0], 1, annotator="Ada").number == 5


def test_a_damaged_line_costs_its_own_votes_alone(crashed: tuple[Path, np.ndarray]) -> None:
    path, hard = crashed
    lines = (path / "journal.jsonl").read_bytes().splitlines(keepends=True)
    lines[3] = lines[3][:30] + b"?" + lines[3][31:]
    (path / "journal.jsonl").write_bytes(b"".join(lines))
    hard[40:] = 0
    with VoteStore.open(path) as store:
        np.testing.assert_array_equal(store.hard(), hard)
        assert any("1 damaged lines" in note for note in store.notes)


@pytest.mark.parametrize("damage", [None, b"", b"PK\x03\x04 half a file", bytes(1000)])
def test_a_lost_or_damaged_state_is_built_again_from_the_journal(
    crashed: tuple[Path, np.ndarray], damage: bytes | None
) -> None:
    path, hard = crashed
    if damage is None:
        (path / "votes.npz").unlink()
    else:
        (path / "votes.npz").write_bytes(damage)
    with VoteStore.open(path) as store:
        np.testing.assert_array_equal(store.hard(), hard)
        assert damage is None or any("built again from the journal" in note for note in store.notes)
    with VoteStore.open(path) as store:
        assert store.notes == ()


def test_votes_after_a_journal_was_cut_short_are_as_safe_as_any(crashed: tuple[Path, np.ndarray]) -> None:
    path, hard = crashed
    VoteStore.open(path).close()
    journal = path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])  # a backup put back, say
    with VoteStore.open(path) as store:
        np.testing.assert_array_equal(store.hard(), hard)
        assert any("when it was last in use" in note for note in store.notes)
        store.cast([35], 1, annotator="Ada")
        shutil.copytree(path, path.with_name("crashed again"))
    hard[35] = 1
    with VoteStore.open(path.with_name("crashed again")) as store:
        np.testing.assert_array_equal(store.hard(), hard)


def test_objects_that_are_not_those_of_the_votes_are_named(crashed: tuple[Path, np.ndarray]) -> None:
    path, _ = crashed
    (path / "objects.json").write_text('["another"]')
    with VoteStore.open(path) as store, pytest.raises(LabelError, match="not the objects the votes are of"):
        _ = store.object_ids


def test_closing_on_a_full_disk_costs_nothing(
    crashed: tuple[Path, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, hard = crashed

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files, "replace_bytes", full)
        store = VoteStore.open(path)
        store.cast([35], 2, annotator="Ada")
        store.close()
    assert any("No space left" in note for note in store.notes)
    hard[35] = 2
    with VoteStore.open(path) as again:
        np.testing.assert_array_equal(again.hard(), hard)


CAST_FOR_EVER = """
import sys
import numpy as np
from napari_fathom.labels import VoteStore

store = VoteStore.open(sys.argv[1])
while True:
    number = store.last_event + 1
    rows = np.random.default_rng(number).choice(50, 10, replace=False)
    event = store.cast(rows, 1 + number % 3, annotator=f"number {number}")
    print(event.number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX")
def test_a_kill_at_any_moment_costs_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "votes"
    VoteStore.create(path, [str(i) for i in range(50)], TAXA).close()
    for lines in (1, 4, 7):
        with subprocess.Popen(
            [sys.executable, "-c", CAST_FOR_EVER, str(path)], stdout=subprocess.PIPE, text=True
        ) as victim:
            assert victim.stdout is not None
            for _ in range(lines):
                acknowledged = int(victim.stdout.readline())
            os.kill(victim.pid, signal.SIGKILL)
            acknowledged = max([acknowledged, *(int(line) for line in victim.stdout if line.endswith("\n"))])
        with VoteStore.open(path) as store:
            assert acknowledged <= store.last_event <= acknowledged + 1
            table = store.votes()
            for number in range(1, store.last_event + 1):
                rows = np.random.default_rng(number).choice(50, 10, replace=False)
                cast = table[table["event"] == number]
                assert cast["row"].tolist() == sorted(rows)
                assert set(cast["value"]) == {1 + number % 3}

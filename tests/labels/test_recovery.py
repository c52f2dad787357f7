"""Whatever a crash or a bad disk leaves, the store opens with every stroke that was acknowledged."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from napari_fathom.errors import LabelError
from napari_fathom.labels import LabelStore

SHAPE = (300, 3000)
WHOLE = (0, 300, 0, 3000)


@pytest.fixture
def crashed(tmp_path: Path) -> tuple[Path, np.ndarray]:
    """A store as a killed program leaves it: some strokes in chunk files, some in the journal alone."""
    store = LabelStore.create(tmp_path / "alive", SHAPE)
    store.write((0, 200, 0, 1500), 1, origin="paint")
    store.checkpoint()
    store.write((100, 300, 1000, 2000), 2, origin="paint")
    store.write((0, 50, 2500, 2900), 3, origin="paint")
    shutil.copytree(store.path, tmp_path / "labels")  # the live one never gets to say goodbye
    values = store.read(WHOLE)
    store.close()
    return tmp_path / "labels", values


def same(path: Path, values: np.ndarray) -> tuple[str, ...]:
    with LabelStore.open(path) as store:
        np.testing.assert_array_equal(store.read(WHOLE), values)
        assert store.counts() == {value: int((values == value).sum()) for value in (1, 2, 3)}
        return store.notes


def test_strokes_behind_the_checkpoint_are_replayed(crashed: tuple[Path, np.ndarray]) -> None:
    path, values = crashed
    assert same(path, values) == ("2 changes after the last checkpoint were taken from the journal.",)
    assert same(path, values) == ()


def test_a_torn_last_line_is_left_out_and_said(crashed: tuple[Path, np.ndarray]) -> None:
    path, values = crashed
    whole = (path / "journal.jsonl").read_bytes()
    with (path / "journal.jsonl").open("ab") as stream:
        stream.write(whole.splitlines(keepends=True)[-1][:-40])
    assert any("cut off by a crash" in note for note in same(path, values))
    assert (path / "journal.jsonl").read_bytes() == whole


@pytest.mark.parametrize("cut", [1, 2, 30, 200])
def test_a_stroke_cut_at_any_byte_takes_no_other_with_it(crashed: tuple[Path, np.ndarray], cut: int) -> None:
    path, values = crashed
    journal = path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-cut])
    values[0:50, 2500:2900] = 0
    same(path, values)
    with LabelStore.open(path) as store:
        store.write((0, 50, 2500, 2900), 3, origin="paint")
        assert [event.number for event in store.journal()] == [1, 2, 3]


def test_a_damaged_line_costs_its_own_stroke_alone(crashed: tuple[Path, np.ndarray]) -> None:
    path, values = crashed
    lines = (path / "journal.jsonl").read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][:30] + b"?" + lines[1][31:]
    (path / "journal.jsonl").write_bytes(b"".join(lines))
    values[200:300, 1000:2000] = 0
    values[100:200, 1000:1500] = 1
    values[100:200, 1500:2000] = 0
    assert any("1 damaged lines" in note for note in same(path, values))


def test_a_missing_checkpoint_is_built_again(crashed: tuple[Path, np.ndarray]) -> None:
    path, values = crashed
    (path / "checkpoint.json").unlink()
    assert any("built again from the journal" in note for note in same(path, values))


def test_strokes_after_a_journal_was_cut_short_are_as_safe_as_any(crashed: tuple[Path, np.ndarray]) -> None:
    path, values = crashed
    LabelStore.open(path).close()
    journal = path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])  # a backup put back, say

    with LabelStore.open(path) as store:
        assert any("when it was last in use" in note for note in store.notes)
        store.write((0, 5, 2990, 3000), 3, origin="paint")
        shutil.copytree(path, path.with_name("crashed again"))
    values[0:5, 2990:3000] = 3
    same(path.with_name("crashed again"), values)


def test_chunk_files_newer_than_the_checkpoint_do_no_harm(crashed: tuple[Path, np.ndarray]) -> None:
    path, values = crashed
    former = (path / "checkpoint.json").read_bytes()
    LabelStore.open(path).close()
    (path / "checkpoint.json").write_bytes(former)  # as if the crash came between chunks and checkpoint
    same(path, values)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half a file", bytes(1000)])
def test_a_damaged_chunk_is_rebuilt_from_the_journal(crashed: tuple[Path, np.ndarray], damage: bytes) -> None:
    path, values = crashed
    (path / "chunks" / "0.0.npz").write_bytes(damage)
    assert any("0.0.npz" in note and "built again" in note for note in same(path, values))
    assert same(path, values) == ()


def test_a_chunk_with_any_byte_flipped_costs_nothing(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 4, (30, 40)).astype(np.uint8)
    with LabelStore.create(tmp_path / "alive", (30, 40)) as store:
        store.write((0, 30, 0, 40), values, origin="paint")
    chunk = tmp_path / "alive" / "chunks" / "0.0.npz"
    whole = chunk.read_bytes()
    for place in range(0, len(whole), 7):
        chunk.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with LabelStore.open(tmp_path / "alive", "r") as store:
            np.testing.assert_array_equal(store.read((0, 30, 0, 40)), values, f"byte {place}")


def test_a_snapshots_damaged_chunk_is_named(crashed: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    with LabelStore.open(crashed[0]) as store:
        frozen = store.snapshot(tmp_path / "snapshot")
    (tmp_path / "snapshot" / "chunks" / "0.0.npz").write_bytes(b"half")
    with pytest.raises(LabelError, match=r"0\.0\.npz is damaged.*no journal"):
        frozen.read(WHOLE)


def test_a_damaged_head_says_which_file_to_put_back(crashed: tuple[Path, np.ndarray]) -> None:
    path, _ = crashed
    (path / "labels.json").write_text('{"version": 1')
    with pytest.raises(LabelError, match=r"labels\.json: damaged"):
        LabelStore.open(path)


def test_labels_of_a_newer_program_ask_for_an_update(crashed: tuple[Path, np.ndarray]) -> None:
    path, _ = crashed
    (path / "labels.json").write_text(
        '{"format": "napari-fathom labels", "version": 9, "pixels": "elsewhere"}'
    )
    with pytest.raises(LabelError, match=r"version 9.*Update napari-fathom"):
        LabelStore.open(path)


def test_a_crash_after_hundreds_of_strokes_all_over_the_survey_costs_none(tmp_path: Path) -> None:
    shape = (
        1000,
        20_000,
    )  # 80 chunks: more than are held in memory, and more strokes than one checkpoint covers
    plain = np.zeros(shape, np.uint8)
    random = np.random.default_rng(0)
    store = LabelStore.create(tmp_path / "alive", shape)
    for stroke in range(450):
        top, left = int(random.integers(0, 990)), int(random.integers(0, 19_900))
        store.write((top, top + 10, left, left + 100), 1 + stroke % 3, origin="paint")
        plain[top : top + 10, left : left + 100] = 1 + stroke % 3
    shutil.copytree(store.path, tmp_path / "labels")
    ids = store.read_strokes((0, 1000, 0, 20_000))
    store.close()
    with LabelStore.open(tmp_path / "labels") as again:
        np.testing.assert_array_equal(again.read((0, 1000, 0, 20_000)), plain)
        np.testing.assert_array_equal(again.read_strokes((0, 1000, 0, 20_000)), ids)
        assert again.counts() == {value: int((plain == value).sum()) for value in (1, 2, 3)}
        assert again.last_event == 450

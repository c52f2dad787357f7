"""Edits of clusters are found again as they were, whatever a crash did to the file."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.errors import StudyError
from napari_fathom.study.cluster_edits import Merge, Partition, SendBack, Split, edited
from napari_fathom.study.edit_log import EditLog

CLUSTER = np.array([1, 2, 1, 3, 0, 2, 1], np.uint16)


@pytest.fixture
def log(tmp_path: Path) -> EditLog:
    return EditLog(tmp_path / "edits.jsonl", Partition.of(CLUSTER), writable=True)


def again(tmp_path: Path, *, writable: bool = True) -> EditLog:
    return EditLog(tmp_path / "edits.jsonl", Partition.of(CLUSTER), writable=writable)


def part(*values: int) -> np.ndarray:
    return np.array(values, np.uint8)


def test_a_merged_cluster_is_gone_and_its_number_is_not_used_again(log: EditLog) -> None:
    log.add(Merge(3, 1))
    assert log.partition.cluster.tolist() == [1, 2, 1, 1, 0, 2, 1]
    log.add(Split(2, part(0, 1)))
    assert log.partition.cluster.tolist() == [1, 2, 1, 1, 0, 4, 1]


def test_the_first_part_of_a_split_keeps_the_number(log: EditLog) -> None:
    log.add(Split(1, part(0, 2, 1)))
    assert log.partition.cluster.tolist() == [1, 2, 5, 3, 0, 2, 4]


def test_undo_takes_back_one_edit_after_the_other(log: EditLog) -> None:
    log.add(Merge(3, 1))
    log.add(SendBack(2))
    assert log.partition.sent_back == {2}
    assert log.undo() == SendBack(2)
    assert log.partition.sent_back == frozenset()
    assert log.undo() == Merge(3, 1)
    assert log.partition.cluster.tolist() == CLUSTER.tolist()
    assert log.undo() is None


def test_edits_are_replayed(log: EditLog, tmp_path: Path) -> None:
    log.add(Merge(3, 1))
    log.add(Split(1, part(0, 1, 1, 0)))
    log.add(SendBack(4))
    log.add(SendBack(2))
    log.undo()
    opened = again(tmp_path)
    assert opened.partition.cluster.tolist() == log.partition.cluster.tolist()
    assert opened.partition.sent_back == {4}
    assert opened.notes == []
    assert opened.undo() == SendBack(4)


@given(cut=st.integers(0, 400))
def test_a_crash_costs_at_most_the_edit_it_cut(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("cut")
    path = folder / "edits.jsonl"
    log = EditLog(path, Partition.of(CLUSTER), writable=True)
    ends, states = [0], [log.partition.cluster.tolist()]
    for edit in (Merge(3, 1), Split(1, part(0, 1, 1, 0)), Merge(4, 2)):
        log.add(edit)
        ends.append(path.stat().st_size)
        states.append(log.partition.cluster.tolist())
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    opened = again(folder)
    kept = sum(end <= min(cut, len(whole)) for end in ends) - 1
    assert opened.partition.cluster.tolist() == states[kept]
    opened.add(SendBack(2))  # and it goes on
    assert again(folder).partition.sent_back == {2}


def test_a_damaged_line_is_told_and_passed_over(log: EditLog, tmp_path: Path) -> None:
    log.add(SendBack(2))
    log.add(SendBack(1))
    lines = (tmp_path / "edits.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "edits.jsonl").write_bytes(lines[0].replace(b"2}", b"3}") + lines[1])
    opened = again(tmp_path)
    assert opened.partition.sent_back == {1}
    assert "edits.jsonl, line 1: damaged" in opened.notes[0]


def test_a_reader_changes_nothing(log: EditLog, tmp_path: Path) -> None:
    log.add(Merge(3, 1))
    with (tmp_path / "edits.jsonl").open("ab") as stream:
        stream.write(b"half a li")
    before = (tmp_path / "edits.jsonl").read_bytes()
    assert again(tmp_path, writable=False).partition.cluster.tolist() == log.partition.cluster.tolist()
    assert (tmp_path / "edits.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Merge(9, 1), "no cluster 9"),
        (Merge(1, 9), "no cluster 9"),
        (Merge(1, 1), "with itself"),
        (SendBack(0), "no cluster 0"),
        (Split(1, part(0, 1)), "has 3 members; the split is of 2"),
        (Split(2, part(1, 1)), "Split it anew"),
    ],
)
def test_what_does_not_fit_is_refused_and_not_written(
    log: EditLog, tmp_path: Path, edit: Merge | Split | SendBack, words: str
) -> None:
    with pytest.raises(StudyError, match=words):
        log.add(edit)
    assert not (tmp_path / "edits.jsonl").exists()
    with pytest.raises(StudyError, match=words):
        edited(log.partition, edit)

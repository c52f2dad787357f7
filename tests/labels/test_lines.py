"""A file of checksummed lines: whole ones are read, damaged ones told apart, torn ones cut off."""

import json
import zlib
from pathlib import Path

import pytest

from napari_fathom.errors import LabelError
from napari_fathom.labels.lines import LineFile


@pytest.fixture
def lines(tmp_path: Path) -> LineFile:
    file = LineFile(tmp_path / "journal.jsonl")
    for number in range(3):
        file.add({"number": number, "who": "Zoé"})
    return file


def test_a_line_is_its_checksum_and_plain_json(lines: LineFile) -> None:
    checksum, _, body = lines.path.read_bytes().splitlines()[1].partition(b" ")
    assert int(checksum, 16) == zlib.crc32(body)
    assert json.loads(body) == {"number": 1, "who": "Zoé"}


def test_lines_are_read_in_order_with_their_places(lines: LineFile) -> None:
    found = list(lines.lines())
    assert [line.head and line.head["number"] for line in found] == [0, 1, 2]
    assert [line.end for line in found[:-1]] == [line.start for line in found[1:]]
    assert found[-1].end == lines.size
    assert [line.start for line in lines.lines(found[1].start, found[2].start)] == [found[1].start]


def test_a_file_that_is_not_there_has_no_lines(tmp_path: Path) -> None:
    none = LineFile(tmp_path / "none.jsonl")
    assert (none.size, list(none.lines()), none.cut_torn_end()) == (0, [], 0)


def test_a_damaged_line_is_told_and_the_others_are_read(lines: LineFile) -> None:
    data = lines.path.read_bytes()
    lines.path.write_bytes(data.replace(b'"number":1', b'"number":7'))
    found = list(lines.lines())
    assert [line.head is None for line in found] == [False, True, False]
    assert lines.damaged() == [found[1].start]


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_line_without_an_end_is_cut_off(lines: LineFile, cut: int) -> None:
    whole = lines.path.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    lines.path.write_bytes(whole[:-cut])
    assert lines.cut_torn_end() == len(whole) - cut - last
    assert lines.path.read_bytes() == whole[:last]
    assert lines.cut_torn_end() == 0


def test_what_can_not_be_written_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="could not be saved"):
        LineFile(tmp_path / "no folder" / "journal.jsonl").add({})

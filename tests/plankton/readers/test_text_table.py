import numpy as np
import pytest

from napari_fathom.errors import FormatError
from napari_fathom.plankton.readers.text_parsing import decode_text, read_text_table
from napari_fathom.plankton.readers.text_table import TextTable


def read(text: str | bytes) -> TextTable:
    return read_text_table(text.encode() if isinstance(text, str) else text, "t.tsv", "\t")


def test_fields_are_read_quoted_or_not_with_the_line_they_are_on() -> None:
    table = read('id\tname\n1\t"a b"\n\n2\t"two\nlines"\n3\tc\n')
    assert table.text("name").tolist() == ["a b", "two\nlines", "c"]
    assert table.line.tolist() == [2, 4, 6]
    assert not table.faults


def test_blank_lines_before_the_header_count_as_lines() -> None:
    table = read("\n\na\tb\n1\t2\n3\n")
    assert table.line.tolist() == [4]
    assert [fault.line for fault in table.faults] == [5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_every_encoding_that_ecotaxa_and_spreadsheets_write_is_read(encoding: str) -> None:
    assert read("id\tship\n1\tThéo Ærø\n".encode(encoding)).text("ship").tolist() == ["Théo Ærø"]


def test_utf_8_needs_no_mark_to_be_known() -> None:
    assert decode_text("é".encode())[1] == "utf-8"
    assert decode_text("é".encode("latin-1")) == ("é".encode(), "latin-1")


def test_a_row_with_too_few_fields_is_left_out_and_the_others_keep_their_lines() -> None:
    table = read("a\tb\n1\t2\n3\n4\t5\n6\t7\t8\n9\t9\n")
    assert table.text("a").tolist() == ["1", "4", "9"]
    assert table.line.tolist() == [2, 4, 6]
    assert [(fault.file, fault.line) for fault in table.faults] == [("t.tsv", 3), ("t.tsv", 5)]


@pytest.mark.parametrize(
    ("text", "line"),
    [('"a"\t"b"\n"1"\t"2"\n"3"\t"4\n"5"\t""\n', 3), ('"a"\t"b\n"1"\t"2"\n"3"\t"4"\n"5"\t""\n', 1)],
)
def test_a_quote_that_is_never_closed_costs_no_row(text: str, line: int) -> None:
    table = read(text)
    assert table.text("a").tolist() == ["1", "3", "5"]
    assert table.text("b").tolist() == ["2", "4", ""]
    assert [fault.line for fault in table.faults] == [line]


def test_numbers_are_nan_where_nothing_is_said_and_faults_where_nonsense_is() -> None:
    table = read("v\tw\n1.5\t1\nnan\tna\n\t2\nten\t3\n")
    values, faults = table.numbers("v")
    np.testing.assert_array_equal(values, [1.5, np.nan, np.nan, np.nan])
    assert [(fault.file, fault.line) for fault in faults] == [("t.tsv", 5)]
    values, faults = table.numbers("w")
    np.testing.assert_array_equal(values, [1, np.nan, 2, 3])
    assert not faults


def test_a_column_that_stands_twice_is_told() -> None:
    table = read("a\ta\tb\n1\t2\t3\n")
    assert table.names == ("a", "b")
    assert table.text("a").tolist() == ["1"]
    assert table.faults[0].line == 1


@pytest.mark.parametrize("nothing", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_no_table(nothing: bytes) -> None:
    with pytest.raises(FormatError, match="empty"):
        read(nothing)

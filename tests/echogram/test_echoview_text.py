import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.echogram.echoview_text import encode_lines, format_times, parse_times, read_lines
from napari_fathom.errors import FormatError

MOMENTS = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2100, 1, 1))


@given(st.lists(MOMENTS, min_size=1, max_size=5))
def test_times_are_written_as_the_standard_library_writes_them(moments: list[dt.datetime]) -> None:
    tenths = [moment.replace(microsecond=moment.microsecond // 100 * 100) for moment in moments]

    written = format_times(np.array(tenths, "datetime64[ns]"))

    assert written == [f"{moment:%Y%m%d %H%M%S%f}"[:-2] for moment in tenths]


@given(st.lists(MOMENTS, min_size=1, max_size=5))
def test_times_read_back_within_half_a_tenth_of_a_millisecond(moments: list[dt.datetime]) -> None:
    times = np.array(moments, "datetime64[ns]")
    words = np.array([text.split() for text in format_times(times)]).astype(np.int64)

    back = parse_times(words[:, 0], words[:, 1])

    assert np.all(np.abs(back - times) <= np.timedelta64(50, "us"))


def test_rounding_carries_over_midnight() -> None:
    assert format_times(np.array(["2019-12-31T23:59:59.99996"], "datetime64[ns]")) == ["20200101 0000000000"]


@pytest.mark.parametrize(
    ("date", "clock"), [(20191301, 0), (20190732, 0), (20190702, 2560000000), (20190702, 61000000)]
)
def test_a_time_that_does_not_exist_is_refused(date: int, clock: int) -> None:
    with pytest.raises(ValueError, match=f"'{date} {clock:010d}'"):
        parse_times(np.array([date]), np.array([clock]))


@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_are_read_with_or_without_mark_and_whatever_their_ends(
    tmp_path, head: bytes, end: bytes
) -> None:
    path = tmp_path / "a.evl"
    path.write_bytes(head + end.join([b"EVBD 3 1", b"0", b""]))

    assert read_lines(path, "EVBD") == ["EVBD 3 1", "0", ""]


def test_notes_in_an_old_code_page_are_read(tmp_path) -> None:
    path = tmp_path / "old.evr"
    path.write_bytes("EVRG 7\nTobis bei Sørøya".encode("cp1252"))

    assert read_lines(path, "EVRG")[1] == "Tobis bei Sørøya"


def test_another_kind_of_file_is_named_by_its_first_line(tmp_path) -> None:
    path = tmp_path / "table.evr"
    path.write_text("ping,depth\n")

    with pytest.raises(FormatError, match=r"table.evr: line 1 is 'ping,depth'. .*'EVRG'"):
        read_lines(path, "EVRG")


def test_lines_are_written_as_echoview_writes_them() -> None:
    assert encode_lines(["EVRG 7", "ø"]) == b"\xef\xbb\xbfEVRG 7\r\n\xc3\xb8\r\n"

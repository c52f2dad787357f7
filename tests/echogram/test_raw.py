import shutil
import struct
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.echogram.surveys import finish

from napari_fathom.echogram import convert
from napari_fathom.echogram.readers import simrad
from napari_fathom.echogram.readers.datagrams import open_datagrams
from napari_fathom.echogram.readers.raw import read_raw
from napari_fathom.errors import FathomError, FormatError
from napari_fathom.events import Note

pytest.importorskip("echopype")
SEABED = "DY1201_EK60-D20120214-T231011"
GOLDEN = "DY1801_EK60-D20180211-T164025"


@pytest.fixture
def seabed_raw(shipped_data, tmp_path):
    """A raw file to cut and break; its .bot lies beside it."""
    for suffix in (".raw", ".bot"):
        shutil.copyfile(shipped_data / "echo" / f"{SEABED}{suffix}", tmp_path / f"{SEABED}{suffix}")
    return tmp_path / f"{SEABED}.raw"


def datagrams_of(path):
    with open_datagrams(path) as datagrams:
        return [(datagram.kind, datagrams.raw(datagram.start, datagram.stop)) for datagram in datagrams]


def notes_of(said):
    return " ".join(event.message for event in said if isinstance(event, Note))


def sv_db(block):
    return {
        channel.frequency_hz: 10 * np.log10(channel.sv)
        for channel in sorted(block.channels, key=lambda channel: channel.frequency_hz)
    }


def test_calibrated_sv_is_that_of_an_independent_program(shipped_data):
    parts, notes = read_raw(shipped_data / "echo" / f"{GOLDEN}.raw")
    assert notes == []
    ours = np.stack(list(sv_db(parts[0].read()).values()))
    theirs = np.load(shipped_data / "echo" / "DY1801_matlab.npz")["sv_db"]
    difference = np.abs(ours - theirs)
    assert ours.shape == theirs.shape == (5, 8, 1386)
    assert np.nanmedian(difference) < 1e-4
    assert np.nanpercentile(difference, 99) < 1e-3


def test_the_grid_keeps_a_raw_file_as_it_is(shipped_data, tmp_path):
    echogram, _ = finish(convert(shipped_data / "echo" / f"{GOLDEN}.raw", tmp_path / "a.sv.zarr"))
    theirs = np.load(shipped_data / "echo" / "DY1801_matlab.npz")["sv_db"].transpose(0, 2, 1)
    ours = echogram.read((0, 1386, 0, 8))
    assert np.nanmedian(np.abs(ours - theirs)) < 1e-4
    assert list(echogram.frequency_hz) == [18e3, 38e3, 70e3, 120e3, 200e3]
    assert echogram.main_frequency_hz == 38e3
    assert echogram.latitude[0] == pytest.approx(54.5788, abs=1e-3)
    assert echogram.longitude[0] == pytest.approx(-162.642, abs=1e-2)


def test_a_bot_beside_becomes_the_seabed_as_a_range(seabed_raw, tmp_path):
    echogram, _ = finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))
    np.testing.assert_allclose(echogram.transducer_depth_m, 9.15, atol=1e-3)
    # the sounder writes depths; the strongest echo lies just below the seabed's range
    np.testing.assert_allclose(echogram.seabed_range_m + 9.15, 57, atol=0.3)
    strongest = echogram.range_m[100 + np.nanargmax(echogram.read((100, 994, 0, 20))[1], axis=0)]
    assert np.all((strongest - echogram.seabed_range_m > 0) & (strongest - echogram.seabed_range_m < 2))


def test_a_bot_that_comes_later_is_taken_up_when_converted_again(seabed_raw, tmp_path):
    bottom = seabed_raw.with_suffix(".bot").rename(tmp_path / "elsewhere")
    finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))
    bottom.rename(seabed_raw.with_suffix(".bot"))
    echogram, _ = finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))
    assert np.isfinite(echogram.seabed_range_m).all()


def test_without_a_bot_the_seabed_is_unknown(seabed_raw, tmp_path):
    seabed_raw.with_suffix(".bot").unlink()
    echogram, _ = finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))
    assert np.isnan(echogram.seabed_range_m).all()


@pytest.mark.parametrize("size", [0, 1000])
def test_a_damaged_bot_is_said_and_no_obstacle(seabed_raw, tmp_path, size):
    bottom = seabed_raw.with_suffix(".bot")
    bottom.write_bytes(bottom.read_bytes()[:size])
    echogram, said = finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))
    assert echogram.shape[2] == 20
    assert f"{SEABED}.bot:" in notes_of(said)


def test_files_are_joined_in_the_order_of_time_and_used_once(seabed_raw, tmp_path):
    kept = datagrams_of(seabed_raw)
    pings = [number for number, (kind, _) in enumerate(kept) if kind == "RAW0"]
    half = pings[50]
    later = tmp_path / "a_later.raw"
    later.write_bytes(kept[0][1] + b"".join(content for _, content in kept[half:]))
    earlier = tmp_path / "b_earlier.raw"
    earlier.write_bytes(b"".join(content for _, content in kept[: pings[60]]))
    joined, said = finish(convert([later, earlier], tmp_path / "joined.sv.zarr"))
    single, _ = finish(convert(seabed_raw, tmp_path / "single.sv.zarr"))
    np.testing.assert_array_equal(joined.ping_time, single.ping_time)
    np.testing.assert_array_equal(joined.read((0, 994, 0, 20)), single.read((0, 994, 0, 20)))
    assert joined.sources == ("b_earlier.raw", "a_later.raw")
    assert "a_later.raw: 2 pings are from a time that another file covers" in notes_of(said)


def test_a_large_file_is_parsed_in_pieces_to_the_same_result(seabed_raw, tmp_path, monkeypatch):
    single, _ = finish(convert(seabed_raw, tmp_path / "single.sv.zarr"))
    monkeypatch.setattr(simrad, "PIECE_BYTES", 60_000)
    assert len(read_raw(seabed_raw)[0]) > 5
    pieces, said = finish(convert(seabed_raw, tmp_path / "pieces.sv.zarr"))
    assert pieces.fingerprint == single.fingerprint
    np.testing.assert_array_equal(pieces.seabed_range_m, single.seabed_range_m)
    assert pieces.sources == single.sources
    assert notes_of(said) == ""


def test_a_truncated_file_is_used_up_to_its_last_whole_ping(seabed_raw, tmp_path):
    content = seabed_raw.read_bytes()
    seabed_raw.write_bytes(content[: len(content) // 2])
    echogram, said = finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))
    assert 8 <= echogram.shape[2] <= 11
    assert "damaged or cut short at byte" in notes_of(said)


def test_a_file_without_gps_has_no_positions(seabed_raw, tmp_path):
    seabed_raw.write_bytes(b"".join(content for kind, content in datagrams_of(seabed_raw) if kind != "NME0"))
    echogram, _ = finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))
    assert echogram.shape[2] == 20
    assert np.isnan(echogram.latitude).all()
    assert np.isnan(echogram.longitude).all()


def test_a_single_ping_is_read(seabed_raw, tmp_path):
    kept = datagrams_of(seabed_raw)
    pings = [number for number, (kind, _) in enumerate(kept) if kind == "RAW0"]
    seabed_raw.write_bytes(b"".join(content for _, content in kept[: pings[4] + 1]))
    echogram, _ = finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))
    assert echogram.shape == (5, 994, 1)


def test_a_file_with_settings_but_no_ping_is_refused(seabed_raw, tmp_path):
    seabed_raw.write_bytes(b"".join(content for kind, content in datagrams_of(seabed_raw) if kind != "RAW0"))
    with pytest.raises(FormatError, match="no ping in any file"):
        finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))


def test_a_channel_that_one_file_lacks_is_missing_there(seabed_raw, tmp_path):
    other = seabed_raw.with_name("other.raw")
    other.write_bytes(
        b"".join(
            _moved(content, days=1)
            for kind, content in datagrams_of(seabed_raw)
            if kind != "RAW0" or struct.unpack_from("<h", content, 16)[0] != 5
        )
    )
    echogram, said = finish(convert([seabed_raw, other], tmp_path / "a.sv.zarr"))
    sv = echogram.read((0, 994, 0, 40))
    assert np.isnan(sv[4, :, 20:]).all()
    assert np.isfinite(sv[3, 10:, 20:]).all()
    assert "other.raw: no 200 kHz; missing there" in notes_of(said)


def test_a_clock_that_was_set_back_is_said_and_times_increase(seabed_raw, tmp_path):
    kept = datagrams_of(seabed_raw)
    pings = [number for number, (kind, _) in enumerate(kept) if kind == "RAW0"]
    back = pings[50]
    seabed_raw.write_bytes(
        b"".join(content for _, content in kept[:back])
        + b"".join(_moved(content, days=-1) for _, content in kept[back:])
    )
    echogram, said = finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))
    assert echogram.shape[2] == 20
    assert np.all(np.diff(echogram.ping_time).astype(np.int64) > 0)
    assert "the clock was set back 1 times" in notes_of(said)


def _moved(content, days):
    (low, high) = struct.unpack_from("<II", content, 8)
    time = ((high << 32) | low) + days * 864_000_000_000
    return content[:8] + struct.pack("<II", time & 0xFFFFFFFF, time >> 32) + content[16:]


def test_without_echopype_the_extra_is_named(seabed_raw, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "echopype", None)
    with pytest.raises(FormatError, match=r"echopype.*not installed.*napari-fathom\[raw\]"):
        finish(convert(seabed_raw, tmp_path / "a.sv.zarr"))


def test_an_empty_file_and_one_of_something_else_are_refused(tmp_path):
    (tmp_path / "empty.raw").write_bytes(b"")
    with pytest.raises(FormatError, match=r"empty.raw: an empty file"):
        finish(convert(tmp_path / "empty.raw", tmp_path / "a.sv.zarr"))
    (tmp_path / "photo.raw").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(FormatError, match=r"photo.raw: a format that is not read. Read are EK60 .* mat\."):
        finish(convert(tmp_path / "photo.raw", tmp_path / "a.sv.zarr"))
    with pytest.raises(FormatError, match="there is no such file"):
        finish(convert(tmp_path / "gone.raw", tmp_path / "a.sv.zarr"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_broken_bytes_raise_nothing_but_our_own_errors(seabed_raw, tmp_path_factory, shipped_data, data):
    content = bytearray((shipped_data / "echo" / f"{SEABED}.raw").read_bytes()[:60_000])
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    seabed_raw.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        echogram, _ = finish(convert(seabed_raw, tmp_path_factory.mktemp("store") / "a.sv.zarr"))
    except FathomError as error:
        assert SEABED in str(error)
    else:
        assert echogram.shape[2] >= 1

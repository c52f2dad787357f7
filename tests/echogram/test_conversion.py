import shutil
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from tests.echogram.surveys import FREQUENCIES, finish, made_source, sv_of

from napari_fathom.echogram import Echogram, convert, convert_source, pyramid
from napari_fathom.errors import FormatError
from napari_fathom.events import Note, Progress


@pytest.fixture
def one_chunk_steps(monkeypatch):
    """Small surveys take as many steps as large ones."""
    monkeypatch.setattr(pyramid, "STEP_CELLS", 1)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    store = tmp_path_factory.mktemp("uninterrupted") / "a.sv.zarr"
    return finish(convert_source(made_source(5000), store))[0]


def whole(echogram):
    _, rows, pings = echogram.shape
    return echogram.read((0, rows, 0, pings))


def test_every_ping_arrives_whatever_the_sizes_of_parts(tmp_path):
    echogram, _ = finish(convert_source(made_source(2500, part_pings=333), tmp_path / "a.sv.zarr"))
    expected = 10 * np.log10(sv_of(np.arange(2500), 40)).transpose(0, 2, 1)
    np.testing.assert_allclose(whole(echogram), expected, atol=2e-5)
    assert echogram.name == "a"
    assert echogram.shape == (2, 40, 2500)
    assert tuple(echogram.frequency_hz) == FREQUENCIES
    np.testing.assert_array_equal(echogram.latitude, np.arange(2500) / 1e6)
    np.testing.assert_array_equal(echogram.transducer_depth_m, 5)
    np.testing.assert_array_equal(echogram.seabed_range_m, 9)
    np.testing.assert_array_equal(echogram.ping_time.astype(np.int64), np.arange(2500) * 10**9)


def test_progress_counts_pings_and_ends_at_all_of_them(tmp_path, one_chunk_steps):
    _, said = finish(convert_source(made_source(2500), tmp_path / "a.sv.zarr"))
    counted = [event for event in said if isinstance(event, Progress) and event.stage == "pings"]
    assert [event.done for event in counted] == [0, 1024, 2048, 2500]
    assert {event.total for event in counted} == {2500}


def test_an_interrupted_conversion_goes_on_where_it_stopped(tmp_path, one_chunk_steps, uninterrupted):
    store = tmp_path / "a.sv.zarr"
    with pytest.raises(ConnectionError):
        finish(convert_source(made_source(5000, interrupt_at=3), store))
    assert not store.exists()
    read = []
    resumed, said = finish(convert_source(made_source(5000, read=read), store))
    assert min(read) == 2  # the chunk of pings 2048… begins in part 2
    assert any(isinstance(event, Note) and "goes on where it stopped" in event.message for event in said)
    np.testing.assert_array_equal(whole(resumed), whole(uninterrupted))
    assert resumed.fingerprint == uninterrupted.fingerprint


CONVERT = """
import sys
from pathlib import Path
from napari_fathom.echogram import convert_source, pyramid
from tests.echogram.surveys import made_source
pyramid.STEP_CELLS = 1
for event in convert_source(made_source(5000), Path(sys.argv[1])):
    print(event, flush=True)
"""


@pytest.mark.parametrize("lines", [3, 6, 9])
def test_a_killed_conversion_goes_on_where_it_stopped(tmp_path, one_chunk_steps, uninterrupted, lines):
    store = tmp_path / "a.sv.zarr"
    with subprocess.Popen([sys.executable, "-c", CONVERT, store], stdout=subprocess.PIPE) as process:
        for _ in range(lines):
            process.stdout.readline()
        process.kill()
    resumed, _ = finish(convert_source(made_source(5000), store))
    assert resumed.fingerprint == uninterrupted.fingerprint
    for one, other in zip(resumed.arrays, uninterrupted.arrays, strict=True):
        np.testing.assert_array_equal(one[:], other[:])


@pytest.mark.parametrize("stop_after", [2, 4, 8, 10])
def test_to_close_the_generator_cancels_and_the_next_call_goes_on(
    tmp_path, one_chunk_steps, uninterrupted, stop_after
):
    store = tmp_path / "a.sv.zarr"
    events = convert_source(made_source(5000), store)
    for _ in range(stop_after):
        next(events)
    events.close()
    assert not store.exists()
    resumed, _ = finish(convert_source(made_source(5000), store))
    for one, other in zip(resumed.arrays, uninterrupted.arrays, strict=True):
        np.testing.assert_array_equal(one[:], other[:])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sv.zarr"]


def test_what_was_converted_already_is_opened_as_it_is(tmp_path):
    store = tmp_path / "a.sv.zarr"
    finish(convert_source(made_source(100), store))
    read = []
    again, said = finish(convert_source(made_source(100, read=read), store))
    assert read == []
    assert again.shape == (2, 40, 100)
    assert "already holds these files" in said[0].message


def test_what_was_converted_already_but_is_damaged_is_made_anew(tmp_path):
    store = tmp_path / "a.sv.zarr"
    finish(convert_source(made_source(100), store))
    (store / "range_m" / "zarr.json").unlink()
    again, said = finish(convert_source(made_source(100), store))
    assert any(isinstance(event, Note) and "damaged" in event.message for event in said)
    assert again.shape == (2, 40, 100)


def test_a_former_store_stays_until_the_new_one_is_whole(tmp_path):
    store = tmp_path / "a.sv.zarr"
    finish(convert_source(made_source(100), store))
    with pytest.raises(ConnectionError):
        finish(convert_source(made_source(3000, interrupt_at=2), store))
    assert Echogram.open(store).shape[2] == 100
    finish(convert_source(made_source(3000), store))
    assert Echogram.open(store).shape[2] == 3000


def test_a_crash_between_the_last_renames_costs_no_reading(tmp_path):
    store = tmp_path / "a.sv.zarr"
    finish(convert_source(made_source(100), store))
    events = convert_source(made_source(3000), store)
    pyramid_began = next(
        event for event in events if isinstance(event, Progress) and event.stage == "pyramid"
    )
    assert pyramid_began.done == 1
    events.close()
    store.rename(tmp_path / "a.sv.zarr.former")  # as far as a crash may have come
    read = []
    echogram, _ = finish(convert_source(made_source(3000, read=read), store))
    assert read == []
    assert echogram.shape[2] == 3000
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.sv.zarr"]


def test_a_folder_of_something_else_is_never_overwritten(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("…")
    with pytest.raises(FormatError, match="not a survey store"):
        finish(convert_source(made_source(10), tmp_path / "thesis"))
    assert (tmp_path / "thesis" / "chapter1.tex").exists()


def test_one_ping_is_a_survey(tmp_path):
    echogram, _ = finish(convert_source(made_source(1), tmp_path / "a.sv.zarr"))
    assert echogram.shape == (2, 40, 1)
    assert len(echogram.levels) == 1


def test_another_main_frequency_is_another_conversion(tmp_path):
    store = tmp_path / "a.sv.zarr"
    finish(convert_source(made_source(10), store))
    echogram, _ = finish(convert_source(made_source(10), store, main_frequency_hz=120e3))
    assert echogram.main_frequency_hz == 120e3


def test_a_survey_store_is_opened_where_it_lies(tmp_path):
    store = tmp_path / "a.sv.zarr"
    finish(convert_source(made_source(10), store))
    echogram, _ = finish(convert(store, tmp_path / "b.sv.zarr"))
    assert echogram.path == store
    assert not (tmp_path / "b.sv.zarr").exists()


def test_an_upward_looking_sounder_is_said_by_the_user_and_kept(tmp_path):
    echogram, _ = finish(convert_source(made_source(10), tmp_path / "a.sv.zarr", upward=True))
    assert echogram.upward
    assert echogram.depth_m[0] > echogram.depth_m[-1]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_survey(tmp_path):
    peaks = []
    for pings in (20_000, 200_000):
        source = made_source(pings, rows=150, part_pings=4000, frequencies=(38_000.0,))
        tracemalloc.start()
        echogram, _ = finish(convert_source(source, tmp_path / f"{pings}.sv.zarr"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        shutil.rmtree(echogram.path)
    assert peaks[1] < 80e6  # the survey itself is 120 MB, 240 MB in double precision
    assert peaks[1] - peaks[0] < 15e6  # vectors of the pings' times and places

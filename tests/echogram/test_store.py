import json
import shutil

import numpy as np
import pytest
from tests.echogram.surveys import finish, made_source

from napari_fathom.echogram import Echogram, convert_source
from napari_fathom.errors import FormatError


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    store = tmp_path_factory.mktemp("made") / "a.sv.zarr"
    return finish(convert_source(made_source(4999, rows=700), store))[0]


@pytest.fixture
def echogram(made, tmp_path):
    """A copy that a test may break."""
    return Echogram.open(shutil.copytree(made.path, tmp_path / "a.sv.zarr"))


def mean_db(sv_db, row_factor, ping_factor):
    """Means by a loop over the cells of a coarser level; the ends may be cells of their own."""
    rows, pings = -(-sv_db.shape[0] // row_factor), -(-sv_db.shape[1] // ping_factor)
    linear = 10 ** (sv_db.astype(np.float64) / 10)
    result = np.empty((rows, pings))
    for row in range(rows):
        for ping in range(pings):
            cell = linear[
                row * row_factor : (row + 1) * row_factor, ping * ping_factor : (ping + 1) * ping_factor
            ]
            result[row, ping] = 10 * np.log10(np.nanmean(cell))
    return result


def test_coarser_levels_halve_pings_and_ranges_while_there_are_512(echogram):
    assert [level.shape for level in echogram.levels] == [
        (2, 700, 4999),
        (2, 350, 2500),
        (2, 350, 1250),
        (2, 350, 625),
    ]


def test_a_coarser_cell_is_the_decibels_of_the_mean_sv_it_covers(echogram):
    finest = echogram.read((0, 40, 0, 64))
    np.testing.assert_allclose(echogram.read((0, 20, 0, 32), level=1)[1], mean_db(finest[1], 2, 2), atol=1e-4)
    np.testing.assert_allclose(echogram.read((0, 20, 0, 8), level=3)[0], mean_db(finest[0], 2, 8), atol=1e-4)


def test_no_chunk_is_larger_than_four_megabytes(echogram):
    assert max(np.prod(array.chunks) * 4 for array in echogram.arrays) <= 4 * 1024**2


def test_opening_reads_no_sv(echogram):
    for chunk in (echogram.path / "sv_db").rglob("c/*"):
        if chunk.is_file():
            chunk.unlink()
    reopened = Echogram.open(echogram.path)
    assert reopened.shape == echogram.shape
    assert reopened.fingerprint == echogram.fingerprint


def test_a_lazy_level_and_a_read_box_agree(echogram):
    box = echogram.read((3, 9, 1000, 1100))
    np.testing.assert_array_equal(echogram.levels[0][:, 3:9, 1000:1100].compute(), box)
    assert box.dtype == np.float32


@pytest.mark.parametrize("box", [(-1, 5, 0, 5), (0, 701, 0, 5), (0, 5, 9, 3), (0, 5, 0, 5000)])
def test_a_box_outside_of_the_survey_is_an_error(echogram, box):
    with pytest.raises(ValueError, match="does not lie inside"):
        echogram.read(box)


def test_depth_is_range_below_the_transducer(echogram):
    np.testing.assert_allclose(echogram.depth_m, echogram.range_m + 5)
    assert echogram.range_step_m == pytest.approx(0.5)


@pytest.mark.parametrize("lost", ["latitude", "ping_time", "ping_time/c", "sv_db", "sv_db/0"])
def test_a_store_that_lacks_a_part_is_named(echogram, lost):
    shutil.rmtree(echogram.path / lost)
    with pytest.raises(FormatError, match=r"a\.sv\.zarr.*onvert the original files"):
        Echogram.open(echogram.path)


def test_a_damaged_vector_is_named(echogram):
    (echogram.path / "ping_time" / "c" / "0").write_bytes(b"half a chunk")
    with pytest.raises(FormatError, match="damaged"):
        Echogram.open(echogram.path)


def test_other_values_have_another_fingerprint(tmp_path, echogram):
    shorter, _ = finish(convert_source(made_source(498, rows=700), tmp_path / "b.sv.zarr"))
    assert shorter.fingerprint != echogram.fingerprint


def test_gaps_in_the_transducer_s_depth_are_bridged_along_time(echogram):
    depth = np.full(4999, np.nan)
    depth[[1, 3]] = 4.0, 6.0
    echogram.transducer_depth_m[:] = depth
    np.testing.assert_array_equal(echogram.depth_of_ping_m[:5], [4, 4, 5, 6, 6])
    echogram.transducer_depth_m[:] = np.nan
    np.testing.assert_array_equal(echogram.depth_of_ping_m, 0)


def test_what_is_no_store_says_so(tmp_path):
    with pytest.raises(FormatError, match="no survey store is there"):
        Echogram.open(tmp_path / "nothing.sv.zarr")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="no survey store is there"):
        Echogram.open(tmp_path / "empty")


def test_an_unfinished_store_does_not_open(tmp_path):
    events = convert_source(made_source(3000), tmp_path / "a.sv.zarr")
    for _ in range(2):
        next(events)
    with pytest.raises(FormatError, match="whole survey store"):
        Echogram.open(tmp_path / "a.sv.zarr.part")


def test_a_store_of_a_newer_program_asks_for_an_update(echogram):
    marker = echogram.path / "zarr.json"
    document = json.loads(marker.read_text())
    document["attributes"]["napari_fathom"]["version"] = 99
    marker.write_text(json.dumps(document))
    with pytest.raises(FormatError, match=r"version 99.*update napari-fathom"):
        Echogram.open(echogram.path)

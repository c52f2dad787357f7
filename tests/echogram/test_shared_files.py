"""Every real file that lies beside the checkout opens, and is what its owners say it is."""

import numpy as np
import pytest
import xarray as xr
from tests.echogram.surveys import finish

from napari_fathom.echogram import convert, sniff
from napari_fathom.echogram.readers.raw import read_raw
from napari_fathom.events import Note

RAW = [
    ("ek60_18_38_120_200", 1, (4, 2604, 36), 38e3),
    ("ek60_golden_DY1801", 1, (5, 1386, 42), 38e3),
    ("ek60_seabed_DY1201", 1, (5, 994, 136), 38e3),
    ("ek60_hake2017", 5, (3, 3888, 488), 38e3),
    ("ek80_power", 1, (5, 35826, 7), 18e3),
    ("ek80_complex", 1, (5, 7490, 2), 38e3),
]


def values(echogram):
    return echogram.read((0, echogram.shape[1], 0, echogram.shape[2]))


@pytest.mark.parametrize(("folder", "files", "shape", "main"), RAW)
def test_raw_files(shared_data, tmp_path, folder, files, shape, main):
    pytest.importorskip("echopype")
    paths = sorted((shared_data / "echo" / folder).glob("*.raw"), reverse=True)
    assert len(paths) == files
    assert sniff(paths) == "raw"
    echogram, said = finish(convert(paths, tmp_path / "a.sv.zarr"))
    assert echogram.shape == shape
    assert echogram.main_frequency_hz == main
    assert not [event for event in said if isinstance(event, Note)]
    assert np.isfinite(echogram.latitude).all()
    assert np.isfinite(echogram.transducer_depth_m).all()
    assert np.isfinite(values(echogram)[:, 20 : shape[1] // 20]).all()  # below the pulse


def test_golden_sv_of_the_whole_file(shared_data):
    pytest.importorskip("echopype")
    folder = shared_data / "echo" / "ek60_golden_DY1801"
    block = read_raw(next(folder.glob("*.raw")))[0][0].read()
    ours = np.stack(
        [10 * np.log10(channel.sv) for channel in sorted(block.channels, key=lambda c: c.frequency_hz)]
    )
    with xr.open_dataset(next(folder.glob("*.nc")), engine="h5netcdf") as theirs:
        difference = np.abs(ours - theirs["Sv"].values)
    assert np.nanmedian(difference) < 1e-4
    assert np.nanpercentile(difference, 99) < 1e-4


def test_ek80_channels_in_another_order_keep_their_values(shared_data):
    """Against echopype itself: nothing is mixed up between file order and frequency order."""
    echopype = pytest.importorskip("echopype")
    path = next((shared_data / "echo" / "ek80_power").glob("*.raw"))
    theirs = echopype.calibrate.compute_Sv(
        echopype.open_raw(path, sonar_model="EK80"), waveform_mode="CW", encode_mode="power"
    )
    assert list(theirs["frequency_nominal"].values) == [200e3, 70e3, 38e3, 18e3, 120e3]
    block = read_raw(path)[0][0].read()
    for channel in block.channels:
        index = list(theirs["frequency_nominal"].values).index(channel.frequency_hz)
        expected = theirs["Sv"].values[index][:, : channel.sv.shape[1]]
        np.testing.assert_allclose(10 * np.log10(channel.sv), expected, atol=1e-9)


def test_a_day_of_a_mooring(shared_data, tmp_path):
    paths = sorted((shared_data / "echo" / "mvbs_ooi_day").glob("*.nc"))
    assert len(paths) == 15
    echogram, said = finish(convert(paths[::-1], tmp_path / "a.sv.zarr", upward=True))
    assert echogram.shape == (3, 205, 1435)
    steps = np.unique(np.diff(echogram.ping_time).astype("timedelta64[s]").astype(int))
    assert list(steps) == [60]  # the minute that two files share is used once
    notes = [event.message for event in said if isinstance(event, Note)]
    assert len(notes) == 1
    assert "14 pings are from a time that another file covers" in notes[0]


@pytest.mark.parametrize("version", ["0.7.1", "0.8.0", "0.8.2", "0.8.4", "0.9.0", "0.9.1"])
def test_stores_of_old_echopype_versions(shared_data, tmp_path, version):
    path = shared_data / "echo" / "sv_zarr_legacy" / f"D20070720-T224031.raw_v{version}.zarr"
    assert sniff(path) == "sv"
    echogram, _ = finish(convert(path, tmp_path / "a.sv.zarr"))
    assert list(echogram.frequency_hz) == [18e3, 38e3, 120e3, 200e3]
    assert echogram.shape == (4, 1279, 4)
    assert np.isfinite(values(echogram)[:, 3:]).all()


def test_the_matlab_file_lacks_what_an_echogram_needs_and_regions_are_none(shared_data):
    folder = shared_data / "echo"
    matlab = next((folder / "ek60_golden_DY1801").glob("*.nc"))
    with pytest.raises(Exception, match="Sv without ping_time, echo_range or depth"):
        finish(convert(matlab, folder / "never"))
    for path in (folder / "regions").iterdir():
        assert sniff(path) is None

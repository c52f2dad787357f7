import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from tests.echogram.surveys import finish

from napari_fathom.echogram import convert, convert_source, sniff
from napari_fathom.echogram.formats import look
from napari_fathom.errors import FormatError
from napari_fathom.events import Note

TIMES = np.arange(6) * np.timedelta64(1, "s") + np.datetime64("2024-05-01T12:00:00", "ns")
DEPTHS = np.linspace(-90, -40, 20)


def sv_dataset(order=("channel", "ping_time", "range_sample"), frequencies=(200e3, 38e3), sizes=(20, 10)):
    """As echopype writes Sv: channels in the sounder's order, ragged ranges padded with NaN."""
    sv = np.full((len(frequencies), len(TIMES), max(sizes)), np.nan)
    ranges = np.full(sv.shape, np.nan)
    for channel, size in enumerate(sizes):
        step = 10 / size
        ranges[channel, :, :size] = step * (np.arange(size) + 0.5)
        sv[channel, :, :size] = np.linspace(-90, -40, size) + channel
    dims = ("channel", "ping_time", "range_sample")
    dataset = xr.Dataset(
        {
            "Sv": (dims, sv),
            "echo_range": (dims, ranges),
            "frequency_nominal": ("channel", np.array(frequencies)),
            "latitude": ("ping_time", np.linspace(60, 61, len(TIMES))),
            "longitude": ("ping_time", np.array([179.8, 179.9, 180.0, -179.9, -179.8, -179.7])),
        },
        coords={"channel": [f"GPT {f / 1e3:.0f} kHz" for f in frequencies], "ping_time": TIMES},
    )
    return dataset.assign(Sv=dataset["Sv"].transpose(*order))


def opened(path, tmp_path, **options):
    return finish(convert(path, tmp_path / "store.sv.zarr", **options))


def sv_of(echogram):
    return echogram.read((0, echogram.shape[1], 0, echogram.shape[2]))


@pytest.fixture(params=["netcdf", "zarr v2", "zarr v3"])
def save(request, tmp_path):
    def write(dataset, name="survey"):
        if request.param == "netcdf":
            dataset.to_netcdf(tmp_path / f"{name}.nc", engine="h5netcdf")
            return tmp_path / f"{name}.nc"
        version = int(request.param[-1])
        dataset.drop_vars("channel", errors="ignore").to_zarr(
            tmp_path / f"{name}.zarr", zarr_format=version, consolidated=False
        )
        return tmp_path / f"{name}.zarr"

    return write


def test_channels_come_out_in_the_order_of_frequency_on_the_finest_grid(save, tmp_path):
    path = save(sv_dataset())
    assert sniff(path) == "sv"
    echogram, _ = opened(path, tmp_path)
    assert list(echogram.frequency_hz) == [38e3, 200e3]
    assert echogram.main_frequency_hz == 200e3
    assert echogram.shape == (2, 20, 6)
    np.testing.assert_allclose(sv_of(echogram)[1, :, 3], np.linspace(-90, -40, 20), atol=1e-4)
    # 38 kHz has cells twice as high: each fills two of the grid's
    np.testing.assert_allclose(sv_of(echogram)[0, ::2, 3], np.linspace(-89, -39, 10), atol=1e-4)
    np.testing.assert_allclose(sv_of(echogram)[0, 1::2, 3], np.linspace(-89, -39, 10), atol=1e-4)


def test_a_coarser_main_frequency_gets_means_of_sv(save, tmp_path):
    echogram, _ = opened(save(sv_dataset()), tmp_path, main_frequency_hz=38e3)
    fine = 10 ** (np.linspace(-90, -40, 20) / 10)
    expected = 10 * np.log10((fine[::2] + fine[1::2]) / 2)
    np.testing.assert_allclose(sv_of(echogram)[1, :, 0], expected, atol=1e-4)


def test_positions_go_the_short_way_across_the_date_line(save, tmp_path):
    echogram, _ = opened(save(sv_dataset()), tmp_path)
    np.testing.assert_allclose(echogram.longitude, [179.8, 179.9, -180, -179.9, -179.8, -179.7])
    np.testing.assert_allclose(echogram.latitude, np.linspace(60, 61, 6))


def test_depth_beside_range_gives_the_transducer_depth(save, tmp_path):
    dataset = sv_dataset()
    echogram, _ = opened(save(dataset.assign(depth=dataset["echo_range"] + 4.5)), tmp_path)
    np.testing.assert_allclose(echogram.transducer_depth_m, 4.5)


def test_depth_alone_serves_as_range_and_it_is_said(save, tmp_path):
    dataset = sv_dataset()
    echogram, said = opened(save(dataset.rename(echo_range="depth")), tmp_path)
    np.testing.assert_array_equal(echogram.transducer_depth_m, 0)
    assert any(isinstance(event, Note) and "depths below the surface" in event.message for event in said)


def test_older_names_and_another_order_of_axes_are_understood(save, tmp_path):
    modern, _ = finish(convert(save(sv_dataset(), "modern"), tmp_path / "modern.sv.zarr"))
    older = (
        sv_dataset(order=("range_sample", "channel", "ping_time"))
        .drop_vars(["channel", "frequency_nominal"])
        .rename({"channel": "frequency", "range_sample": "range_bin", "echo_range": "range"})
        .assign_coords(frequency=[200e3, 38e3])
    )
    echogram, _ = opened(save(older, "older"), tmp_path)
    np.testing.assert_array_equal(sv_of(echogram), sv_of(modern))


def test_channels_that_ping_in_turn_share_the_main_frequency_s_pings(save, tmp_path):
    dataset = sv_dataset()
    for channel, rest in ((0, 1), (1, 0)):
        for name in ("Sv", "echo_range"):
            dataset[name][channel, rest::2] = np.nan
    echogram, _ = opened(save(dataset), tmp_path)
    assert echogram.shape[2] == 3
    np.testing.assert_array_equal(echogram.ping_time, TIMES[::2])
    assert np.isfinite(sv_of(echogram)).all()


@pytest.mark.parametrize(
    ("missing", "what"),
    [
        ("frequency_nominal", "frequency_nominal"),
        ("echo_range", "echo_range or depth"),
        ("ping_time", "ping_time"),
    ],
)
def test_what_a_dataset_lacks_is_named(tmp_path, missing, what):
    sv_dataset().drop_vars(missing).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(FormatError, match=f"a.nc: Sv without .*{what}"):
        opened(tmp_path / "a.nc", tmp_path)


def test_times_that_are_none_are_refused(tmp_path):
    dataset = sv_dataset().assign_coords(ping_time=np.where(np.arange(6) == 2, np.datetime64("NaT"), TIMES))
    dataset.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(FormatError, match="ping_time that is no time"):
        opened(tmp_path / "a.nc", tmp_path)
    sv_dataset().assign_coords(ping_time=np.arange(6)).to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    with pytest.raises(FormatError, match="ping_time that is no time"):
        opened(tmp_path / "b.nc", tmp_path)


def test_classic_netcdf_is_read_too(tmp_path):
    sv_dataset().drop_vars("channel").to_netcdf(tmp_path / "a.nc", engine="scipy")
    assert sniff(tmp_path / "a.nc") == "sv"
    assert opened(tmp_path / "a.nc", tmp_path)[0].shape == (2, 20, 6)


def test_a_truncated_dataset_is_refused(tmp_path):
    sv_dataset().to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    content = (tmp_path / "a.nc").read_bytes()
    (tmp_path / "a.nc").write_bytes(content[: len(content) // 2])
    with pytest.raises(FormatError, match=r"a.nc: "):
        opened(tmp_path / "a.nc", tmp_path)


def test_a_damaged_chunk_is_named_when_it_is_met(tmp_path):
    sv_dataset().drop_vars("channel").to_zarr(tmp_path / "a.zarr", zarr_format=3, consolidated=False)
    chunk = next(path for path in (tmp_path / "a.zarr" / "Sv" / "c").rglob("*") if path.is_file())
    chunk.write_bytes(chunk.read_bytes()[:20])
    with pytest.raises(FormatError, match=r"a.zarr: Sv that can't be read"):
        opened(tmp_path / "a.zarr", tmp_path)


def test_a_mooring_s_mvbs_has_its_cells_middles_and_looks_up(shipped_data, tmp_path):
    path = shipped_data / "echo" / "MVBS_OOI-D20170821-T230706.nc"
    assert sniff(path) == "sv"
    echogram, _ = opened(path, tmp_path, upward=True)
    theirs = xr.open_dataset(path, engine="h5netcdf")["Sv"].transpose("channel", "echo_range", "ping_time")
    np.testing.assert_allclose(sv_of(echogram), theirs.values, atol=1e-4)
    assert echogram.range_m[0] == 0.5  # the file gives the intervals' starts
    assert echogram.upward


def test_a_store_of_echopype_0_7_is_read(shipped_data, tmp_path):
    path = shipped_data / "echo" / "D20070720-T224031.raw_v0.7.1.zarr"
    assert sniff(path) == "sv"
    echogram, _ = opened(path, tmp_path)
    theirs = xr.open_dataset(path, engine="zarr", backend_kwargs={"consolidated": False})["Sv"]
    np.testing.assert_allclose(
        sv_of(echogram), theirs.transpose("channel", "range_sample", "ping_time"), atol=1e-4
    )


def test_converted_raw_of_echopype_is_refused_with_the_way_out(tmp_path):
    (tmp_path / "converted.zarr" / "Sonar").mkdir(parents=True)
    (tmp_path / "converted.zarr" / ".zgroup").write_text('{"zarr_format": 2}')
    with pytest.raises(FormatError, match=r"power, not Sv.*Give the .raw file"):
        opened(tmp_path / "converted.zarr", tmp_path)


def crimac(folder, sv, labels=True, bottom=True):
    """The layout of CRIMAC's preprocessing: linear sv, zarr v2, seabed and labels beside."""
    coords = {"frequency": [18e3, 38e3], "ping_time": TIMES, "range": 0.1 + 0.2 * np.arange(sv.shape[2])}
    dataset = xr.Dataset(
        {
            "sv": (("frequency", "ping_time", "range"), sv),
            "transducer_draft": (("frequency", "ping_time"), np.full(sv.shape[:2], 8.0)),
            "heave": ("ping_time", np.zeros(len(TIMES))),
        },
        coords=coords
        | {"latitude": ("ping_time", np.full(6, 57.0)), "longitude": ("ping_time", np.full(6, 2.0))},
    )
    dataset.to_zarr(folder / "S2019_sv.zarr", zarr_format=2, consolidated=True)
    rounded = TIMES + np.timedelta64(300, "us")  # their times differ by rounding
    if bottom:
        below = np.where(np.arange(sv.shape[2]) >= 30, 1.0, np.nan) * np.ones((6, 1))
        xr.Dataset(
            {"bottom_range": (("ping_time", "range"), below)},
            {"ping_time": rounded, "range": coords["range"]},
        ).to_zarr(folder / "S2019_bottom.zarr", zarr_format=2, consolidated=True)
    if labels:
        (folder / "S2019_labels.zarr").mkdir()
    return folder / "S2019_sv.zarr"


def test_a_crimac_survey_is_linear_with_its_seabed_and_labels_beside(tmp_path):
    sv = 10 ** np.random.default_rng(0).uniform(-9, -3, (2, 6, 40))
    sv[:, :, 38:] = np.nan
    path = crimac(tmp_path, sv)
    assert sniff(path) == "crimac"
    echogram, _ = opened(path, tmp_path)
    np.testing.assert_allclose(sv_of(echogram), 10 * np.log10(sv).transpose(0, 2, 1), atol=1e-4)
    np.testing.assert_allclose(echogram.seabed_range_m, 6.1)
    np.testing.assert_allclose(echogram.transducer_depth_m, 8)
    np.testing.assert_allclose(echogram.latitude, 57)
    assert echogram.companions == {"labels": str(tmp_path / "S2019_labels.zarr")}


@pytest.mark.parametrize("changed", ["S2019_sv.zarr/sv", "S2019_bottom.zarr/bottom_range"])
def test_a_survey_folder_that_changed_somewhere_inside_is_converted_anew(tmp_path, changed):
    path = crimac(tmp_path, np.full((2, 6, 40), 1e-6))
    opened(path, tmp_path)
    chunk = next(file for file in sorted((tmp_path / changed).iterdir()) if not file.name.startswith("."))
    former = chunk.stat().st_mtime_ns
    os.utime(chunk, ns=(former, former + 1_000_000_000))

    said = finish(convert(path, tmp_path / "store.sv.zarr"))[1]
    assert not any("already holds" in event.message for event in said if isinstance(event, Note))
    again = finish(convert(path, tmp_path / "store.sv.zarr"))[1]
    assert any("already holds" in event.message for event in again if isinstance(event, Note))


def test_a_crimac_survey_alone_is_enough(tmp_path):
    path = crimac(tmp_path, np.full((2, 6, 40), 1e-6), labels=False, bottom=False)
    echogram, _ = opened(path, tmp_path)
    assert np.isnan(echogram.seabed_range_m).all()
    assert echogram.companions == {}


def test_decibels_under_crimac_s_linear_name_are_refused(tmp_path):
    path = crimac(tmp_path, np.full((2, 6, 40), -70.0), labels=False, bottom=False)
    with pytest.raises(FormatError, match="negative sv"):
        opened(path, tmp_path)


def test_time_that_runs_backwards_in_a_dataset_is_mended_and_said(save, tmp_path):
    dataset = sv_dataset().isel(ping_time=[0, 1, 2, 1, 2, 3])
    echogram, said = opened(save(dataset), tmp_path)
    assert echogram.shape[2] == 6
    assert np.all(np.diff(echogram.ping_time).astype(np.int64) > 0)
    assert any(isinstance(event, Note) and "runs backwards 1 times" in event.message for event in said)


def held(path):
    """How often this process has a file open."""
    handles = Path("/proc/self/fd")
    links = [os.readlink(handle) for handle in handles.iterdir() if handle.is_symlink()]
    return links.count(str(path))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="what is open is told by /proc")
def test_a_file_is_let_go_of_when_it_has_been_converted_or_refused(tmp_path):
    whole, damaged = tmp_path / "whole.nc", tmp_path / "damaged.nc"
    sv_dataset().to_netcdf(whole, engine="h5netcdf")
    sv_dataset().drop_vars("echo_range").to_netcdf(damaged, engine="h5netcdf")
    looking = look([whole])
    while True:
        try:
            next(looking)
        except StopIteration as end:
            source = end.value
            break
    assert held(whole)
    finish(convert_source(source, tmp_path / "a.sv.zarr"))
    assert not held(whole)
    with pytest.raises(FormatError) as refused:
        finish(convert([whole, damaged], tmp_path / "b.sv.zarr"))
    assert refused.tb is not None  # which still holds everything that was open on the way
    assert not held(whole)
    assert not held(damaged)


def test_files_of_different_formats_are_refused_together(shipped_data, tmp_path):
    shutil.copy(shipped_data / "echo" / "DY1801_EK60-D20180211-T164025.raw", tmp_path / "a.raw")
    sv_dataset().to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    with pytest.raises(FormatError, match=r"different formats: raw \(a.raw\), sv \(a.nc\)"):
        opened([tmp_path / "a.raw", tmp_path / "a.nc"], tmp_path)
    assert sniff([tmp_path / "a.raw", tmp_path / "a.nc"]) is None

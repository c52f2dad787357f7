import h5py
import numpy as np
import pytest
import scipy.io
from tests.echogram.surveys import finish

from napari_fathom.echogram import PlainOptions, convert, sniff
from napari_fathom.echogram.plain import plain_shapes
from napari_fathom.errors import FormatError
from napari_fathom.events import Note

SV_DB = np.random.default_rng(5).uniform(-95, -30, (2, 12, 7)).astype(np.float32)
WHOLE = PlainOptions(
    axes=("frequency", "range", "ping"),
    scale="db",
    frequencies_hz=(38e3, 120e3),
    range_step_m=0.5,
    ping_interval_s=2,
    start="2024-05-01T12:00:00",
)


def opened(path, plain=None):
    echogram, said = finish(convert(path, path.parent / "store.sv.zarr", plain=plain))
    _, rows, pings = echogram.shape
    return echogram, echogram.read((0, rows, 0, pings)), [e.message for e in said if isinstance(e, Note)]


def test_an_npy_with_all_that_must_be_said(tmp_path):
    np.save(tmp_path / "a.npy", SV_DB)
    assert sniff(tmp_path / "a.npy") == "plain"
    echogram, sv_db, notes = opened(tmp_path / "a.npy", WHOLE)
    np.testing.assert_allclose(sv_db, SV_DB, atol=1e-4)
    assert echogram.range_m[0] == 0.25
    assert echogram.ping_time[1] == np.datetime64("2024-05-01T12:00:02", "ns")
    assert notes == []


def test_what_is_not_said_is_listed(tmp_path):
    np.save(tmp_path / "a.npy", SV_DB)
    with pytest.raises(FormatError) as error:
        opened(tmp_path / "a.npy")
    for what in ("order of its 3 axes", "frequencies", "range cell", "time between pings"):
        assert what in str(error.value)
    assert "dB or linear" not in str(error.value)  # its negatives tell


@pytest.mark.parametrize("axes", [("range", "ping", "frequency"), ("ping", "frequency", "range")])
def test_any_order_of_axes(tmp_path, axes):
    order = [("frequency", "range", "ping").index(axis) for axis in axes]
    np.save(tmp_path / "a.npy", SV_DB.transpose(order))
    _, sv_db, _ = opened(tmp_path / "a.npy", WHOLE.model_copy(update={"axes": axes}))
    np.testing.assert_allclose(sv_db, SV_DB, atol=1e-4)


def test_one_frequency_has_two_axes(tmp_path):
    np.save(tmp_path / "a.npy", SV_DB[0].T)
    said = {"axes": ("ping", "range"), "frequencies_hz": (38e3,)}
    _, sv_db, _ = opened(tmp_path / "a.npy", WHOLE.model_copy(update=said))
    np.testing.assert_allclose(sv_db[0], SV_DB[0], atol=1e-4)


def test_linear_values_are_told_by_their_size_and_it_is_said(tmp_path):
    np.save(tmp_path / "a.npy", 10 ** (SV_DB / 10))
    _, sv_db, notes = opened(tmp_path / "a.npy", WHOLE.model_copy(update={"scale": None, "start": None}))
    np.testing.assert_allclose(sv_db, SV_DB, atol=1e-3)
    assert "a.npy: taken to be linear sv." in notes
    assert any("1970-01-01" in note for note in notes)


def test_frequencies_are_sorted_with_their_values(tmp_path):
    np.save(tmp_path / "a.npy", SV_DB)
    echogram, sv_db, _ = opened(
        tmp_path / "a.npy", WHOLE.model_copy(update={"frequencies_hz": (120e3, 38e3)})
    )
    assert list(echogram.frequency_hz) == [38e3, 120e3]
    np.testing.assert_allclose(sv_db, SV_DB[::-1], atol=1e-4)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"frequencies_hz": (38e3,)}, "2 frequencies, but 1 values"),
        ({"axes": ("range", "ping")}, "3 axes"),
        ({"axes": ("range", "range", "ping")}, "3 axes"),
    ],
)
def test_what_contradicts_the_array_is_refused(tmp_path, wrong, said):
    np.save(tmp_path / "a.npy", SV_DB)
    with pytest.raises(FormatError, match=said):
        opened(tmp_path / "a.npy", WHOLE.model_copy(update=wrong))


def test_a_mat_file_of_either_make(tmp_path):
    scipy.io.savemat(tmp_path / "old.mat", {"sv": 10 ** (SV_DB.transpose(1, 2, 0) / 10.0), "F": [38, 120]})
    with h5py.File(tmp_path / "new.mat", "w", userblock_size=512) as file:
        file["sv"] = 10 ** (SV_DB.transpose(1, 2, 0).T / 10.0)  # MATLAB stores columns first
    with (tmp_path / "new.mat").open("r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file")
    said = WHOLE.model_copy(update={"axes": ("range", "ping", "frequency"), "scale": "linear"})
    for name in ("old.mat", "new.mat"):
        assert sniff(tmp_path / name) == "plain"
        _, sv_db, _ = opened(tmp_path / name, said)
        np.testing.assert_allclose(sv_db, SV_DB, atol=1e-3)


def test_of_several_arrays_one_must_be_named(tmp_path):
    np.savez(tmp_path / "a.npz", first=SV_DB, second=SV_DB - 5, t=np.arange(7))
    assert plain_shapes(tmp_path / "a.npz") == {"first": (2, 12, 7), "second": (2, 12, 7)}
    with pytest.raises(FormatError, match=r"several arrays \(found first .* second"):
        opened(tmp_path / "a.npz", WHOLE)
    with pytest.raises(FormatError, match="no array 'third'"):
        opened(tmp_path / "a.npz", WHOLE.model_copy(update={"variable": "third"}))
    _, sv_db, _ = opened(tmp_path / "a.npz", WHOLE.model_copy(update={"variable": "second"}))
    np.testing.assert_allclose(sv_db, SV_DB - 5, atol=1e-4)


def test_a_note_beside_the_array_that_had_to_be_pickled_is_passed_over(tmp_path):
    np.savez(tmp_path / "a.npz", sv=SV_DB, cruise=np.array([{"ship": "Johan Hjort"}], dtype=object))
    assert plain_shapes(tmp_path / "a.npz") == {"sv": (2, 12, 7)}
    np.testing.assert_allclose(opened(tmp_path / "a.npz", WHOLE)[1], SV_DB, atol=1e-4)


def test_shapes_are_told_without_reading_an_array(tmp_path):
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file.create_dataset("sv", (900_000, 2_000, 4), "f4")  # 29 GB, none of it written
        file["name"] = "x"
    assert plain_shapes(tmp_path / "a.mat") == {"sv": (4, 2_000, 900_000)}


def described(**changed):
    return {
        "sv_db": SV_DB,
        "frequency_hz": np.array([38e3, 120e3]),
        "range_m": np.arange(12) * 0.5 + 0.25,
        "ping_time_s": 1.7e9 + np.arange(7.0),
    } | changed


def test_an_npz_that_says_all_needs_no_question(tmp_path):
    np.savez(tmp_path / "a.npz", **described(seabed_range_m=np.full(7, 5.0), latitude=np.full(7, 60.0)))
    assert sniff(tmp_path / "a.npz") == "described"
    echogram, sv_db, notes = opened(tmp_path / "a.npz")
    np.testing.assert_allclose(sv_db, SV_DB, atol=1e-4)
    np.testing.assert_array_equal(echogram.seabed_range_m, 5)
    np.testing.assert_array_equal(echogram.latitude, 60)
    assert echogram.ping_time[0] == np.datetime64("2023-11-14T22:13:20", "ns")
    assert notes == []


def test_an_npz_of_linear_sv_needs_none_either(tmp_path):
    arrays = described(sv=10 ** (SV_DB / 10))
    del arrays["sv_db"]
    np.savez(tmp_path / "a.npz", **arrays)
    np.testing.assert_allclose(opened(tmp_path / "a.npz")[1], SV_DB, atol=1e-3)


def test_an_npz_that_contradicts_itself_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", **described(range_m=np.arange(5.0)))
    with pytest.raises(FormatError, match=r"sv_db of shape \(2, 12, 7\)"):
        opened(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", **described(range_m=np.arange(12.0)[::-1]))
    with pytest.raises(FormatError, match="don't increase"):
        opened(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", **described(frequency_hz=np.array([38e3, 38e3])))
    with pytest.raises(FormatError, match="each frequency once"):
        opened(tmp_path / "c.npz")


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.mat"])
def test_a_truncated_array_is_refused(tmp_path, name):
    path = tmp_path / name
    if name == "a.npy":
        np.save(path, SV_DB)
    elif name == "a.npz":
        np.savez(path, **described())
    else:
        scipy.io.savemat(path, {"sv": SV_DB})
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(FormatError, match=name):
        opened(path, WHOLE)


def test_pickled_objects_are_never_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(FormatError, match="can't be read"):
        opened(tmp_path / "a.npy", WHOLE)


def test_a_description_of_a_fish_is_no_echogram(tmp_path):
    for name, content in {
        "a.txt": b"cod",
        "a.png": b"\x89PNG\r\n",
        "a.nc": b"CDF\x01junk",
        "a.h5": b"\x89HDF\r\n\x1a\n",
    }.items():
        (tmp_path / name).write_bytes(content)
        assert sniff(tmp_path / name) is None
    (tmp_path / "folder").mkdir()
    assert sniff(tmp_path / "folder") is None
    assert sniff(tmp_path / "nothing") is None

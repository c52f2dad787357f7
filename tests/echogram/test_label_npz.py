from pathlib import Path

import numpy as np
import pytest

from napari_fathom.echogram import label_npz
from napari_fathom.echogram.coordinates import Coordinates
from napari_fathom.echogram.label_npz import Streamed, read_label_npz, write_label_npz
from napari_fathom.errors import FormatError
from napari_fathom.events import Box

NAMES = {1: "background", 2: "sandeel", 3: "Øret"}
CLASSES = {name: value for value, name in NAMES.items()}
RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, (13, 29), np.uint8)
PROBABILITIES = RNG.random((3, 13, 29), np.float32).astype(np.float16)
ALL = (0, 13, 0, 29)


@pytest.fixture
def grid() -> Coordinates:
    time = np.datetime64("2019-04-25", "ns") + np.arange(29) * np.timedelta64(1, "s")
    return Coordinates(0.1 + np.arange(13.0), time, np.full(29, 5.0))


def boxes_of(array: np.ndarray):
    def read(box: Box) -> np.ndarray:
        return array[..., box[0] : box[1], box[2] : box[3]]

    return read


def test_numpy_alone_reads_everything(tmp_path: Path, grid: Coordinates) -> None:
    beside = {"probabilities": Streamed(boxes_of(PROBABILITIES), np.dtype(np.float16), (3,))}
    list(write_label_npz(tmp_path / "a.npz", grid, boxes_of(LABELS), NAMES, beside=beside))

    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        assert np.array_equal(file["labels"], LABELS)
        assert np.array_equal(file["probabilities"], PROBABILITIES)
        assert dict(zip(file["class_values"].tolist(), file["class_names"].tolist(), strict=True)) == NAMES
        assert np.array_equal(file["ping_time"], grid.ping_time)
        assert np.array_equal(file["range_m"], grid.range_m)
        assert np.array_equal(file["transducer_depth_m"], grid.transducer_depth_m)


def test_rows_are_streamed(tmp_path: Path, grid: Coordinates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_npz, "_SLAB_CELLS", 29 * 5)
    beside = {"probabilities": Streamed(boxes_of(PROBABILITIES), np.dtype(np.float16), (3,))}

    events = list(write_label_npz(tmp_path / "a.npz", grid, boxes_of(LABELS), NAMES, beside=beside))

    assert len(events) == 3 + 9 + 1
    with np.load(tmp_path / "a.npz") as file:
        assert np.array_equal(file["labels"], LABELS)
        assert np.array_equal(file["probabilities"], PROBABILITIES)


def test_a_write_that_fails_leaves_the_former_file(tmp_path: Path, grid: Coordinates) -> None:
    path = tmp_path / "a.npz"
    list(write_label_npz(path, grid, boxes_of(LABELS), NAMES))
    before = path.read_bytes()

    def broken(box: Box) -> np.ndarray:
        raise OSError("the disk of the labels is gone")

    with pytest.raises(OSError, match="gone"):
        list(write_label_npz(path, grid, broken, NAMES))
    assert [file.name for file in tmp_path.iterdir()] == ["a.npz"]
    assert path.read_bytes() == before


def test_labels_of_another_grid_are_placed_by_time_and_range(tmp_path: Path, grid: Coordinates) -> None:
    part = Coordinates(grid.range_m[3:], grid.ping_time[10:20], grid.transducer_depth_m[10:20])
    list(write_label_npz(tmp_path / "a.npz", part, boxes_of(LABELS[3:, 10:20]), NAMES))

    placed = read_label_npz(tmp_path / "a.npz", grid, CLASSES).read(ALL)

    expected = np.zeros_like(LABELS)
    expected[3:, 10:20] = LABELS[3:, 10:20]
    assert np.array_equal(placed, expected)


def test_bare_labels_are_taken_when_their_shape_fits(tmp_path: Path, grid: Coordinates) -> None:
    np.savez(tmp_path / "a.npz", labels=LABELS.astype(np.int64))

    assert np.array_equal(
        read_label_npz(tmp_path / "a.npz", grid, CLASSES).read((1, 9, 2, 20)), LABELS[1:9, 2:20]
    )


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"mask": LABELS}, "no array 'labels', only mask"),
        ({"labels": LABELS.astype(float)}, "labels are float64 of 13 × 29"),
        ({"labels": LABELS[0]}, "labels are uint8 of 29"),
        ({"labels": LABELS.astype(int) * 99}, "labels are int64 of 13 × 29"),
        ({"labels": LABELS.T}, "labels of 29 × 13 without range_m and ping_time"),
        (
            {
                "labels": LABELS.T,
                "range_m": np.arange(13),
                "ping_time": np.arange(29).astype("datetime64[s]"),
            },
            "13 ranges, 29 ping times",
        ),
        (
            {"labels": LABELS, "range_m": np.arange(13), "ping_time": np.arange(29).astype("datetime64[s]")},
            "none of its pings",
        ),
        ({"labels": np.array([{}])}, "it is no npz file"),
        (
            {"labels": LABELS, "class_values": [1, 2], "class_names": ["krill"]},
            "2 class_values for 1 class_names",
        ),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, grid: Coordinates, arrays: dict, told: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)

    with pytest.raises(FormatError, match=told):
        read_label_npz(tmp_path / "a.npz", grid, CLASSES)


def test_what_is_no_npz_is_refused(tmp_path: Path, grid: Coordinates) -> None:
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 and then nothing")

    with pytest.raises(FormatError, match="it is no npz file"):
        read_label_npz(tmp_path / "a.npz", grid, CLASSES)


def test_names_without_values_are_those_of_one_two_three(tmp_path: Path, grid: Coordinates) -> None:
    np.savez(tmp_path / "a.npz", labels=(LABELS > 0).astype(np.uint8), class_names=["sandeel"])
    placed = read_label_npz(tmp_path / "a.npz", grid, {"background": 1, "sandeel": 2}).read(ALL)

    assert np.array_equal(placed, np.where(LABELS > 0, 2, 0))


def test_a_byte_that_was_damaged_is_named(tmp_path: Path, grid: Coordinates) -> None:
    np.savez_compressed(tmp_path / "a.npz", labels=LABELS)
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[60:80] = b"\xff" * 20
    (tmp_path / "a.npz").write_bytes(content)

    with pytest.raises(FormatError, match=r"a\.npz: it is no npz file"):
        read_label_npz(tmp_path / "a.npz", grid, CLASSES)

"""Labels of a survey of any length: what is written is read, counted, and survives reopening."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napari_fathom.errors import LabelError, StudyError
from napari_fathom.labels import DEFAULT_CLASSES, LabelStore

SHAPE = (600, 2500)
WHOLE = (0, 600, 0, 2500)


@pytest.fixture
def store(tmp_path: Path):
    with LabelStore.create(tmp_path / "labels", SHAPE) as store:
        yield store


def chunk_files(store: LabelStore) -> list[str]:
    return sorted(path.name for path in (store.path / "chunks").iterdir())


def test_a_new_store_is_unlabelled(store: LabelStore) -> None:
    assert not store.read(WHOLE).any()
    assert store.counts() == {1: 0, 2: 0, 3: 0}
    assert store.painted_boxes() == []
    assert store.journal() == []


def test_a_stroke_is_read_back_and_leaves_its_surroundings_alone(store: LabelStore) -> None:
    disc = np.hypot(*np.mgrid[-20:21, -20:21]) <= 20
    event = store.write((240, 281, 1000, 1041), 2, disc, origin="paint")  # across four chunks
    expected = np.zeros(SHAPE, np.uint8)
    expected[240:281, 1000:1041][disc] = 2
    np.testing.assert_array_equal(store.read(WHOLE), expected)
    np.testing.assert_array_equal(store.read_strokes(WHOLE), expected // 2 * event.stroke)
    assert event.pixels == disc.sum() == store.counts()[2]


def test_only_touched_chunks_exist_on_disk(store: LabelStore) -> None:
    store.write((0, 5, 1020, 1030), 1, origin="paint")
    store.checkpoint()
    assert chunk_files(store) == ["0.0.npz", "0.1.npz"]
    assert store.painted_boxes() == [(0, 5, 1020, 1024), (0, 5, 1024, 1030)]


def test_every_stroke_has_its_own_id_and_the_last_one_owns_the_pixel(store: LabelStore) -> None:
    first = store.write((0, 10, 0, 10), 1, origin="paint")
    second = store.write((5, 15, 5, 15), 2, origin="paint")
    strokes = store.read_strokes((0, 15, 0, 15))
    assert second.stroke == first.stroke + 1
    assert strokes[0, 0] == first.stroke
    assert strokes[7, 7] == second.stroke
    assert strokes[14, 0] == 0


def test_one_write_may_bring_several_strokes(store: LabelStore) -> None:
    event = store.write((0, 1, 0, 4), [[1, 1, 2, 2]], origin="import", strokes=[[1, 1, 2, 3]])
    after = store.write((5, 6, 0, 1), 1, origin="paint")
    np.testing.assert_array_equal(store.read_strokes((0, 1, 0, 4))[0] - event.stroke, [0, 0, 1, 2])
    assert event.strokes == 3
    assert after.stroke == event.stroke + 3


def test_erasing_empties_the_chunk_and_the_counts(store: LabelStore) -> None:
    store.write((0, 10, 0, 10), 3, origin="paint")
    store.write((0, 10, 0, 10), 0, origin="paint")
    assert store.counts() == {1: 0, 2: 0, 3: 0}
    assert store.painted_boxes() == []
    assert not store.read_strokes((0, 10, 0, 10)).any()


def test_a_write_that_changes_nothing_is_no_event(store: LabelStore) -> None:
    store.write((0, 10, 0, 10), 3, origin="paint")
    assert store.write((2, 5, 2, 5), 3, origin="paint").number == 0
    assert len(store.journal()) == 1


def test_undo_gives_pixels_back_to_the_strokes_that_painted_them(store: LabelStore) -> None:
    store.write((0, 10, 0, 10), 1, origin="paint")
    store.write((0, 10, 10, 20), 2, origin="paint")
    before, ids = store.read((0, 10, 0, 20)), store.read_strokes((0, 10, 0, 20))
    over = store.write((0, 10, 5, 15), 3, origin="paint")
    painted, painted_ids = store.read((0, 10, 0, 20)), store.read_strokes((0, 10, 0, 20))
    store.write((0, 10, 0, 20), before, origin="undo")
    np.testing.assert_array_equal(store.read_strokes((0, 10, 0, 20)), ids)
    store.write((0, 10, 0, 20), painted, origin="redo")
    np.testing.assert_array_equal(store.read_strokes((0, 10, 0, 20)), painted_ids)
    assert painted_ids[0, 7] == over.stroke


def test_undo_of_erasing_brings_the_stroke_back(store: LabelStore) -> None:
    stroke = store.write((0, 10, 0, 10), 2, origin="paint").stroke
    store.write((0, 10, 0, 5), 0, origin="paint")
    store.write((0, 10, 0, 10), 2, origin="undo")
    assert (store.read_strokes((0, 10, 0, 10)) == stroke).all()


def test_reverting_an_event_spares_what_was_painted_since(store: LabelStore) -> None:
    mine = store.write((0, 10, 0, 10), 1, origin="paint")
    accepted = store.write((0, 20, 0, 20), 2, origin="accept")
    later = store.write((0, 20, 18, 20), 3, origin="paint")
    store.revert([accepted])
    strokes = store.read_strokes((0, 20, 0, 20))
    assert (strokes[:10, :10] == mine.stroke).all()
    assert (strokes[:, 18:] == later.stroke).all()
    assert not strokes[10:, :18].any()
    assert store.journal()[-1].origin == "undo"


def test_reverting_what_this_store_never_saw_is_refused(store: LabelStore, tmp_path: Path) -> None:
    with LabelStore.create(tmp_path / "other", SHAPE) as other:
        event = other.write((0, 1, 0, 1), 1, origin="paint")
    with pytest.raises(LabelError, match=r"no event \[1\]"):
        store.revert([event])


def test_everything_is_there_after_reopening(store: LabelStore) -> None:
    store.write((0, 300, 900, 1200), 2, origin="paint", note="a school")
    values, strokes, counts = store.read(WHOLE), store.read_strokes(WHOLE), store.counts()
    store.set_classes(DEFAULT_CLASSES.with_added("krill"))
    events = store.journal()
    store.close()
    with LabelStore.open(store.path) as again:
        np.testing.assert_array_equal(again.read(WHOLE), values)
        np.testing.assert_array_equal(again.read_strokes(WHOLE), strokes)
        assert again.counts() == counts | {4: 0}
        assert again.journal() == events
        assert again.classes.named("krill").value == 4
        assert again.notes == ()
        assert again.write((0, 1, 0, 1), 4, origin="paint").stroke == events[-1].stroke + 1


def test_the_journal_says_who_when_and_where(store: LabelStore) -> None:
    before = np.datetime64("now", "s")
    store.write((3, 9, 4, 40), 1, origin="import", note="schools.evr")
    (event,) = store.journal()
    assert (event.number, event.origin, event.note) == (1, "import", "schools.evr")
    assert event.box == (3, 9, 4, 40)
    assert event.time >= before


def test_a_class_with_painted_pixels_cannot_be_removed(store: LabelStore) -> None:
    store.write((0, 10, 0, 10), 2, origin="paint")
    with pytest.raises(LabelError, match="'sandeel' has 100 painted pixels"):
        store.set_classes(DEFAULT_CLASSES.without(2))
    store.set_classes(DEFAULT_CLASSES.without(3))
    assert store.classes.values == (1, 2)
    reader = LabelStore.open(store.path, "r")
    assert reader.classes.with_added("krill").values == (1, 2, 4)  # also once it is opened again


@pytest.mark.parametrize(
    ("box", "values", "says"),
    [
        ((0, 10, 0, 2501), 1, "leaves the survey of 600 range cells × 2500 pings"),
        ((5, 5, 0, 10), 1, "is empty"),
        ((0, 10, 0, 10), 9, r"No class has the value \[9\]"),
        ((0, 10, 0, 10), -1, "go from 0 to 254"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(store: LabelStore, box, values, says: str) -> None:
    with pytest.raises(LabelError, match=says):
        store.write(box, values, origin="paint")
    assert store.journal() == []


def test_a_snapshot_is_frozen_and_read_only(store: LabelStore, tmp_path: Path) -> None:
    store.write((0, 100, 0, 100), 1, origin="paint")
    store.checkpoint()
    store.write((0, 100, 2000, 2100), 2, origin="paint")  # not in the chunk files yet
    values, strokes = store.read(WHOLE), store.read_strokes(WHOLE)
    snapshot = store.snapshot(tmp_path / "snapshot")
    store.write(WHOLE, 3, origin="paint")
    store.checkpoint()
    np.testing.assert_array_equal(snapshot.read(WHOLE), values)
    np.testing.assert_array_equal(snapshot.read_strokes(WHOLE), strokes)
    assert snapshot.counts() == {1: 10_000, 2: 10_000, 3: 0}
    assert snapshot.last_event == 2
    with pytest.raises(LabelError, match="read-only"):
        snapshot.write((0, 1, 0, 1), 1, origin="paint")
    with pytest.raises(LabelError, match="snapshot is read-only"):
        LabelStore.open(tmp_path / "snapshot")


def test_a_reader_beside_the_writer_sees_what_is_safe(store: LabelStore) -> None:
    store.write((0, 10, 0, 10), 1, origin="paint")
    reader = LabelStore.open(store.path, "r")
    assert reader.counts()[1] == 100
    with pytest.raises(LabelError, match="read-only"):
        reader.write((0, 1, 0, 1), 1, origin="paint")


def test_a_second_writer_is_refused(store: LabelStore) -> None:
    with pytest.raises(StudyError, match="already open for writing"):
        LabelStore.open(store.path)
    store.close()
    LabelStore.open(store.path).close()


def test_a_second_writer_in_another_program_is_refused_until_the_first_dies(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    LabelStore.create(path, SHAPE).close()
    hold = """
import sys
from napari_fathom.labels import LabelStore
store = LabelStore.open(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StudyError, match=f"process {other.pid}" if os.name != "nt" else "already open"):
            LabelStore.open(path)
        other.kill()
    LabelStore.open(path).close()


def test_a_folder_without_labels_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no labels here"):
        LabelStore.open(tmp_path)


def test_labels_of_a_newer_program_are_refused_with_advice(store: LabelStore) -> None:
    store.close()
    head = store.path / "labels.json"
    head.write_text(head.read_text().replace('"version": 1', '"version": 2'))
    with pytest.raises(LabelError, match="Update napari-fathom"):
        LabelStore.open(store.path)


boxes = st.tuples(st.integers(0, 299), st.integers(1, 60), st.integers(0, 1199), st.integers(1, 200))
strokes = st.tuples(boxes, st.integers(0, 3), st.integers(0, 2**32 - 1), st.sampled_from(["paint", "undo"]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(strokes, st.just("checkpoint"), st.just("reopen")), max_size=12))
def test_any_sequence_of_writes_equals_one_plain_array(tmp_path_factory, steps) -> None:
    shape = (300, 1200)
    plain = np.zeros(shape, np.uint8)
    store = LabelStore.create(tmp_path_factory.mktemp("any") / "labels", shape)
    for step in steps:
        if step == "checkpoint":
            store.checkpoint()
        elif step == "reopen":
            store.close()
            store = LabelStore.open(store.path)
        else:
            (top, height, left, width), value, seed, origin = step
            box = (top, min(top + height, 300), left, min(left + width, 1200))
            mask = np.random.default_rng(seed).random((box[1] - box[0], box[3] - box[2])) < 0.5
            store.write(box, value, mask, origin=origin)
            plain[box[0] : box[1], box[2] : box[3]][mask] = value
    with store:
        np.testing.assert_array_equal(store.read((0, 300, 0, 1200)), plain)
        ids = store.read_strokes((0, 300, 0, 1200))
        np.testing.assert_array_equal(ids > 0, plain > 0)
        assert store.counts() == {value: int((plain == value).sum()) for value in (1, 2, 3)}
        covered = np.zeros(shape, bool)
        for top, bottom, left, right in store.painted_boxes():
            assert not covered[top:bottom, left:right].any()
            covered[top:bottom, left:right] = True
        assert not (plain > 0)[~covered].any()

"""An answer that grows tile by tile and can be looked at meanwhile."""

from pathlib import Path

import numpy as np
import pytest

from napari_fathom.echogram.store import level_shapes
from napari_fathom.errors import StudyError
from napari_fathom.labels import DEFAULT_CLASSES
from napari_fathom.study.coarsen import majority, mean, nearest
from napari_fathom.study.prediction_record import PredictionRecord
from napari_fathom.study.prediction_store import PredictionStore

SHAPE = (700, 2100)
TILES = [(0, 160, 1024, 2100), (160, 700, 1024, 2100), (0, 700, 0, 1024)]
VALUES = np.array([1, 5, 3], np.uint8)


@pytest.fixture
def store(tmp_path: Path) -> PredictionStore:
    classes = DEFAULT_CLASSES.with_added("a").with_added("b").without(2).without(4)
    assert classes.values == (1, 3, 5)
    items = [classes[int(value)] for value in VALUES]  # the model's order need not be that of the values
    record = PredictionRecord(
        model=1,
        classes=[vars(item) for item in items],
        region=(0, SHAPE[0], 0, SHAPE[1]),
    )
    return PredictionStore.create(tmp_path / "0001", SHAPE, record)


@pytest.fixture(scope="module")
def answer() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    probabilities = random.dirichlet([1, 1, 1], SHAPE).transpose(2, 0, 1).astype(np.float32)
    return probabilities, random.integers(0, 512, SHAPE, np.uint16), 1 - probabilities.max(axis=0)


def write(store: PredictionStore, answer, box) -> None:
    probabilities, cluster, ambiguity = answer
    rows, pings = slice(*box[:2]), slice(*box[2:])
    store.write(box, probabilities[:, rows, pings], cluster[rows, pings], ambiguity[rows, pings])


def test_the_levels_have_the_shapes_of_the_surveys(store: PredictionStore) -> None:
    for kind in ("class", "cluster", "ambiguity"):
        assert [level.shape for level in store.levels(kind)] == level_shapes(*SHAPE)


def test_what_is_not_predicted_yet_is_transparent(store: PredictionStore, answer) -> None:
    write(store, answer, TILES[0])
    again = PredictionStore.open(store.path)
    assert again.done() == [TILES[0]]
    assert not again.complete
    missing = (160, 170, 0, 10)
    assert not again.read("class", missing).any()
    assert not again.read("cluster", missing).any()
    assert np.isnan(again.read("ambiguity", missing)).all()
    assert np.isnan(again.read_probabilities(missing)).all()
    assert not again.certainty(missing, again.read("class", missing)).any()


def test_a_tile_whose_note_a_crash_cut_off_is_not_done(store: PredictionStore, answer) -> None:
    write(store, answer, TILES[0])
    with (store.path / "tiles.jsonl").open("a") as stream:
        stream.write("[0, 16, 10")
    assert store.done() == [TILES[0]]


def test_tile_by_tile_equals_all_at_once_on_every_level(store: PredictionStore, answer) -> None:
    for box in TILES:
        write(store, answer, box)
    probabilities, cluster, ambiguity = answer
    half = probabilities.astype(np.float16)
    expected = {
        "class": VALUES[half.argmax(axis=0)],
        "cluster": cluster + np.uint16(1),
        "ambiguity": ambiguity.astype(np.float16),
    }
    reduce = {"class": majority, "cluster": nearest, "ambiguity": mean}
    for kind, values in expected.items():
        for level in store.levels(kind):
            if values.shape != level.shape:
                values = reduce[kind](values, (2 if values.shape[0] >= 512 else 1, 2))
            np.testing.assert_array_equal(level.compute(), values)
    box = (100, 300, 1000, 1100)
    np.testing.assert_array_equal(store.read_probabilities(box), half[:, 100:300, 1000:1100])
    certainty = store.certainty(box, store.read("class", box))
    np.testing.assert_array_equal(certainty, half[:, 100:300, 1000:1100].max(axis=0))


def test_a_new_class_layer_is_in_force_only_when_adopted(store: PredictionStore, answer) -> None:
    for box in TILES:
        write(store, answer, box)
    former = store.read("class", TILES[0])
    changed = store.record.model_copy(update={"generation": 1})
    fresh = store.begin_classes(changed)
    fresh.write_classes(TILES[0], np.full_like(former, 3))
    np.testing.assert_array_equal(PredictionStore.open(store.path).read("class", TILES[0]), former)
    store.adopt(changed)
    assert (PredictionStore.open(store.path).read("class", TILES[0]) == 3).all()
    store.drop_generation(0)
    with pytest.raises(ValueError, match="in force"):
        store.drop_generation(1)


def test_a_missing_or_damaged_answer_says_what_to_do(store: PredictionStore, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="Predict again"):
        PredictionStore.open(tmp_path / "0002")
    (store.path / "prediction.json").write_text("{")
    with pytest.raises(StudyError, match="Predict again"):
        PredictionStore.open(store.path)

"""A model's answer for the whole survey; the former one is in force until the new one is whole."""

import threading

import numpy as np
import pytest
import torch
from tests.study.surveys import WHOLE, finish

from napari_fathom.errors import Cancelled, StudyError
from napari_fathom.events import Tile
from napari_fathom.learning.model_file import load_model
from napari_fathom.learning.predict import predict_box
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.study import Study
from napari_fathom.study.adapters import EchogramField
from napari_fathom.study.jobs import predict_job, train_job


def test_the_answer_is_the_models_own_in_the_studys_values(answered: Study) -> None:
    store = answered.prediction()
    assert store is not None
    assert store.complete
    model = load_model(answered.model_folder(1))
    output = predict_box(model, EchogramField(answered.echogram), WHOLE, torch.device("cpu"))
    np.testing.assert_allclose(store.read_probabilities(WHOLE), output.probabilities, atol=1e-3)
    np.testing.assert_array_equal(store.read("cluster", WHOLE), output.cluster + 1)
    np.testing.assert_allclose(store.read("ambiguity", WHOLE), output.ambiguity, atol=1e-3)
    classes = store.read("class", WHOLE)
    assert set(np.unique(classes)) <= {1, 2, 3}
    painted = answered.labels.read(WHOLE)
    assert (classes == painted)[painted > 0].mean() > 0.7  # it did learn something


def test_a_model_of_two_classes_answers_with_their_values(study: Study, tiny: TrainSettings) -> None:
    study.labels.write(WHOLE, 0, study.labels.read(WHOLE) == 2, origin="paint")
    finish(train_job(study, tiny))
    store, _ = finish(predict_job(study))
    assert store.read_probabilities(WHOLE).shape[0] == 2
    assert set(np.unique(store.read("class", WHOLE))) <= {1, 3}


def test_the_visible_part_comes_first_and_can_be_seen_at_once(answered: Study) -> None:
    visible = (0, 96, 500, 600)
    former = answered.prediction()
    job = predict_job(answered, first=visible)
    tile = next(event for event in job if isinstance(event, Tile))
    assert tile.box[2] < visible[3]
    assert tile.box[3] > visible[2]
    growing = answered.growing_prediction()
    assert growing is not None
    assert growing.read("class", tile.box).all()
    assert answered.prediction().path == former.path  # type: ignore[union-attr]
    store, _ = finish(job)
    assert answered.prediction().path == store.path == growing.path  # type: ignore[union-attr]
    assert answered.growing_prediction() is None
    assert former.read("class", WHOLE).all()  # whoever still shows the former one can go on


def test_another_model_is_in_force_once_its_answer_is(answered: Study, tiny: TrainSettings) -> None:
    finish(train_job(answered, tiny))
    assert answered.current_model is not None and answered.current_model.number == 2
    job = predict_job(answered, model=1)
    next(job)
    assert answered.current_model.number == 2
    store, _ = finish(job)
    assert answered.current_model.number == store.record.model == 1


def test_closing_at_any_event_leaves_the_former_answer_in_force(answered: Study) -> None:
    former = answered.prediction()
    assert former is not None
    values = former.read("class", WHOLE)
    for steps in (1, 3):
        job = predict_job(answered)
        for _ in range(steps):
            next(job)
        job.close()
        kept = answered.prediction()
        assert kept is not None
        assert kept.path == former.path
        np.testing.assert_array_equal(kept.read("class", WHOLE), values)
    store, _ = finish(predict_job(answered))
    assert {path.name for path in store.path.parent.iterdir() if path.is_dir()} == {
        former.path.name,
        store.path.name,
    }


def test_stop_is_heard(answered: Study) -> None:
    stop = threading.Event()
    job = predict_job(answered, stop=stop)
    next(job)
    stop.set()
    with pytest.raises(Cancelled):
        finish(job)
    assert answered.prediction() is not None


def test_a_part_of_the_survey_can_be_asked_for(answered: Study) -> None:
    store, _ = finish(predict_job(answered, region=(0, 96, 0, 200)))
    assert store.read("class", (0, 96, 0, 200)).all()
    assert not store.read("class", (0, 96, 200, 600)).any()


def test_without_a_model_one_is_told_what_to_do(study: Study) -> None:
    with pytest.raises(StudyError, match="Label and train first"):
        finish(predict_job(study))


def test_a_model_that_is_not_there_is_named(answered: Study) -> None:
    with pytest.raises(StudyError, match="no model 9"):
        finish(predict_job(answered, model=9))

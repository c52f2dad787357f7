"""From strokes to a model: whole and in force, or as if nothing had been."""

import json
import shutil
import sys
import threading

import numpy as np
import pytest
from tests.study.surveys import WHOLE, finish

from napari_fathom.errors import Cancelled, StudyError, TrainingError
from napari_fathom.events import Done, Epoch, Note, Step
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.model_file import load_model
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.study import Study
from napari_fathom.study.jobs import train_job
from napari_fathom.study.jobs.starts import beginning


def test_training_makes_a_model_with_its_history(study: Study, tiny: TrainSettings) -> None:
    record, events = finish(train_job(study, tiny))
    assert any(isinstance(event, Step) for event in events)
    assert len([event for event in events if isinstance(event, Epoch)]) == tiny.epochs
    assert study.current_model == record == study.models()[0]
    assert (record.number, record.parent, record.method) == (1, None, "supseg")
    assert record.class_table == study.classes
    assert record.painted == study.labels.counts()
    assert record.label_event == study.labels.last_event
    assert (
        TrainSettings.model_validate(record.settings) == tiny == TrainSettings.model_validate(study.settings)
    )
    assert load_model(study.model_folder(1)).class_names == study.classes.names


def test_the_labels_it_learned_from_stay_with_the_model(study: Study, tiny: TrainSettings) -> None:
    from napari_fathom.labels import LabelStore

    values = study.labels.read(WHOLE)
    finish(train_job(study, tiny))
    study.labels.write(WHOLE, 1, origin="paint")
    frozen = LabelStore.open(study.model_folder(1) / "labels", "r")
    np.testing.assert_array_equal(frozen.read(WHOLE), values)


def test_going_on_from_the_last_model_names_the_parent(study: Study, tiny: TrainSettings) -> None:
    finish(train_job(study, tiny))
    second, _ = finish(train_job(study, tiny, start="last"))
    assert (second.number, second.parent) == (2, 1)
    third, _ = finish(train_job(study, tiny, start=study.model_folder(1)))
    assert (third.number, third.parent) == (3, None)


def test_a_class_that_was_renamed_goes_on_as_the_one_it_is(study: Study, tiny: TrainSettings) -> None:
    finish(train_job(study, tiny))
    study.labels.set_classes(study.classes.with_renamed(2, "lesser sandeel"))
    for start in ("last", study.model_folder(1)):
        _, events = finish(train_job(study, tiny, start=start))
        assert not [event for event in events if isinstance(event, Note) and "sandeel" in event.message]


def test_a_name_that_another_class_has_taken_over_counts_no_more(study: Study, tiny: TrainSettings) -> None:
    finish(train_job(study, tiny))
    study.labels.write(WHOLE, 0, study.labels.read(WHOLE) == 3, origin="erase")
    study.labels.set_classes(study.classes.without(3).with_renamed(2, "other fish"))
    begin = beginning(study, "last")
    assert begin is not None
    found = begin.names(("background", "sandeel", "other fish"))
    assert found == ("background", "other fish", "other fish (gone)")


def test_a_model_from_elsewhere_is_told_what_its_classes_mean(study: Study, tiny: TrainSettings) -> None:
    finish(train_job(study, tiny))
    elsewhere = study.folder.parent / "elsewhere"
    shutil.copytree(study.model_folder(1), elsewhere)
    study.labels.set_classes(study.classes.with_renamed(2, "lesser sandeel"))
    told = []
    for aliases in ({}, {"sandeel": "lesser sandeel"}):
        _, events = finish(train_job(study, tiny, start=elsewhere, aliases=aliases))
        told.append([event.message for event in events if isinstance(event, Note)])
    assert any("doesn't know lesser sandeel" in message for message in told[0])
    assert not any("sandeel" in message for message in told[1])
    with pytest.raises(StudyError, match="no class is called 'herring'; there are background"):
        finish(train_job(study, tiny, start=elsewhere, aliases={"sandeel": "herring"}))


def test_capitals_and_blanks_make_no_other_class_of_one_from_elsewhere(study: Study) -> None:
    elsewhere = study.folder.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "model.json").write_text(json.dumps({"class_names": ["Background ", "sand eel", "krill"]}))
    begin = beginning(study, elsewhere, {"sand eel": "Sandeel"})
    assert begin is not None
    assert begin.names(("Background ", "sand eel", "krill")) == ("background", "sandeel", "krill")


def test_a_folder_without_a_model_is_told_by_its_name(study: Study, tiny: TrainSettings) -> None:
    with pytest.raises(StudyError, match=f"{study.folder.name}: no model lies there"):
        finish(train_job(study, tiny, start=study.folder))


def test_a_class_without_strokes_is_not_learned_and_that_is_said(study: Study, tiny: TrainSettings) -> None:
    study.labels.write(WHOLE, 0, study.labels.read(WHOLE) == 2, origin="paint")
    record, events = finish(train_job(study, tiny))
    assert record.class_table.values == (1, 3)
    assert load_model(study.model_folder(1)).class_names == ("background", "other fish")
    assert any(isinstance(event, Note) and "sandeel" in event.message for event in events)


def test_closing_at_any_event_leaves_the_former_model_in_force(study: Study, tiny: TrainSettings) -> None:
    first, events = finish(train_job(study, tiny))
    for steps in (0, 1, 7, len(events) - 1):
        job = train_job(study, tiny)
        for _ in range(steps):
            next(job)
        job.close()
        assert study.current_model == first
        assert study.models() == [first]
        assert [path.name for path in (study.folder / "models").iterdir() if path.is_dir()] == ["0001"]


def test_a_study_that_is_closed_meanwhile_gets_no_model(study: Study, tiny: TrainSettings) -> None:
    job = train_job(study, tiny)
    next(job)
    study.close()  # from here on it may be another's to write
    with pytest.raises(StudyError, match="read-only"):
        finish(job)
    assert study.models() == []


def test_settings_of_images_do_not_suit_a_survey(study: Study) -> None:
    with pytest.raises(TypeError, match="ImageSettings don't suit a Study"):
        next(train_job(study, ImageSettings()))


def test_a_damaged_model_is_passed_over_and_never_put_in_force(study: Study, tiny: TrainSettings) -> None:
    finish(train_job(study, tiny))
    second, _ = finish(train_job(study, tiny))
    (study.model_folder(1) / "record.json").write_text("{")
    assert study.models() == [second]
    with pytest.raises(StudyError, match=r"models/0001/record\.json: missing or damaged"):
        study.set_current_model(1)
    assert study.current_model == second


def test_stop_keeps_the_best_so_far(study: Study, tiny: TrainSettings) -> None:
    stop = threading.Event()
    endless = tiny.model_copy(update={"epochs": 1000, "patience": 1000})
    seen = []
    for event in train_job(study, endless, stop=stop):
        seen.append(event)
        if isinstance(event, Epoch):
            stop.set()
    assert isinstance(seen[-1], Done)
    assert study.current_model == seen[-1].result
    assert seen[-1].result.stopped


def test_stop_before_the_first_epoch_changes_nothing(study: Study, tiny: TrainSettings) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        finish(train_job(study, tiny, stop=stop))
    assert study.models() == []


def test_what_is_missing_is_said(study: Study, tiny: TrainSettings) -> None:
    with pytest.raises(StudyError, match="no model yet to go on from"):
        finish(train_job(study, tiny, start="last"))
    study.labels.write(WHOLE, 0, origin="paint")
    with pytest.raises(TrainingError):
        finish(train_job(study, tiny))
    assert study.models() == []
    with Study.open(study.folder, "r") as reader, pytest.raises(StudyError, match="read-only"):
        finish(train_job(reader, tiny))


@pytest.mark.skipif(sys.platform == "win32", reason="limits on the size of files are POSIX")
def test_a_full_disk_leaves_the_former_model_in_force(study: Study, tiny: TrainSettings) -> None:
    import resource
    import signal

    first, _ = finish(train_job(study, tiny))
    job = train_job(study, tiny.model_copy(update={"width": 16}))
    events = [next(job)]
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, unlimited[1]))  # no room for weights
        with pytest.raises(StudyError, match=r"new model could not be saved.*former one is still in force"):
            events.extend(job)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        signal.signal(signal.SIGXFSZ, former)
    assert study.current_model == first
    assert load_model(study.model_folder(1)).class_names == study.classes.names

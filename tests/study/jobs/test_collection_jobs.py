"""A collection learned from votes and answered: the same walk as a survey's, on images."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import load_file

from napari_fathom.errors import FormatError, StudyError, TrainingError
from napari_fathom.events import Done, Epoch
from napari_fathom.labels import LARGEST_VOTE, Classes
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.model_folder import JSON_NAME, WEIGHTS_NAME, save_folder
from napari_fathom.plankton import read_tables
from napari_fathom.plankton.exports import check_ecotaxa
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import CollectionStudy
from napari_fathom.study.filed_labels import FILED
from napari_fathom.study.jobs import (
    collect_job,
    export_collection_job,
    look_job,
    predict_collection_job,
    train_job,
)
from napari_fathom.study.jobs.collection_lesson import CollectionLesson
from napari_fathom.study.jobs.export_collection import require_collection_exportable
from napari_fathom.study.machine_labels import accept_predicted
from napari_fathom.study.object_table import object_table

TINY = ImageSettings(
    method="supervised", ambiguity=True, width=4, features=8, batch=8, steps=2, epochs=2, learning_rate=2e-3
)


def result(events: Any) -> Any:
    *_, done = events
    assert isinstance(done, Done)
    return done.result


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    return write_simulated_plankton(folder, PlanktonSettings(objects=240, ambiguous_share=0.0))


@pytest.fixture
def study(drawn: Path, tmp_path: Path) -> Iterator[CollectionStudy]:
    with result(collect_job(drawn, tmp_path / "drawn.fathom")) as made:
        for _ in look_job(made):
            pass
        yield made


@pytest.fixture
def sparse(study: CollectionStudy) -> CollectionStudy:
    """All votes withdrawn but on some ten objects a class."""
    truth = study.votes.hard()
    kept = np.concatenate([np.flatnonzero(truth == value)[:10] for value in study.classes.values])
    others = np.setdiff1d(np.arange(len(truth)), kept)
    study.votes.cast(others, 0, annotator="as filed")
    assert (study.votes.hard() > 0).sum() == len(kept)
    return study


def test_a_forest_learns_from_a_few_votes_and_answers_the_rest(
    study: CollectionStudy, sparse: CollectionStudy
) -> None:
    names = study.collection.objects["class_name"].to_numpy()
    record = result(train_job(sparse, ImageSettings(method="forest", trees=100, held_out=0.0)))
    assert record.number == 1 and record.painted == sparse.votes.counts()
    answers = result(predict_collection_job(sparse))
    table = object_table(sparse, sparse.answers())
    unseen = table["status"] == ""
    right = (table["predicted"].to_numpy() == names)[unseen]
    assert right.mean() > 0.6  # six classes; chance is below a quarter
    assert answers.probabilities.shape == (240, len(study.classes))
    np.testing.assert_allclose(answers.probabilities.sum(1), 1, atol=5e-3)


def test_a_network_is_trained_saved_and_gone_on_from(sparse: CollectionStudy) -> None:
    events = list(train_job(sparse, TINY))
    assert [event.epoch for event in events if isinstance(event, Epoch)] == [1, 2]
    answers = result(predict_collection_job(sparse))
    assert (answers.cluster > 0).all() and answers.cluster.max() <= 5 * len(sparse.classes)
    assert ((answers.ambiguity >= 0) & (answers.ambiguity <= 1)).all()
    again = result(train_job(sparse, TINY, start="last"))
    assert (again.number, again.parent) == (2, 1)
    place = sparse.folder
    sparse.close()
    with CollectionStudy.open(place) as opened:
        assert opened.current_model is not None and opened.current_model.number == 2
        assert opened.answers() is not None
        assert opened.settings == TINY.model_dump(mode="json")


def test_classes_that_nobody_gave_are_not_learned(sparse: CollectionStudy) -> None:
    sparse.votes.set_classes(sparse.classes.with_added("never seen"))
    events = list(train_job(sparse, TINY))
    assert any("never seen" in str(getattr(event, "message", "")) for event in events)
    answers = result(predict_collection_job(sparse))
    assert answers.probabilities.shape[1] == len(sparse.classes) - 1
    assert "never seen" not in set(object_table(sparse, sparse.answers())["predicted"])


def test_images_must_have_been_looked_at(drawn: Path, tmp_path: Path) -> None:
    with (
        result(collect_job(drawn, tmp_path / "new.fathom")) as study,
        pytest.raises(StudyError, match="240 of 240 images have not been looked at"),
    ):
        list(train_job(study, TINY))


def test_prediction_wants_a_model(study: CollectionStudy) -> None:
    with pytest.raises(StudyError, match="there is no model yet"):
        list(predict_collection_job(study))


def test_where_people_disagree_their_shares_are_learned(sparse: CollectionStudy) -> None:
    settings = ImageSettings(method="discriminant", held_out=0.0)
    one, other = sparse.classes.values[:2]
    rows = np.flatnonzero(sparse.votes.hard() == one)
    result(train_job(sparse, settings))
    sure = result(predict_collection_job(sparse)).probabilities[rows, 0].mean()
    sparse.votes.cast(rows, one, annotator="ada")
    sparse.votes.cast(rows, other, annotator="bob")
    assert (sparse.votes.hard()[rows] == one).all()
    result(train_job(sparse, settings))
    assert result(predict_collection_job(sparse)).probabilities[rows, 0].mean() < sure - 0.1


def test_a_training_sees_the_votes_of_one_moment(
    sparse: CollectionStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    votes, values = sparse.votes, sparse.classes.values
    row = int(np.flatnonzero(votes.hard() == values[0])[0])
    votes.cast([row + 1], values[0], annotator="ada")
    votes.cast([row + 1], values[1], annotator="bob")  # so that there are shares
    voter = Thread(target=votes.cast, args=([row], 0), kwargs={"annotator": "as filed"})
    hard = votes.hard

    def then_somebody_withdraws() -> Any:
        found = hard()
        monkeypatch.setattr(votes, "hard", hard)
        voter.start()
        voter.join(0.2)
        return found

    monkeypatch.setattr(votes, "hard", then_somebody_withdraws)
    result(train_job(sparse, ImageSettings(method="forest", trees=5, held_out=0.0)))
    voter.join()
    assert votes.hard()[row] == 0


def test_a_discriminant_of_an_older_version_is_listed_and_says_to_train_again(
    sparse: CollectionStudy,
) -> None:
    result(train_job(sparse, ImageSettings(method="discriminant", held_out=0.0)))
    folder = sparse.model_folder(1)
    described = json.loads((folder / JSON_NAME).read_text())
    kept = {
        name: each for name, each in load_file(folder / WEIGHTS_NAME).items() if "classifier.m" not in name
    }
    del kept["classifier.spread"]
    del described["sha256"]
    save_folder(folder, "images", described, kept)
    sparse.close()
    with CollectionStudy.open(sparse.folder) as again:
        assert [record.number for record in again.models()] == [1]
        with pytest.raises(FormatError, match=r"made by an older version\. Choose another.*train again"):
            result(predict_collection_job(again))


def test_a_model_is_of_the_method_that_made_it_where_the_one_asked_for_could_not(
    sparse: CollectionStudy,
) -> None:
    sparse.votes.cast(np.flatnonzero(sparse.votes.hard()), 0, annotator=FILED)
    quick = {"width": 4, "features": 4, "projection_heads": 1, "batch": 4, "steps": 1, "epochs": 1}
    nobody_agrees = ImageSettings.model_validate(
        {"method": "rpsc-semi", "threshold": 1.0, "clusters": 3} | quick
    )
    record = result(train_job(sparse, nobody_agrees))
    assert record.method == "rpsc"
    assert record.settings["method"] == "rpsc-semi"  # as was asked for


def test_another_model_is_in_force_once_its_answer_is(sparse: CollectionStudy) -> None:
    forest = ImageSettings(method="forest", trees=5, held_out=0.0)
    for _ in range(2):
        result(train_job(sparse, forest))
    result(predict_collection_job(sparse, model=1))
    answers, model = sparse.answers(), sparse.current_model
    assert answers is not None and model is not None
    assert answers.record.model == model.number == 1


def test_labels_of_a_machine_teach_nothing_until_a_person_accepts_them(sparse: CollectionStudy) -> None:
    said = sparse.votes.hard()
    rows = np.flatnonzero(said)
    sparse.votes.cast(rows, 0, annotator=FILED)
    sparse.votes.cast(rows, said[rows], annotator="a classifier", status="predicted")
    forest = ImageSettings(method="forest", trees=5, held_out=0.0)
    with pytest.raises(
        TrainingError, match=rf"{len(rows)} objects have labels of a machine .*--accept-predicted"
    ):
        result(train_job(sparse, forest))
    assert not len(CollectionLesson(sparse, ImageSettings(method="rpsc")).classes)  # wants no labels at all
    accepted = accept_predicted(sparse.votes, "ada")
    assert accepted.objects == len(rows) and set(sparse.votes.said_by()[rows]) == {"ada"}
    assert result(train_job(sparse, forest)).painted == sparse.votes.counts()
    sparse.votes.revert([accepted])
    assert not sparse.votes.hard().any()


def test_an_object_without_an_image_is_left_out_and_said_so(drawn: Path, tmp_path: Path) -> None:
    flat = tmp_path / "some"
    for number, source in enumerate(sorted(drawn.rglob("*.png"))[::8]):
        place = flat / source.parent.name / source.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source.read_bytes() if number else b"broken")
    with result(collect_job(flat, tmp_path / "some.fathom")) as study:
        for _ in look_job(study):
            pass
        if len(study.classes) < 2:
            study.votes.set_classes(Classes(study.classes.items, LARGEST_VOTE).with_added("other"))
        result(train_job(study, ImageSettings(method="forest", trees=10, held_out=0.0)))
        answers = result(predict_collection_job(study))
        broken = int(np.flatnonzero(study.collection.objects["height_px"] == 0)[0])
        assert answers.cluster[broken] == 0 and answers.values()[broken] == 0
        assert np.isnan(answers.probabilities[broken]).all()
        assert object_table(study, study.answers())["predicted"][broken] == ""


def test_an_export_says_what_people_and_the_model_say(
    study: CollectionStudy, sparse: CollectionStudy, tmp_path: Path
) -> None:
    said = sparse.votes.hard()
    result(train_job(sparse, ImageSettings(method="forest", trees=30, held_out=0.0)))
    answers = result(predict_collection_job(sparse))
    path = result(export_collection_job(sparse, "ecotaxa", tmp_path / "drawn.zip"))
    assert check_ecotaxa(path) == ()
    tables = result(read_tables(path))
    again = tables.objects.set_index("object_id")
    objects = sparse.collection.objects
    names = {info.value: info.short_name for info in sparse.classes}
    for row in (0, 5, 100, 200, 239):
        found = again.loc[objects["object_id"][row]]
        if said[row]:
            assert (found["class_name"], found["status"]) == (names[said[row]], "validated")
        elif answers.certain()[row]:
            assert (found["class_name"], found["status"]) == (names[answers.values()[row]], "predicted")
        else:
            assert (found["class_name"], found["status"]) == ("", "")
        assert float(found["object_dc3_ambiguity"]) == pytest.approx(float(answers.ambiguity[row]), abs=1e-3)


def test_only_wanted_classes_are_exported(study: CollectionStudy, tmp_path: Path) -> None:
    wanted = study.classes.values[1]
    folder = result(export_collection_job(study, "folders", tmp_path / "one", classes=[wanted]))
    assert [place.name for place in folder.iterdir() if place.is_dir()] == [study.classes[wanted].short_name]
    assert len(list(folder.rglob("*.png"))) == study.votes.counts()[wanted]


def test_class_scores_want_an_answer(study: CollectionStudy, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="class scores need an answer"):
        list(export_collection_job(study, "ifcb", tmp_path / "scores"))


def test_everybodys_votes_are_exported(study: CollectionStudy, tmp_path: Path) -> None:
    study.votes.cast([0, 1], study.classes.values[2], annotator="ada")
    folder = result(export_collection_job(study, "dcic", tmp_path / "drawn"))
    sets = json.loads((folder / "annotations.json").read_text("utf-8"))
    assert sorted(len(one["annotations"]) for one in sets) == [2, 240]


def test_what_people_dispute_is_in_the_table_and_told_when_trained(
    sparse: CollectionStudy, tmp_path: Path
) -> None:
    filed = sparse.votes.hard()
    row = int(np.flatnonzero(filed)[0])
    other = next(value for value in sparse.classes.values if value != filed[row])
    sparse.votes.cast([row], other, annotator="ada")
    path = result(export_collection_job(sparse, "table", tmp_path / "all.csv", classes=[other]))
    table = pd.read_csv(path).set_index("row")
    assert table.loc[row, ["votes", "agreement", "entropy_bits"]].tolist() == [2, 0, 1]
    assert table.drop(index=row)["votes"].eq(1).all() and table.drop(index=row)["agreement"].isna().all()
    events = list(train_job(sparse, ImageSettings(method="forest", trees=5, held_out=0.0)))
    labelled = np.count_nonzero(filed)
    assert any(
        f"People dispute 1 of {labelled} labelled images" in str(getattr(event, "message", ""))
        for event in events
    )


def test_an_import_set_is_a_zip_and_says_so_where_no_model_has_answered(
    study: CollectionStudy, tmp_path: Path
) -> None:
    with pytest.raises(StudyError, match=r"set\.tsv: EcoTaxa imports a zip"):
        list(export_collection_job(study, "ecotaxa", tmp_path / "set.tsv"))
    events = list(export_collection_job(study, "ecotaxa", tmp_path / "set.zip"))
    assert any("only what people say" in str(getattr(event, "message", "")) for event in events)


def test_who_and_when_are_of_the_vote_that_decided(study: CollectionStudy, tmp_path: Path) -> None:
    filed = study.votes.hard()
    other = study.classes.values[0] if filed[7] != study.classes.values[0] else study.classes.values[1]
    noon = np.datetime64("2026-05-01T12:00:00", "ms")
    study.votes.cast([7], other, annotator="ada", time=noon)
    study.votes.cast([7], other, annotator="ben", time=noon + np.timedelta64(1, "h"), status="dubious")
    tables = result(read_tables(result(export_collection_job(study, "ecotaxa", tmp_path / "set.zip"))))
    again = tables.objects.set_index("object_id")
    ids = study.collection.objects["object_id"]
    decided = again.loc[ids[7]]
    assert (decided["annotator"], decided["status"]) == ("ben", "dubious")
    assert decided["annotated"] == np.datetime64("2026-05-01T13:00:00")
    folder_told = again.loc[ids[8]]  # a folder's name tells a class, but not who gave it, nor when
    assert folder_told["annotator"] == "" and np.isnat(folder_told["annotated"].to_datetime64())
    assert study.votes.said_by()[8] == FILED


def test_names_that_fit_no_kind_are_refused_before_anything_is_written(
    study: CollectionStudy, tmp_path: Path
) -> None:
    with pytest.raises(StudyError, match=r"set\.tsv: EcoTaxa imports a zip.* ends in \.zip"):
        require_collection_exportable(study, {"folders": tmp_path, "ecotaxa": tmp_path / "set.tsv"})
    with pytest.raises(StudyError, match=r"set\.xlsx: a table is .* ends in \.csv or \.parquet"):
        require_collection_exportable(study, {"table": tmp_path / "set.xlsx"})

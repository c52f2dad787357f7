"""A study's folder: made, moved, opened again; never by two at once, never with the wrong survey."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.study.surveys import SHAPE, WHOLE, finish

from napari_fathom.echogram import convert
from napari_fathom.errors import FormatError, LabelError, StudyError
from napari_fathom.labels import DEFAULT_CLASSES, LabelStore
from napari_fathom.study import Study
from napari_fathom.study.jobs import convert_job


def test_a_new_study_refers_to_its_survey_and_has_nothing_else(survey_store: Path, tmp_path: Path) -> None:
    with Study.create(tmp_path / "new.fathom", survey_store) as study:
        assert study.name == "new"
        assert study.echogram.shape[1:] == study.labels.shape == SHAPE
        assert study.classes == DEFAULT_CLASSES
        assert study.models() == []
        assert study.current_model is None
        assert study.prediction() is None
        assert study.growing_prediction() is None
        assert study.settings == {}
    assert not (tmp_path / "new.fathom" / "data").exists()


def test_a_sounders_file_becomes_a_study_with_its_survey_inside(studied_raw: Study) -> None:
    assert studied_raw.echogram.path == studied_raw.folder / "data" / "hake.sv.zarr"
    assert studied_raw.labels.shape == studied_raw.echogram.shape[1:]
    assert studied_raw.document.data.inside(studied_raw.folder)
    assert studied_raw.document.data.sources == ("Summer2017-D20170615-T212933.raw",)


def test_everything_is_found_again(study: Study) -> None:
    labels, counts = study.labels.read(WHOLE), study.labels.counts()
    study.update(shares="off", training={"method": "supseg"})
    study.close()
    with Study.open(study.folder) as again:
        np.testing.assert_array_equal(again.labels.read(WHOLE), labels)
        assert again.labels.counts() == counts
        assert again.document == study.document
        assert again.settings == {"method": "supseg"}
        assert again.notes == ()


def test_a_stopped_conversion_leaves_no_study_and_goes_on_when_asked_again(
    survey_file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "stopped.fathom"
    job = convert_job(survey_file, folder)
    next(job)
    next(job)
    job.close()
    with pytest.raises(StudyError, match="not a study"):
        Study.open(folder)
    study, _ = finish(convert_job(survey_file, folder))
    with study:
        assert study.labels.shape == SHAPE


def test_a_study_is_not_made_over_another(study: Study, survey_file: Path, survey_store: Path) -> None:
    with pytest.raises(StudyError, match="there is a study already"):
        Study.create(study.folder, survey_store)
    with pytest.raises(StudyError, match="there is a study already"):
        finish(convert_job(survey_file, study.folder))


def test_an_interrupted_create_is_taken_up(survey_store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut.fathom"
    LabelStore.create(folder / "labels", SHAPE).close()  # all that a crash left
    with Study.create(folder, survey_store, DEFAULT_CLASSES.with_added("krill")) as study:
        assert study.classes.named("krill").value == 4


def test_labels_of_another_survey_are_not_taken_up(survey_store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut.fathom"
    LabelStore.create(folder / "labels", (5, 5)).close()
    with pytest.raises(StudyError, match="labels of another survey"):
        Study.create(folder, survey_store)


def test_a_create_that_is_refused_lets_go_of_the_labels(survey_store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut.fathom"
    with LabelStore.create(folder / "labels", SHAPE) as labels:
        labels.write((0, 1, 0, 1), 3, origin="paint")
    with pytest.raises(LabelError, match="1 painted pixels") as refused:
        Study.create(folder, survey_store, DEFAULT_CLASSES.without(3))
    assert refused.tb is not None  # which still holds all that was open on the way
    LabelStore.open(folder / "labels").close()


def test_a_study_in_use_is_not_linked_elsewhere(study: Study, survey_store: Path) -> None:
    with pytest.raises(StudyError, match="already open for writing"):
        Study.relink(study.folder, survey_store)


def test_only_one_may_write_and_others_may_read(study: Study) -> None:
    with pytest.raises(StudyError, match=r"\.fathom: already open for writing"):
        Study.open(study.folder)
    with Study.open(study.folder, "r") as reader:
        assert reader.labels.counts() == study.labels.counts()
        with pytest.raises(StudyError, match="read-only"):
            reader.update(shares="on")
        with pytest.raises(LabelError, match="read-only"):
            reader.labels.write((0, 1, 0, 1), 1, origin="paint")
        with pytest.raises(StudyError, match="read-only"):
            reader.put_in_force(1, None)
        assert reader.prediction_shelf.current is None


def test_study_and_survey_may_move_together(survey_file: Path, tmp_path: Path) -> None:
    study, _ = finish(convert_job(survey_file, tmp_path / "here" / "a.fathom"))
    study.close()
    shutil.move(tmp_path / "here", tmp_path / "there")
    with Study.open(tmp_path / "there" / "a.fathom") as moved:
        assert moved.echogram.path.is_relative_to(tmp_path / "there")


def test_the_study_alone_may_move(study: Study, survey_store: Path, tmp_path: Path) -> None:
    study.close()
    moved = shutil.move(study.folder, tmp_path / "elsewhere" / "deep" / "b.fathom")
    with Study.open(moved) as again:
        assert again.echogram.path == survey_store


def test_a_missing_survey_is_told_and_can_be_linked_again(
    study: Study, survey_store: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(survey_store, tmp_path / "copy.sv.zarr")
    other = Study.create(tmp_path / "other.fathom", copy)
    other.close()
    hidden = shutil.move(copy, tmp_path / "hidden.sv.zarr")
    with pytest.raises(StudyError, match=r"survey store is not at .*copy\.sv\.zarr.*two schools\.npz"):
        Study.open(other.folder)
    Study.relink(other.folder, hidden)
    with Study.open(other.folder) as again:
        assert again.echogram.path == Path(hidden)


def test_another_survey_in_its_place_is_refused(study: Study, tmp_path: Path) -> None:
    plain = tmp_path / "other.npz"
    np.savez(
        plain,
        sv_db=np.full((2, *SHAPE), -70, np.float32),
        frequency_hz=np.array([38e3, 120e3]),
        range_m=0.1 + 0.2 * np.arange(SHAPE[0]),
        ping_time_s=np.arange(SHAPE[1], dtype=float),
    )
    stranger, _ = finish(convert(plain, tmp_path / "stranger.sv.zarr"))
    study.close()
    with pytest.raises(StudyError, match="holds another survey"):
        Study.relink(study.folder, stranger.path)
    document = json.loads((study.folder / "study.json").read_text())
    document["data"]["beside"] = document["data"]["absolute"] = str(stranger.path)
    (study.folder / "study.json").write_text(json.dumps(document))
    with pytest.raises(StudyError, match="holds another survey"):
        Study.open(study.folder)


def test_no_survey_at_all_makes_no_study(tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        Study.create(tmp_path / "none.fathom", tmp_path / "nothing.sv.zarr")
    assert not (tmp_path / "none.fathom").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda text: text.replace('"version": 1', '"version": 7'),
            r"newer napari-fathom .*pip install -U",
        ),
        (lambda text: text[: len(text) // 2], r"study\.json: damaged"),
        (
            lambda text: text.replace('"fingerprint"', '"finger"'),
            r"data\.fingerprint: Field required",
        ),
        (lambda text: "[1, 2]", r"study\.json: damaged"),
    ],
)
def test_a_document_that_cannot_be_read_is_told_with_advice(study: Study, change, says: str) -> None:
    study.close()
    path = study.folder / "study.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(StudyError, match=says):
        Study.open(study.folder)


def test_what_a_crash_left_half_made_is_swept_away(study: Study) -> None:
    study.close()
    left = study.folder / "models" / ".0001.0123456789abcdef0123456789abcdef.part"
    left.mkdir(parents=True)
    (left / "weights.safetensors").write_bytes(b"half")
    (study.folder / ".study.json.0123456789abcdef0123456789abcdef.part").write_text("{")
    mine = study.folder / "models" / "README.txt"
    mine.write_text("mine")
    with Study.open(study.folder):
        pass
    assert [path.name for path in (study.folder / "models").iterdir()] == ["README.txt"]
    assert not list(study.folder.glob(".study*"))


def test_a_study_of_a_collection_is_not_taken_for_one_of_a_survey(study: Study) -> None:
    study.close()
    path = study.folder / "study.json"
    path.write_text(path.read_text("utf-8").replace('"kind": "echogram"', '"kind": "collection"'), "utf-8")
    with pytest.raises(StudyError, match="a study of a collection; this needs one of a survey"):
        Study.open(study.folder)


def test_documents_of_before_there_were_collections_are_read(study: Study) -> None:
    study.close()
    path = study.folder / "study.json"
    document = json.loads(path.read_text("utf-8"))
    document["echogram"] = document.pop("data")
    del document["kind"]
    path.write_text(json.dumps(document), "utf-8")
    with Study.open(study.folder) as opened:
        assert opened.document.kind == "echogram"

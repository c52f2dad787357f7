"""A study of a collection: what its files say becomes votes, and everything is found again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from napari_fathom.errors import StudyError
from napari_fathom.events import Done
from napari_fathom.labels import LARGEST_VOTE, Classes
from napari_fathom.study import Answers, CollectionStudy, Study
from napari_fathom.study.answers import AnswerRecord
from napari_fathom.study.filed_labels import FILED
from napari_fathom.study.jobs.collect import collect_job, look_job


def made(paths: Path, folder: Path) -> CollectionStudy:
    *_, done = collect_job(paths, folder)
    assert isinstance(done, Done)
    return done.result


@pytest.fixture
def phyto(shared_data: Path, tmp_path: Path) -> Iterator[CollectionStudy]:
    with made(shared_data / "plankton" / "folders_phyto_6", tmp_path / "phyto.fathom") as study:
        yield study


def test_folders_names_are_its_classes_and_votes(phyto: CollectionStudy) -> None:
    assert len(phyto.collection) == 105
    assert len(phyto.classes) == 6
    objects = phyto.collection.objects
    names = {info.value: info.name for info in phyto.classes}
    assert [names[value] for value in phyto.votes.hard()] == list(objects["class_name"])
    assert phyto.votes.annotators == (FILED,)
    assert set(phyto.votes.status()) == {"validated"}


def test_images_are_looked_at_after_the_study_is_there(phyto: CollectionStudy) -> None:
    assert not phyto.collection.looked_at.any()
    for _ in look_job(phyto):
        pass
    assert phyto.collection.looked_at.all()
    assert (phyto.collection.objects["height_px"] > 0).all()


def test_votes_are_found_again(phyto: CollectionStudy) -> None:
    value = phyto.classes.values[1]
    phyto.votes.cast([3, 5], value, annotator="ada", status="dubious")
    phyto.close()
    with CollectionStudy.open(phyto.folder) as again:
        assert set(again.votes.annotators) == {FILED, "ada"}
        assert list(again.votes.hard()[[3, 5]]) == [value, value]  # of two with as many votes, the latest


def test_a_study_of_images_is_not_opened_as_one_of_a_survey(phyto: CollectionStudy) -> None:
    phyto.close()
    with pytest.raises(StudyError, match="a study of a collection; this needs one of a survey"):
        Study.open(phyto.folder)


def test_a_flat_folder_waits_for_classes(shared_data: Path, tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for source in sorted((shared_data / "plankton" / "folders_phyto_6").rglob("*.jpg"))[:5]:
        (flat / source.name).write_bytes(source.read_bytes())
    with made(flat, tmp_path / "flat.fathom") as study:
        assert len(study.classes) == 0
        study.votes.set_classes(Classes((), LARGEST_VOTE).with_added("diatom"))
        study.votes.cast([0], study.classes.values[0], annotator="ada")
        assert study.votes.counts() == {study.classes.values[0]: 1}


def test_two_studies_cannot_write_at_once(phyto: CollectionStudy) -> None:
    with pytest.raises(StudyError, match="phyto"):
        CollectionStudy.open(phyto.folder)
    with CollectionStudy.open(phyto.folder, "r") as reader:
        assert not reader.writable
        assert len(reader.votes) == 105


def test_answers_come_back_as_they_were(phyto: CollectionStudy) -> None:
    count, classes = len(phyto.collection), len(phyto.classes)
    random = np.random.default_rng(0)
    probabilities = random.dirichlet(np.ones(classes), count).astype(np.float16)
    cluster = random.integers(1, 30, count).astype(np.uint16)
    cluster[7] = 0  # its image could not be read
    probabilities[7] = np.nan
    ambiguity = random.random(count, np.float32)
    with phyto.prediction_shelf.new() as (number, folder):
        record = AnswerRecord(model=1, objects=count, classes=phyto.classes.to_json())
        features = random.random((count, 8), np.float32).astype(np.float16)
        Answers.save(
            folder,
            record,
            probabilities=probabilities,
            cluster=cluster,
            ambiguity=ambiguity,
            features=features,
        )
    assert phyto.answers() is None  # not in force yet
    phyto.prediction_shelf.set_current(number)
    answers = phyto.answers()
    assert answers is not None
    np.testing.assert_array_equal(answers.probabilities, probabilities)
    best = answers.values()
    assert best[7] == 0 and not answers.certain()[7]
    others = np.arange(count) != 7
    expected = np.array(phyto.classes.values)[np.argmax(probabilities[others], 1)]
    np.testing.assert_array_equal(best[others], expected)
    np.testing.assert_array_equal(answers.certain()[others], ambiguity[others] < 0.5)


def test_a_cut_answer_is_told_with_advice(phyto: CollectionStudy) -> None:
    test_answers_come_back_as_they_were(phyto)
    path = phyto.prediction_shelf.path(1) / "cluster.npy"
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(StudyError, match=r"cluster\.npy: missing or damaged .*Predict again"):
        phyto.answers()


def test_given_classes_stand_beside_those_of_the_files(shared_data: Path, tmp_path: Path) -> None:
    given = Classes((), LARGEST_VOTE).with_added("never seen").with_added("TRIPOS")
    job = collect_job(shared_data / "plankton" / "folders_phyto_6", tmp_path / "p.fathom", classes=given)
    *_, done = job
    assert isinstance(done, Done)
    with done.result as study:
        assert study.classes.names[:2] == ("never seen", "TRIPOS")
        assert len(study.classes) == 7  # Tripos is TRIPOS
        assert sum(study.votes.counts().values()) == 105

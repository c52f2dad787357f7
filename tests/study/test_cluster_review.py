"""Clusters in the order to walk them, members from the centre or the edge, on an answer made by hand."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from napari_fathom.errors import StudyError
from napari_fathom.events import Done
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import Answers, CollectionStudy
from napari_fathom.study.answers import AnswerRecord
from napari_fathom.study.cluster_order import FirstClusters
from napari_fathom.study.cluster_review import ClusterReview, FirstMembers
from napari_fathom.study.jobs.collect import collect_job

OBJECTS = 12
CLUSTER = np.array([1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3], np.uint16)
AMBIGUITY = np.array([0.1] * 5 + [0.9] * 3 + [0.5] * 4, np.float32)
ANGLE = np.deg2rad([0, 40, 10, -5, -10, 0, 5, 90, 0, 2, 60, 62])


@pytest.fixture
def study(tmp_path: Path) -> Iterator[CollectionStudy]:
    drawn = write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=OBJECTS, ambiguous_share=0))
    *_, done = collect_job(drawn, tmp_path / "drawn.fathom")
    assert isinstance(done, Done)
    with done.result as made:
        made.votes.cast(np.arange(OBJECTS), 0, annotator="as filed")
        yield made


def answer(study: CollectionStudy, cluster: np.ndarray = CLUSTER) -> None:
    probabilities = np.zeros((OBJECTS, len(study.classes)), np.float16)
    probabilities[:, 1] = 1
    with study.prediction_shelf.new() as (number, folder):
        Answers.save(
            folder,
            AnswerRecord(model=1, objects=OBJECTS, classes=study.classes.to_json()),
            probabilities=probabilities,
            cluster=cluster,
            ambiguity=AMBIGUITY,
            features=np.stack([np.cos(ANGLE), np.sin(ANGLE)], 1).astype(np.float16),
        )
    study.prediction_shelf.set_current(number)


@pytest.fixture
def review(study: CollectionStudy) -> ClusterReview:
    answer(study)
    return ClusterReview(study)


def numbers(review: ClusterReview, first: FirstClusters = FirstClusters.LARGEST) -> list[int]:
    return [one.number for one in review.clusters(first)]


def test_there_must_be_an_answer_with_clusters(study: CollectionStudy) -> None:
    with pytest.raises(StudyError, match="no clusters yet"):
        ClusterReview(study)
    answer(study, np.zeros_like(CLUSTER))
    with pytest.raises(StudyError, match="Model 1 gives no clusters"):
        ClusterReview(study)


def test_the_largest_or_the_most_ambiguous_comes_first(review: ClusterReview) -> None:
    assert numbers(review) == [1, 3, 2]
    assert numbers(review, FirstClusters.AMBIGUOUS) == [2, 3, 1]


def test_size_and_ambiguity_are_of_what_is_still_open(study: CollectionStudy, review: ClusterReview) -> None:
    study.votes.cast([0, 1, 2], study.classes.values[0], annotator="ada")
    assert numbers(review) == [3, 2, 1]
    first = review.clusters()[-1]
    assert (first.members, first.open, first.ambiguity) == (5, 2, pytest.approx(0.1))
    study.votes.cast([8, 9, 10, 11], study.classes.values[0], annotator="ada")
    assert numbers(review) == [2, 1, 3]  # a finished one is last


def test_what_a_machine_voted_is_still_open(study: CollectionStudy, review: ClusterReview) -> None:
    study.votes.cast([5, 6, 7], study.classes.values[0], annotator="model 1", status="predicted")
    assert review.members(2).labelled.tolist() == []


def test_members_come_by_their_angle_to_the_centre(review: ClusterReview) -> None:
    mean = np.array([np.cos(ANGLE[:5]).mean(), np.sin(ANGLE[:5]).mean()])
    off = np.abs(ANGLE[:5] - np.arctan2(*mean[::-1]))
    expected = np.argsort(off).tolist()
    assert review.members(1).open.tolist() == expected
    assert review.members(1, FirstMembers.EDGE).open.tolist() == expected[::-1]


def test_the_class_of_most_labelled_members_is_proposed(
    study: CollectionStudy, review: ClusterReview
) -> None:
    one, model_says, other = study.classes.values[0], study.classes.values[1], study.classes.values[2]
    assert review.members(1).proposed == model_says
    study.votes.cast([0, 1], other, annotator="ada")
    study.votes.cast([2], one, annotator="ada")
    members = review.members(1)
    assert members.proposed == other
    assert set(members.labelled) == {0, 1, 2} and set(members.open) == {3, 4}


def test_a_split_parts_what_lies_apart(review: ClusterReview) -> None:
    review.split(3)
    assert {frozenset(review.members(number).open.tolist()) for number in (3, 4)} == {
        frozenset({8, 9}),
        frozenset({10, 11}),
    }
    review.undo()
    assert numbers(review) == [1, 3, 2]


def test_a_cluster_of_alike_members_is_not_split(review: ClusterReview) -> None:
    with pytest.raises(StudyError, match="3 members, 3 of them different: it can't be split into 4"):
        review.split(2, parts=4)


def test_what_is_sent_back_comes_after_the_others(review: ClusterReview) -> None:
    review.send_back(1)
    assert numbers(review) == [3, 2, 1]
    assert review.clusters()[-1].sent_back


def test_edits_are_there_when_the_study_is_opened_again(
    study: CollectionStudy, review: ClusterReview
) -> None:
    review.merge(2, 3)
    review.split(1)
    after = review.partition.cluster.tolist()
    study.close()
    with CollectionStudy.open(study.folder) as again:
        assert ClusterReview(again).partition.cluster.tolist() == after
    with CollectionStudy.open(study.folder, "r") as reader, pytest.raises(StudyError, match="read-only"):
        ClusterReview(reader).merge(1, 3)

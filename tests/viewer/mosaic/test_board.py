"""What a mosaic is made from, also where a part of the study is damaged."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from napari_fathom.events import Done, Event, Note
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import CollectionStudy
from napari_fathom.study.answers import AnswerRecord, Answers
from napari_fathom.study.jobs import collect_job, look_job
from napari_fathom.viewer.mosaic.board import Board, Wish, board_job
from napari_fathom.viewer.mosaic.mosaic_controls import helpful_group
from napari_fathom.viewer.mosaic.object_card import Card, card_job
from napari_fathom.viewer.mosaic.voting import Voting
from napari_fathom.viewer.worker import Worker


@pytest.fixture
def study(tmp_path: Path) -> Iterator[CollectionStudy]:
    """Twelve drawn animals, and an answer of which a part is gone."""
    write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=12))
    *_, made = collect_job(tmp_path / "drawn" / "images", tmp_path / "drawn.fathom")
    assert isinstance(made, Done)
    with made.result as study:
        for _ in look_job(study):
            pass
        with study.prediction_shelf.new() as (number, folder):
            classes = study.classes
            Answers.save(
                folder,
                AnswerRecord(model=1, objects=12, classes=classes.to_json()),
                probabilities=np.full((12, len(classes)), 1 / len(classes), np.float16),
                cluster=np.ones(12, np.uint16),
                ambiguity=np.zeros(12, np.float32),
                features=np.zeros((12, 4), np.float16),
            )
        study.prediction_shelf.set_current(number)
        (study.prediction_shelf.path(number) / "cluster.npy").write_bytes(b"")
        yield study


def board_of(study: CollectionStudy) -> tuple[Board, list[Event[Board]]]:
    *told, done = board_job(study, Wish(group_by="cluster"))
    assert isinstance(done, Done)
    return done.result, told


def test_a_damaged_answer_is_told_and_the_mosaic_is_shown_without_it(study: CollectionStudy) -> None:
    board, told = board_of(study)
    assert len(board.arrangement) == 12 and board.answered is None
    assert [(type(one), "cluster.npy" in str(one)) for one in told] == [(Note, True)]
    *_, done = card_job(study, board, 3)
    assert isinstance(done, Done) and isinstance(done.result, Card)
    assert done.result.image is not None and done.result.likeliest == ()


def test_an_answer_of_clusters_alone_groups_by_cluster_and_gives_none_a_class(study: CollectionStudy) -> None:
    assert helpful_group(study) == "class"  # the answer is damaged
    with study.prediction_shelf.new() as (number, folder):
        Answers.save(
            folder,
            AnswerRecord(model=1, objects=12, classes=[]),
            probabilities=np.zeros((12, 0), np.float16),
            cluster=np.arange(12, dtype=np.uint16) % 3 + 1,
            ambiguity=np.ones(12, np.float32),
            features=np.zeros((12, 4), np.float16),
        )
    study.prediction_shelf.set_current(number)
    assert helpful_group(study) == "cluster"
    board, told = board_of(study)
    assert told == []
    assert board.answered is not None and not board.answered.values.any()
    assert len(board.arrangement.groups) == 3
    *_, done = card_job(study, board, 3)
    assert isinstance(done, Done)
    assert done.result.likeliest == ()
    assert dict(done.result.facts)["cluster"] == "1"


def test_a_card_tells_the_votes_as_they_stand_though_the_mosaic_was_arranged_before(
    study: CollectionStudy,
) -> None:
    board, _ = board_of(study)
    first, second = study.classes.items[:2]
    study.votes.cast([3], first.value, annotator="Anna", time=np.datetime64("2026-05-04T10:30"))
    study.votes.cast([3], second.value, annotator="Ben", time=np.datetime64("NaT"), status="dubious")
    study.votes.cast([3], second.value, annotator="Zoe", time=np.datetime64("NaT"))
    study.votes.cast([3], 0, annotator="Zoe")
    *_, done = card_job(study, board, 3)
    assert isinstance(done, Done)
    facts = dict(done.result.facts)
    assert (facts["class"], facts["status"], facts["votes"]) == (second.name, "dubious", "3")
    assert done.result.said[:2] == (
        f"Ben: {second.name} (dubious)",
        f"Anna: {first.name}, 04 May 2026 10:30 UTC",
    )


def test_no_vote_is_lost_for_a_damaged_answer(study: CollectionStudy, qtbot: QtBot) -> None:
    worker = Worker("test")
    voting = Voting(study, worker)
    with qtbot.waitSignal(voting.changed, timeout=30_000):
        voting.cast([2], study.classes.values[0], status="dubious")
    assert study.votes.status()[2] == "dubious"
    assert worker.close()

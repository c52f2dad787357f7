"""What was done by hand is taken back and done again in order of time, whatever it was."""

import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from napari_fathom.events import Done, Event
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import CollectionStudy
from napari_fathom.study.answers import AnswerRecord, Answers
from napari_fathom.study.cluster_review import ClusterReview
from napari_fathom.study.jobs import collect_job
from napari_fathom.viewer.mosaic.cluster_deed import ClusterDeed
from napari_fathom.viewer.mosaic.voting import Voting
from napari_fathom.viewer.worker import Worker

OBJECTS = 12
PATIENCE_MS = 30_000
CLUSTER = np.repeat([1, 2, 3], 4).astype(np.uint16)


@pytest.fixture
def study(tmp_path: Path) -> Iterator[CollectionStudy]:
    """Twelve drawn animals that nobody has labelled, in three clusters."""
    drawn = write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=OBJECTS))
    *_, done = collect_job(drawn, tmp_path / "drawn.fathom")
    assert isinstance(done, Done)
    with done.result as study:
        study.votes.cast(np.arange(OBJECTS), 0, annotator="as filed")
        answer(study)
        yield study


def answer(study: CollectionStudy) -> None:
    with study.prediction_shelf.new() as (number, folder):
        Answers.save(
            folder,
            AnswerRecord(model=1, objects=OBJECTS, classes=study.classes.to_json()),
            probabilities=np.full((OBJECTS, len(study.classes)), 1 / len(study.classes), np.float16),
            cluster=CLUSTER,
            ambiguity=np.zeros(OBJECTS, np.float32),
            features=np.eye(OBJECTS, dtype=np.float16),
        )
    study.prediction_shelf.set_current(number)


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker("test")
    yield made
    assert made.close()


class Sat:
    """One person before a window of a study: votes, edits clusters, and is told what happens."""

    def __init__(self, study: CollectionStudy, worker: Worker, qtbot: QtBot) -> None:
        self.study, self.worker, self.qtbot = study, worker, qtbot
        self.voting = Voting(study, worker)
        self.review = ClusterReview(study)
        self.words: list[str] = []
        self.voting.told.connect(self.words.append)

    def merge(self, cluster: int, into: int) -> None:
        review = self.review
        self.voting.history.do("Edit", lambda: ClusterDeed(review, review.merge(cluster, into)), "")

    def wait(self) -> None:
        self.qtbot.waitUntil(lambda: not self.worker.busy, timeout=PATIENCE_MS)

    def state(self) -> tuple[list[int], list[int]]:
        """Class of each object, and its cluster."""
        self.wait()
        return self.study.votes.hard().tolist(), self.review.partition.cluster.tolist()


@pytest.fixture
def sat(study: CollectionStudy, worker: Worker, qtbot: QtBot) -> Sat:
    return Sat(study, worker, qtbot)


def test_votes_and_edits_are_taken_back_and_done_again_in_order_of_time(sat: Sat) -> None:
    one, other = sat.study.classes.values[:2]
    states = [sat.state()]
    for act in (
        lambda: sat.voting.cast(np.arange(6), one),
        lambda: sat.merge(2, 1),
        lambda: sat.voting.cast(np.arange(4, 12), other, status="dubious"),
        lambda: sat.merge(3, 1),
    ):
        act()
        states.append(sat.state())
    assert len({str(state) for state in states}) == 5
    for _ in range(2):  # back and forth, twice
        for state in states[-2::-1]:
            sat.voting.undo()
            assert sat.state() == state
        assert not sat.voting.can_undo
        for state in states[1:]:
            sat.voting.redo()
            assert sat.state() == state
        assert not sat.voting.can_redo
    sat.study.close()
    with CollectionStudy.open(sat.study.folder) as again:  # and it is on disk
        assert again.votes.hard().tolist() == states[-1][0]
        assert ClusterReview(again).partition.cluster.tolist() == states[-1][1]


def test_an_undo_before_a_cast_is_written_takes_back_that_cast(sat: Sat) -> None:
    one, other = sat.study.classes.values[:2]
    sat.voting.cast([0, 1], one)
    before = sat.state()
    sat.voting.cast([0, 2], other)
    assert sat.voting.can_undo
    sat.voting.undo()  # nothing has come back from the worker yet
    assert sat.state() == before
    assert [event.objects for event in sat.study.votes.journal()[-2:]] == [2, 2]
    assert sat.words[-2:] == [f"2 labelled {sat.study.classes[other].short_name}.", "2 votes taken back."]


def test_a_revert_that_fails_keeps_its_place(sat: Sat) -> None:
    classes = sat.study.classes
    one, other = classes.values[:2]
    sat.voting.cast([0], one)
    sat.voting.cast([0], other)
    sat.wait()
    sat.study.votes.set_classes(classes.without(one))
    sat.voting.undo()
    sat.wait()
    assert "a class removed since" in sat.words[-1]
    assert sat.voting.can_undo and not sat.voting.can_redo
    sat.study.votes.set_classes(classes)
    sat.voting.undo()
    assert sat.state()[0][0] == one


def test_what_is_done_anew_ends_what_could_be_done_again(sat: Sat) -> None:
    one, other = sat.study.classes.values[:2]
    sat.voting.cast([0], one)
    sat.voting.undo()
    sat.voting.cast([1], other)
    sat.voting.redo()
    assert sat.state()[0][:2] == [0, other]
    assert sat.words[-1] == "There is nothing to do again."


def test_what_changes_nothing_is_told_and_not_taken_back(sat: Sat) -> None:
    one = sat.study.classes.values[0]
    sat.voting.cast([0], one)
    sat.voting.cast([0], one)
    sat.wait()
    assert sat.words[-1] == "They were labelled so already."
    sat.voting.undo()
    assert sat.state()[0][0] == 0
    assert not sat.voting.can_undo


def test_edits_of_a_former_answers_clusters_are_passed_over(sat: Sat) -> None:
    sat.voting.cast([0], sat.study.classes.values[0])
    sat.merge(2, 1)
    sat.wait()
    answer(sat.study)
    sat.voting.undo()
    assert sat.state()[0][0] == 0
    assert sat.words[-1] == "1 vote taken back."


def test_classes_that_are_on_their_way_are_reckoned_with(
    study: CollectionStudy, worker: Worker, qtbot: QtBot
) -> None:
    busy, told = threading.Event(), list[Exception | None]()

    def slow(stop: threading.Event) -> Generator[Event[None], None, None]:
        busy.wait(PATIENCE_MS / 1000)
        yield Done(None)

    worker.submit("Labelling", slow, owner=study)
    voting = Voting(study, worker)
    for number, name in enumerate(("jelly", "krill")):
        voting.change_classes(voting.classes.with_added(name), told.append)
        voting.cast([number], voting.classes.named(name).value)
    assert "jelly" in voting.classes.names and "jelly" not in study.classes.names
    busy.set()
    qtbot.waitUntil(lambda: study.votes.hard()[1] > 0 and len(told) == 2, timeout=PATIENCE_MS)
    assert told == [None, None]
    assert [study.classes[value].name for value in study.votes.hard()[:2].tolist()] == ["jelly", "krill"]

    # one that is in use stays
    former = voting.classes
    voting.change_classes(former.without(former.named("krill").value), told.append)
    qtbot.waitUntil(lambda: len(told) == 3, timeout=PATIENCE_MS)
    assert "'krill' has 1 votes" in str(told[2])
    assert voting.classes == study.classes == former

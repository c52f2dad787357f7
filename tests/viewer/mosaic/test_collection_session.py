"""A collection in a window's session: what is open with it, and what becomes of work on its way."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from tests.viewer.studies import copy_of

from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event, Progress
from napari_fathom.plankton import Offer, Suggestion
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import CollectionStudy
from napari_fathom.study.jobs import collect_job, look_job
from napari_fathom.viewer.mosaic.mosaic_controls import MosaicControls
from napari_fathom.viewer.mosaic.mosaic_view import MosaicView
from napari_fathom.viewer.mosaic.review_panel import ReviewPanel
from napari_fathom.viewer.mosaic.voting import Voting
from napari_fathom.viewer.predict_panel import PredictPanel
from napari_fathom.viewer.session import Session


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(ViewerModel())
    yield session
    session.close()


@pytest.fixture
def make_study(tmp_path: Path) -> Callable[[str], CollectionStudy]:
    def make(name: str) -> CollectionStudy:
        write_simulated_plankton(tmp_path / name, PlanktonSettings(objects=12))
        *_, made = collect_job(tmp_path / name / "images", tmp_path / f"{name}.fathom")
        assert isinstance(made, Done)
        for _ in look_job(made.result):
            pass
        return made.result

    return make


def test_votes_on_their_way_are_kept_when_the_window_ends(
    session: Session, make_study: Callable[[str], CollectionStudy]
) -> None:
    study = make_study("drawn")
    session.open(study)
    voting, before = Voting(study, session.hand), study.votes.last_event
    for row in range(12):
        voting.cast([row], study.classes.values[0], status="dubious")
    session.close()
    with CollectionStudy.open(study.folder) as again:  # and it is nobody's any more
        assert again.votes.last_event == before + 12
        assert (again.votes.hard() == again.classes.values[0]).all()


def test_a_survey_takes_the_place_of_a_collection_and_the_other_way_round(
    session: Session, make_study: Callable[[str], CollectionStudy], answered: Path, tmp_path: Path
) -> None:
    collection, survey = make_study("drawn"), copy_of(answered, tmp_path / "copy")
    told: list[tuple[object, bool]] = []
    session.collectionChanged.connect(lambda study: told.append((study, collection.writable)))
    session.open(collection)
    session.open(survey)
    assert (session.collection, session.study) == (None, survey)
    assert told == [(collection, True), (None, True)]  # whoever shows it lets go before it closes
    assert not collection.writable
    other = make_study("other")
    session.open(other)
    assert (session.collection, session.study, session.view) == (other, None, None)
    assert not survey.labels.writable


def endless(stop: Any) -> Generator[Event[str], None, None]:
    """Work that goes on until it is stopped."""
    while not stop.is_set():
        stop.wait(0.005)
        yield Progress("on and on", 0, 0)
    yield Done("the best so far")


def test_images_are_not_seen_otherwise_while_a_model_reads_them(
    session: Session, make_study: Callable[[str], CollectionStudy], qtbot: QtBot
) -> None:
    study = make_study("drawn")
    session.open(study)
    controls = MosaicControls(session)
    qtbot.addWidget(controls)
    controls.setEnabled(True)
    now = study.collection.options
    found = Suggestion(
        now, (Offer("invert", True, "dark things", True),), (), 1, (np.zeros((9, 9), np.uint8),)
    )
    controls.offer.setValue(found, now)
    job = session.heavy.submit("Training", endless, owner=study)
    controls.offer.apply.click()
    assert "trains or predicts" in controls.offer.told()
    assert not controls.offer.isHidden() and not session.light.busy
    job.stop()
    with qtbot.waitSignal(session.heavy.busyChanged):
        pass
    controls.offer.apply.click()
    assert controls.offer.isHidden() and session.light.busy


def test_the_review_of_what_has_no_answer_says_what_to_do_and_reads_nothing(
    session: Session, make_study: Callable[[str], CollectionStudy], qtbot: QtBot
) -> None:
    study = make_study("drawn")
    session.open(study)
    review = ReviewPanel(session.light)
    qtbot.addWidget(review)
    review.set_study(study, MosaicView(ViewerModel(), study, review), None)
    review.show()
    assert not session.light.busy
    assert review.said().startswith("There are no clusters yet. Train first")


def test_no_part_of_a_collection_is_predicted_first(
    session: Session,
    make_study: Callable[[str], CollectionStudy],
    answered: Path,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    panel = PredictPanel(session)
    qtbot.addWidget(panel)
    session.open(make_study("drawn"))
    assert "in view" not in panel.button.toolTip()
    session.open(copy_of(answered, tmp_path / "copy"))
    assert "the part in view first" in panel.button.toolTip()


def test_work_on_a_collection_ends_with_it(
    session: Session, make_study: Callable[[str], CollectionStudy], qtbot: QtBot
) -> None:
    study, finished = make_study("drawn"), list[object]()
    session.open(study)
    job = session.heavy.submit("Training", endless, owner=study)
    job.finished.connect(finished.append)
    with qtbot.waitSignal(job.started):
        pass
    with qtbot.waitSignal(job.ended):
        session.open(make_study("other"))
    assert not finished


def test_a_damaged_model_of_a_collection_is_told_and_counts_as_none(
    session: Session, make_study: Callable[[str], CollectionStudy]
) -> None:
    study, told = make_study("drawn"), list[str]()
    session.failed.connect(lambda error: told.append(str(error)))
    session.open(study)
    with study.model_shelf.new() as (number, folder):
        (folder / "record.json").write_text("{")
    study.model_shelf.set_current(number)
    assert session.model() is None
    assert len(told) == 1 and "record.json" in told[0]


def test_no_model_is_left_in_a_study_that_was_closed_meanwhile(
    make_study: Callable[[str], CollectionStudy],
) -> None:
    from napari_fathom.learning.images.settings import ImageSettings
    from napari_fathom.study.jobs import train_job

    study = make_study("drawn")
    settings = ImageSettings(method="forest", held_out=0.0)
    job = train_job(study, settings, device="cpu")
    next(job)
    study.close()
    with pytest.raises(StudyError, match="open read-only"):
        for _ in job:
            pass
    assert study.models() == []
    np.testing.assert_array_equal(study.model_shelf.numbers(), [])

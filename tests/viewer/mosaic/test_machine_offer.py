"""Labels of a machine alone become a person's at a press, and nobody's again at an undo."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from tests.plankton.sets import drawn, result, write

from napari_fathom.labels import LARGEST_VOTE, Classes
from napari_fathom.study import CollectionStudy
from napari_fathom.study.jobs import collect_job
from napari_fathom.viewer.mosaic.machine_offer import MachineOffer
from napari_fathom.viewer.mosaic.voting import Voting
from napari_fathom.viewer.worker import Worker

CLASSES = Classes((), LARGEST_VOTE).with_all_added(["krill", "egg"])
KRILL, EGG = CLASSES.values


@pytest.fixture
def study(tmp_path: Path) -> CollectionStudy:
    """Four images: a machine has named three, a person one of these."""
    for number in range(4):
        write(tmp_path / "set" / f"{number}.png", drawn(number))
    made = result(collect_job(tmp_path / "set", tmp_path / "set.fathom", classes=CLASSES))
    assert isinstance(made, CollectionStudy)
    made.votes.cast([0, 1, 2], [KRILL, EGG, EGG], annotator="net", status="predicted")
    made.votes.cast([2], KRILL, annotator="Ada")
    return made


def test_they_are_accepted_in_the_persons_name_and_taken_back(study: CollectionStudy, qtbot: QtBot) -> None:
    worker, offer = Worker("test"), MachineOffer()
    qtbot.addWidget(offer)
    voting = Voting(study, worker)
    voting.annotator = "Ben"
    voting.changed.connect(offer.refresh)
    with study:
        offer.set_study(study, voting)
        assert offer.isVisible() and "2 labels of a machine (predicted)" in offer.words.text()
        offer.button.click()
        qtbot.waitUntil(lambda: "accepted as those of Ben" in offer.words.text(), timeout=30_000)
        assert study.votes.hard().tolist() == [KRILL, EGG, KRILL, 0]
        assert not offer.button.isVisible()
        with qtbot.waitSignal(voting.changed, timeout=30_000):
            voting.undo()
        assert study.votes.hard().tolist() == [0, 0, KRILL, 0]
        assert offer.button.isVisible()
        assert worker.close()


def test_where_people_have_said_all_nothing_is_offered(study: CollectionStudy, qtbot: QtBot) -> None:
    worker, offer = Worker("test"), MachineOffer()
    qtbot.addWidget(offer)
    with study:
        study.votes.cast(np.arange(4), EGG, annotator="Ada")
        offer.set_study(study, Voting(study, worker))
        assert not offer.isVisible()
        assert worker.close()

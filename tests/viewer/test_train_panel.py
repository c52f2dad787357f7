"""What the Train page goes on saying once a training is over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from tests.viewer.studies import copy_of, tiny

from napari_fathom.viewer.session import Session
from napari_fathom.viewer.teaching import SurveyTeaching
from napari_fathom.viewer.train_panel import TrainPanel

PATIENCE_MS = 60_000


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(ViewerModel())
    yield session
    session.close()


def test_it_says_when_the_answer_is_there_and_nothing_of_it_in_the_next_study(
    session: Session, answered: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session.open(copy_of(answered, tmp_path / "one"))
    panel = TrainPanel(session, SurveyTeaching(session))
    qtbot.addWidget(panel)
    panel.form.setValue(tiny(epochs=1))
    with qtbot.waitSignal(panel.trained, timeout=PATIENCE_MS):
        panel.retrain()
    qtbot.waitUntil(lambda: panel.bar.text() == "Trained. The survey is being predicted.")
    qtbot.waitUntil(lambda: panel.bar.text() == "Trained. The survey is predicted.", timeout=PATIENCE_MS)
    session.open(copy_of(answered, tmp_path / "two"))
    assert panel.bar.text() == ""

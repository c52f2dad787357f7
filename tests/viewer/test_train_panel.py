"""What the Train page goes on saying once a training is over."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from tests.viewer.studies import LAYER, copy_of, tiny

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


def test_it_asks_what_the_classes_of_a_model_from_elsewhere_mean(
    session: Session, answered: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    study = copy_of(answered, tmp_path / "one")
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(study.model_folder(1), elsewhere)
    study.labels.set_classes(study.classes.with_renamed(LAYER, "herring"))
    session.open(study)
    panel = TrainPanel(session, SurveyTeaching(session))
    qtbot.addWidget(panel)
    panel.form.setValue(tiny(epochs=1))
    panel.form.set_start(elsewhere)
    panel.retrain()
    asking = panel.asking
    assert asking is not None and asking.value() == {"sandeel": None}
    assert not panel.bar.running
    asking.setValue({"sandeel": "herring"})
    with qtbot.waitSignal(panel.trained, timeout=PATIENCE_MS):
        asking.accept()
    assert "sandeel" not in panel.warning()

    # one of the study's own knows it by its value, whatever it is called: nothing is asked
    panel.asking = None
    panel.form.set_start(study.model_folder(1))
    qtbot.waitUntil(lambda: panel.can_train, timeout=PATIENCE_MS)
    with qtbot.waitSignal(panel.trained, timeout=PATIENCE_MS):
        panel.retrain()
    assert panel.asking is None
    assert "No pixel of other fish is painted" in panel.warning()  # napari's own notification has gone

"""What a window's docks share, from the opening of a survey to the end of the window."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QDockWidget
from tests.viewer.studies import copy_of, make_study, tiny

from napari_fathom.study import Study
from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.roles import Role, find_all, survey_of
from napari_fathom.viewer.session import Session

PATIENCE_MS = 60_000


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    viewer = ViewerModel()
    session = Session(viewer)
    yield session
    session.close()


@pytest.fixture
def study(answered: Path, tmp_path: Path) -> Study:
    return copy_of(answered, tmp_path / "copy")


def test_the_layers_of_the_former_survey_go_with_it(session: Session, study: Study, tmp_path: Path) -> None:
    viewer = session.viewer
    assert viewer is not None
    own = viewer.add_points([[0, 0]])
    session.open(study)
    session.open(None)
    assert list(viewer.layers) == [own]


def test_classes_edited_as_a_survey_is_closed_are_stored_and_bring_no_layer_back(
    session: Session, study: Study, qtbot: QtBot
) -> None:
    viewer = session.viewer
    assert viewer is not None
    session.open(study)
    told: list[object] = []
    session.set_classes(study.classes.with_added("krill"), told.append)
    session.open(None)
    qtbot.wait(1)  # what the thread has done is delivered with the next events
    assert (list(viewer.layers), told) == ([], [])
    with Study.open(study.folder, "r") as again:
        assert "krill" in again.classes.names


def test_another_study_of_the_same_survey_is_painted_as_itself(
    session: Session, study: Study, tmp_path: Path, qtbot: QtBot
) -> None:
    session.open(study)
    other = make_study(tmp_path / "other")
    assert other.echogram.fingerprint == study.echogram.fingerprint
    former = study.labels.counts()
    session.open(other)
    paint, before = session.paint, other.labels.counts()
    assert paint is not None
    qtbot.waitUntil(lambda: paint.box is not None, timeout=PATIENCE_MS)
    with qtbot.waitSignal(paint.saved, timeout=PATIENCE_MS):
        paint.layer.data_setitem((np.array([60, 61]), np.array([7, 7])), 3)
    assert other.labels.counts()[3] == before[3] + 2
    with Study.open(study.folder, "r") as again:
        assert again.labels.counts() == former


def test_a_damaged_model_is_told_once_and_counts_as_none(session: Session, study: Study) -> None:
    told: list[str] = []
    session.failed.connect(lambda error: told.append(str(error)))
    session.open(study)
    record = study.model_folder(1) / "record.json"
    record.write_text("{")
    assert session.model() is None and session.model() is None
    assert len(told) == 1 and "record.json" in told[0]


@pytest.fixture
def window(make_napari_viewer: Callable[..., Any], study: Study) -> Any:
    viewer = make_napari_viewer(show=True)
    viewer.window.add_plugin_dock_widget("napari-fathom", "Fathom")
    Session.of(viewer).open(study)
    return viewer


def close_dock(viewer: Any) -> None:
    """Press the ✕ of the dock."""
    for dock in viewer.window._qt_window.findChildren(QDockWidget):
        if isinstance(dock.widget(), FathomDock) or dock.findChild(FathomDock) is not None:
            dock.titleBarWidget().close_button.click()


@pytest.mark.window
def test_a_closed_dock_leaves_the_survey_open_and_comes_back_to_it(
    window: Any, study: Study, qtbot: QtBot
) -> None:
    session = Session.of(window)
    (former,) = window.window._qt_window.findChildren(FathomDock)
    with qtbot.waitSignal(former.destroyed, timeout=PATIENCE_MS):
        close_dock(window)
    assert session.study is study and study.writable
    _, again = window.window.add_plugin_dock_widget("napari-fathom", "Fathom")
    assert again.session is session
    assert study.echogram.name in again.desk.words.text()
    predictions: list[object] = []
    session.answering.started.connect(predictions.append)
    with qtbot.waitSignal(session.predictionChanged, timeout=PATIENCE_MS):
        session.modelChanged.emit()
    assert len(predictions) == 1 and not session.heavy.busy


@pytest.mark.window
def test_a_training_goes_on_without_its_dock_and_is_shown_by_the_next(window: Any, qtbot: QtBot) -> None:
    session = Session.of(window)
    (former,) = window.window._qt_window.findChildren(FathomDock)
    former.desk.train.form.setValue(tiny(epochs=500, patience=500))
    qtbot.waitUntil(former.desk.train.retrain_button.isEnabled, timeout=PATIENCE_MS)
    former.desk.train.retrain()
    with qtbot.waitSignal(former.destroyed, timeout=PATIENCE_MS):
        close_dock(window)
    _, again = window.window.add_plugin_dock_widget("napari-fathom", "Fathom")
    assert again.desk.train.bar.running and not again.desk.train.retrain_button.isEnabled()
    epoch = tiny().steps  # one that is over: a training stopped before brings no model
    qtbot.waitUntil(lambda: again.desk.train.curves.value().step > epoch, timeout=PATIENCE_MS)
    with qtbot.waitSignal(session.predictionChanged, timeout=PATIENCE_MS):
        again.desk.train.stop()
    assert "In force: model 2" in again.desk.train._in_force.text()
    assert again.desk.answers.prediction.bar.text().startswith("Predicted by model 2.")


@pytest.mark.window
def test_the_window_closes_the_study_and_ends_what_runs(window: Any, study: Study, qtbot: QtBot) -> None:
    session = Session.of(window)
    session.modelChanged.emit()
    assert session.heavy.busy
    window.close()
    qtbot.waitUntil(lambda: session.study is None, timeout=PATIENCE_MS)
    assert not session.heavy.busy and not study.writable
    with Study.open(study.folder) as again:  # nobody holds it any more
        assert again.prediction() is not None


@pytest.mark.window
def test_the_survey_that_was_asked_for_last_is_the_one_that_opens(
    window: Any, study: Study, tmp_path: Path, qtbot: QtBot
) -> None:
    (dock,) = window.window._qt_window.findChildren(FathomDock)
    folders = []
    for name in ("one", "two"):
        with make_study(tmp_path / name) as other:
            folders.append(other.folder)
    for folder in folders:
        dock.opener.open([folder])
    qtbot.waitUntil(lambda: dock.session.study.folder == folders[1], timeout=PATIENCE_MS)
    assert dock.opener.bar.text() == "Open; everything is kept in study.fathom."
    surveys = {survey_of(layer) for layer in find_all(window.layers, Role.SV)}
    assert len(surveys) == 1
    with Study.open(folders[0]) as first:  # and the former wish holds nothing
        assert first.writable

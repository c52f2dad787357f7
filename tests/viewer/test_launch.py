"""The window as the command line starts it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from tests.viewer.docks import dock_in
from tests.viewer.studies import make_study, tiny

from napari_fathom.viewer.launch import retrain_when_shown

PATIENCE_MS = 60_000


@pytest.mark.window
def test_a_demo_trains_in_the_open_window_with_its_studys_settings_and_shows_the_answer(
    make_napari_viewer: Callable[..., Any], tmp_path: Path, qtbot: QtBot
) -> None:
    study = make_study(tmp_path / "new")
    study.update(training=tiny(epochs=1, seed=7).model_dump(mode="json"))
    dock = dock_in(make_napari_viewer())
    retrain_when_shown(dock)
    with qtbot.waitSignal(dock.session.predictionChanged, timeout=PATIENCE_MS):
        dock.session.open(study)
    model = study.current_model
    assert model is not None
    assert (model.settings["seed"], model.settings["epochs"]) == (7, 1)
    assert study.prediction() is not None

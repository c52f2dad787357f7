"""The whole walk through the real window: from a raw file to exported labels, with mouse and keys."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from tests.viewer.hand import Hand

from napari_fathom.echogram.evr import read_evr
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.study import Study
from napari_fathom.viewer.accept_panel import AcceptChoice
from napari_fathom.viewer.exports import ExportChoice
from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.navigate import box_in_view
from napari_fathom.viewer.roles import Role, role_of
from napari_fathom.viewer.survey_desk import SurveyDesk

RAW = "DY1201_EK60-D20120214-T231011"
PATIENCE_MS = 60_000

TINY: dict[str, Any] = {
    "width": 4,
    "depth": 3,
    "patch": 32,
    "batch": 2,
    "steps": 3,
    "clusters": 8,
    "components": 4,
    "cluster_pixels": 512,
    "ambiguity_pixels": 256,
    "tile": 1024,
    "held_out": 0.5,
}


@pytest.fixture
def raw(shipped_data: Path, tmp_path: Path) -> Path:
    """A real raw file with its seabed file beside it, where a study may be made."""
    for suffix in (".raw", ".bot"):
        shutil.copy(shipped_data / "echo" / f"{RAW}{suffix}", tmp_path)
    return tmp_path / f"{RAW}.raw"


@pytest.fixture
def open_dock(make_napari_viewer: Callable[..., Any]) -> Iterator[Callable[[], FathomDock]]:
    docks: list[FathomDock] = []

    def make() -> FathomDock:
        viewer = make_napari_viewer(show=True)
        viewer.window.resize(1400, 900)
        dock = FathomDock(viewer)
        viewer.window.add_dock_widget(dock, name="Fathom", area="right")
        docks.append(dock)
        return dock

    yield make
    for dock in docks:
        dock.session.close()


def settings(**changes: Any) -> TrainSettings:
    return TrainSettings.model_validate({**TINY, **changes})


@pytest.mark.window
@pytest.mark.timeout(180)
def test_from_raw_file_to_exported_labels_and_back(
    open_dock: Callable[[], FathomDock], raw: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    dock = open_dock()
    session = dock.session
    viewer = session.viewer
    assert viewer is not None
    hand = Hand(viewer)

    # a raw file is opened: converted in the background, shown one layer a frequency
    dock.opener.open([raw])
    qtbot.waitUntil(lambda: session.study is not None, timeout=PATIENCE_MS)
    study, paint, view = session.study, session.paint, session.view
    assert study is not None and paint is not None and view is not None
    desk = dock.desk
    assert isinstance(desk, SurveyDesk)
    assert sum(role_of(layer) is Role.SV for layer in viewer.layers) == 5
    qtbot.waitUntil(lambda: paint.box is not None and not paint.hint, timeout=PATIENCE_MS)

    # nothing is painted: Retrain can't be pressed, and the dock says what to do
    assert not desk.train.retrain_button.isEnabled()

    # two classes are painted by mouse, three strokes each; every stroke is on disk
    dock.show_tab(desk.paint)
    hand.click(desk.paint.brush)
    _, _, left, right = box_in_view(viewer, view.frame)
    ends = (left + 0.2 * (right - left), left + 0.8 * (right - left))
    for value, rows in ((1, (150, 160, 170)), (2, (300, 330, 360))):
        desk.paint.classes.setSelected(value)
        for row in rows:
            before = sum(study.labels.counts().values())
            hand.drag(view.frame, (row, ends[0]), (row, ends[1]))
            qtbot.waitUntil(
                lambda before=before: sum(study.labels.counts().values()) > before, timeout=PATIENCE_MS
            )
    counts = study.labels.counts()
    assert counts[1] > 100 and counts[2] > 100
    assert {event.origin for event in study.journal} == {"paint"}

    # undo takes a stroke back, redo brings it again; both reach the disk
    hand.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: study.labels.counts()[2] < counts[2], timeout=PATIENCE_MS)
    hand.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: study.labels.counts() == counts, timeout=PATIENCE_MS)

    # Retrain, then Stop: within a second the training has ended
    dock.show_tab(desk.train)
    qtbot.waitUntil(desk.train.retrain_button.isEnabled, timeout=PATIENCE_MS)
    desk.train.form.setValue(settings(epochs=500, patience=500))
    hand.click(desk.train.retrain_button)
    qtbot.waitUntil(lambda: bool(desk.train.curves.value().losses), timeout=PATIENCE_MS)
    with qtbot.waitSignal(desk.train.bar.ended, timeout=5000):
        hand.click(desk.train.bar.stop_button)
    first = study.current_model

    # Retrain again to the end: another model is in force, and the survey is predicted by itself
    desk.train.form.setValue(settings(epochs=2, method="supseg"))
    qtbot.waitUntil(desk.train.retrain_button.isEnabled, timeout=PATIENCE_MS)
    with qtbot.waitSignal(desk.train.trained, timeout=PATIENCE_MS):
        hand.click(desk.train.retrain_button)
    model = study.current_model
    assert model is not None and model.method == "supseg"
    assert first is None or first.number < model.number
    with qtbot.waitSignal(session.predictionChanged, timeout=PATIENCE_MS):
        pass
    for role in (Role.CLASS, Role.CLUSTER, Role.AMBIGUITY):
        layer = next(layer for layer in viewer.layers if role_of(layer) is role)
        assert layer.locked
    assert viewer.layers.selection.active is paint.layer

    # what is in view is accepted, and taken back; no stroke is touched by either
    dock.show_tab(desk.answers)
    desk.answers.accept_panel.setValue(AcceptChoice(None, "view", 0.0))
    hand.click(desk.answers.accept_panel.accept_button)
    qtbot.waitUntil(
        lambda: sum(study.labels.counts().values()) > 10 * sum(counts.values()), timeout=PATIENCE_MS
    )
    qtbot.waitUntil(desk.answers.accept_panel.undo_button.isEnabled, timeout=PATIENCE_MS)
    hand.click(desk.answers.accept_panel.undo_button)
    qtbot.waitUntil(lambda: study.labels.counts() == counts, timeout=PATIENCE_MS)

    # the labels are exported, and read back by the reader of that format
    dock.show_tab(desk.export)
    desk.export.setValue(ExportChoice("labels", ("evr", "npz", "tiff"), tmp_path, "walk"))
    with qtbot.waitSignal(desk.export.exported, timeout=PATIENCE_MS) as exported:
        hand.click(desk.export.export_button)
    assert all(path.exists() for path in exported.args[0])
    assert {region.class_name for region in read_evr(tmp_path / "walk_labels.evr")} == {
        "background",
        "sandeel",
    }

    # closed and opened again, everything is there
    folder = study.folder
    session.close()
    with Study.open(folder) as again:
        assert again.labels.counts() == counts
        assert again.current_model is not None and again.current_model.number == model.number
        prediction = again.prediction()
        assert prediction is not None and prediction.complete

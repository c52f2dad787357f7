"""Opening surveys and collections in a real window, by napari's own Open and by the dock."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from tests.viewer.studies import copy_of

from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.viewer.main_dock import FathomDock, dock_of, open_in
from napari_fathom.viewer.open_panel import OpenPanel
from napari_fathom.viewer.roles import Role, find_all
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.sounder_options import main_frequency_hz
from napari_fathom.viewer.survey_desk import SurveyDesk

pytestmark = pytest.mark.window

PATIENCE_MS = 60_000


def test_raw_file_to_saved_stroke(
    make_napari_viewer: Any, shipped_data: Path, tmp_path: Path, qtbot: Any
) -> None:
    raw = Path(shutil.copy(shipped_data / "echo" / "DY1801_EK60-D20180211-T164025.raw", tmp_path))
    viewer = make_napari_viewer(show=True)
    session = Session.of(viewer)
    dock = dock_of(viewer)
    dock.opener.sounder.main_frequency.setCurrentText("120 kHz")
    assert viewer.open(str(raw), plugin="napari-fathom") == []
    qtbot.waitUntil(lambda: session.study is not None, timeout=60_000)
    study = session.study
    assert study is not None
    assert study.folder == raw.with_suffix(".fathom")
    assert study.echogram.main_frequency_hz == 120e3
    assert len(list(find_all(viewer.layers, Role.SV))) == 5

    assert isinstance(dock.desk, SurveyDesk)
    panel = dock.desk.paint
    dock.show_tab(panel)
    assert panel.isEnabled()
    canvas = viewer.window._qt_viewer.canvas.native
    qtbot.waitUntil(lambda: session.paint.box is not None)
    qtbot.mouseClick(panel.brush, Qt.MouseButton.LeftButton)
    QTest.keyClick(canvas, Qt.Key.Key_2)
    assert panel.classes.selected() == session.paint.layer.selected_label == 2
    x, y = canvas.width() // 2, canvas.height() // 2
    with qtbot.waitSignal(session.labelsChanged, timeout=10_000):
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(x, y))
        QTest.mouseMove(canvas, QPoint(x + 20, y))
        QTest.mouseRelease(
            canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(x + 20, y)
        )
    assert study.labels.counts()[2] > 0
    qtbot.waitUntil(lambda: panel.classes._rows[2].count.text() != "0")

    session.close()
    study.labels.close()


@pytest.mark.parametrize(
    ("words", "hertz"), [("the finest", None), ("38 kHz", 38e3), ("70", 70e3), ("", None)]
)
def test_the_main_frequency_is_chosen_or_written(words: str, hertz: float | None) -> None:
    assert main_frequency_hz(words) == hertz


def test_a_main_frequency_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="found 'loud', expected kilohertz"):
        main_frequency_hz("loud")


def test_what_is_not_read_here_is_refused_in_words(
    make_napari_viewer: Any, tmp_path: Path, qtbot: Any
) -> None:
    panel = OpenPanel(Session.of(make_napari_viewer()))
    qtbot.addWidget(panel)
    note = tmp_path / "note.raw"
    note.write_text("not an echogram")
    panel.open_if_read([note])
    assert "note.raw" in panel.bar.text()


def test_one_door_opens_both_kinds_and_each_brings_its_own_pages_and_keys(
    make_napari_viewer: Any, answered: Path, tmp_path: Path, qtbot: Any
) -> None:
    with copy_of(answered, tmp_path / "copy") as survey:
        folder = survey.folder
    write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=12))
    viewer = make_napari_viewer(show=True)
    open_in(viewer, [folder])
    dock = dock_of(viewer)
    session = dock.session
    assert pages(dock) == ["Study"]
    qtbot.waitUntil(lambda: session.study is not None, timeout=PATIENCE_MS)
    assert pages(dock) == ["Study", "Paint", "Train", "Answers", "Export"]
    assert {"Shift+R", "Shift+N"} <= bound(viewer)

    dock.opener.open_if_read([tmp_path / "drawn" / "images"])
    qtbot.waitUntil(lambda: session.collection is not None, timeout=PATIENCE_MS)
    assert session.study is None
    assert pages(dock) == ["Study", "Label", "Train", "Review", "Export"]
    assert {"Shift+R", "M", "1"} <= bound(viewer) and "Shift+N" not in bound(viewer)
    assert dock.desk is not None
    qtbot.waitUntil(lambda: dock.desk.is_shown, timeout=PATIENCE_MS)

    open_in(viewer, [folder])
    qtbot.waitUntil(lambda: session.study is not None, timeout=PATIENCE_MS)
    assert pages(dock) == ["Study", "Paint", "Train", "Answers", "Export"]
    assert "M" not in bound(viewer)
    assert dock_of(viewer) is dock
    session.close()


def pages(dock: FathomDock) -> list[str]:
    return [dock.tabs.tabText(at) for at in range(dock.tabs.count())]


def bound(viewer: Any) -> set[str]:
    """Keys that the window's own keymap has now."""
    return set(map(str, viewer.keymap))

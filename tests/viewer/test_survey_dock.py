"""Opening a real raw file in a real window, by napari's own Open, and painting it by key and mouse."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest

from napari_fathom.viewer.paint_panel import PaintPanel
from napari_fathom.viewer.roles import Role, find_all
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.survey_dock import SurveyDock, main_frequency_hz

pytestmark = pytest.mark.window


def test_raw_file_to_saved_stroke(
    make_napari_viewer: Any, shipped_data: Path, tmp_path: Path, qtbot: Any
) -> None:
    raw = Path(shutil.copy(shipped_data / "echo" / "DY1801_EK60-D20180211-T164025.raw", tmp_path))
    viewer = make_napari_viewer(show=True)
    session = Session.of(viewer)
    dock = SurveyDock(viewer)
    viewer.window.add_dock_widget(dock)
    dock.main_frequency.setCurrentText("120 kHz")
    assert viewer.open(str(raw), plugin="napari-fathom") == []
    qtbot.waitUntil(lambda: session.study is not None, timeout=60_000)
    study = session.study
    assert study is not None
    assert study.folder == raw.with_suffix(".fathom")
    assert study.echogram.main_frequency_hz == 120e3
    assert len(list(find_all(viewer.layers, Role.SV))) == 5

    panel = PaintPanel(viewer)
    viewer.window.add_dock_widget(panel)
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


def test_a_file_that_is_no_echogram_is_refused_in_words(
    make_napari_viewer: Any, tmp_path: Path, qtbot: Any
) -> None:
    dock = SurveyDock(make_napari_viewer())
    qtbot.addWidget(dock)
    note = tmp_path / "note.raw"
    note.write_text("not an echogram")
    dock._open_if_ours([note])
    assert "note.raw" in dock.job.text()

"""The seabed line in a real window: shown, dragged, saved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from tests.viewer.surveys import make_echogram

from napari_fathom.echogram import Echogram
from napari_fathom.viewer._compat import camera_of
from napari_fathom.viewer.navigate import look_at
from napari_fathom.viewer.seabed import SeabedLine
from napari_fathom.viewer.survey_view import SurveyView

pytestmark = pytest.mark.window


@pytest.fixture
def seabed(make_napari_viewer: Any, tmp_path: Path) -> Iterator[SeabedLine]:
    view = SurveyView(make_napari_viewer(show=True), make_echogram(tmp_path, 80, 400))
    view.show()
    view.set_aspect("pixels")
    seabed = SeabedLine(view)
    seabed.show()
    yield seabed
    view.close()


def drag_corner(seabed: SeabedLine, corner: int, up: int, qtbot: Any) -> None:
    viewer = seabed.view.viewer
    canvas = viewer.window._qt_viewer.canvas.native
    depth, along = seabed.layer.data[0][corner]
    camera = camera_of(viewer)
    x = round(canvas.width() / 2 + (along - camera.center[-1]) * camera.zoom)
    y = round(canvas.height() / 2 + (depth - camera.center[-2]) * camera.zoom)
    QTest.mouseMove(canvas, QPoint(x + 9, y))
    QTest.mouseMove(canvas, QPoint(x, y))
    qtbot.waitUntil(lambda: seabed.layer.get_value(viewer.cursor.position, world=True)[1] == corner)
    qtbot.waitUntil(lambda: seabed.layer._value[1] == corner, timeout=10_000)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(x, y))
    for step in range(1, 6):
        QTest.mouseMove(canvas, QPoint(x, y - up * step // 5))
        qtbot.wait(10)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(x, y - up))


def test_a_dragged_corner_is_saved_and_the_rest_of_the_line_keeps_its_digits(
    seabed: SeabedLine, qtbot: Any
) -> None:
    before = Echogram.open(seabed.view.echogram.path).seabed_range_m
    layer = seabed.edit()
    look_at(seabed.view.viewer, seabed.view.frame, (0, 80, 0, 400))
    layer.selected_data = {0}
    corners = seabed._shown[0][:, 1].astype(int)
    which = len(corners) // 2
    with qtbot.waitSignal(seabed.saved, timeout=10_000):
        drag_corner(seabed, which, 60, qtbot)
    after = Echogram.open(seabed.view.echogram.path).seabed_range_m
    assert after[corners[which]] < before[corners[which]] - 1.0
    np.testing.assert_array_equal(after[: corners[which - 1] + 1], before[: corners[which - 1] + 1])
    np.testing.assert_array_equal(after[corners[which + 1] :], before[corners[which + 1] :])
    np.testing.assert_array_equal(seabed.view.echogram.seabed_range_m, after)


def test_a_new_aspect_moves_the_line_with_the_echoes_and_changes_nothing(
    seabed: SeabedLine, qtbot: Any
) -> None:
    shown = [path.copy() for path in seabed._shown]
    seabed.view.set_ping_m(7.5)
    layer = seabed.layer
    assert list(layer.shape_type) == ["path"] * len(shown)
    np.testing.assert_allclose(layer.data[0][:, 1], shown[0][:, 1] * 7.5)
    with qtbot.assertNotEmitted(seabed.saved, wait=600):
        seabed.save()
    seabed.view.set_ping_m(0.2)


def test_a_stretch_drawn_last_is_saved_when_the_window_closes(seabed: SeabedLine) -> None:
    frame = seabed.view.frame
    path = np.array([frame.to_world(10.0, 100.0), frame.to_world(10.0, 120.0)])
    seabed.layer.add_paths([path])
    seabed.view.close()
    saved = Echogram.open(seabed.view.echogram.path).seabed_range_m
    np.testing.assert_allclose(saved[100:121], 1.0 + 0.2 * 10)

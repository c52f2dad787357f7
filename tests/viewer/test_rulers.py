from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QPoint
from tests.viewer.hand import Hand
from tests.viewer.studies import copy_of
from tests.viewer.surveys import PINGS, ROWS

from napari_fathom.echogram import Echogram, convert
from napari_fathom.events import Done
from napari_fathom.viewer.navigate import look_at, step_along
from napari_fathom.viewer.rulers import Rulers
from napari_fathom.viewer.rulers_strips import DepthStrip, TimeStrip
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.survey_view import SurveyView
from napari_fathom.viewer.view_controls import ViewControls

pytestmark = pytest.mark.window


@pytest.fixture
def view(make_napari_viewer: Any, echogram: Echogram) -> Iterator[SurveyView]:
    view = SurveyView(make_napari_viewer(show=True), echogram)
    view.show()
    look_at(view.viewer, view.frame, (0, ROWS, 0, PINGS // 2))
    yield view
    view.close()


def shown(rulers: Rulers) -> list[bool]:
    return [strip.isVisible() for strip in rulers.strips]


def test_the_axes_say_what_lies_under_the_mouse(view: SurveyView, qtbot: Any) -> None:
    hand = Hand(view.viewer)
    depth = view.rulers.depth_ticks(hand.canvas.height())[1]
    time = view.rulers.time_ticks(hand.canvas.width())[1]
    minute = int(time.text[3:]) * 60  # the survey begins at 1970-01-01 00:00:00, a ping a second
    place = QPoint(round(time.at_px), round(depth.at_px))
    qtbot.mouseMove(hand.canvas, place)
    row_m, ping_m = 1 / view.viewer.scene.camera.zoom, 1 / view.viewer.scene.camera.zoom / view.frame.ping_m

    def there() -> None:
        under_depth, along = view.viewer.cursor.position
        assert under_depth == pytest.approx(float(depth.text), abs=2 * row_m)
        assert view.frame.to_cells((0.0, along))[1] == pytest.approx(minute - 0.5, abs=2 * ping_m)

    qtbot.waitUntil(there)


def test_they_follow_the_camera_and_the_aspect(view: SurveyView) -> None:
    before = view.rulers.time_ticks(800)
    step_along(view.viewer, view.frame, 0.5)
    moved = view.rulers.time_ticks(800)
    assert moved[0].text > before[0].text
    view.set_aspect("fill")
    assert view.rulers.time_ticks(800) != moved
    assert view.rulers.depth_ticks(600)[-1].text == "60"  # 300 rows of 0.2 m from 1 m on


def test_they_lie_over_the_edges_of_the_canvas_and_let_the_mouse_through(
    view: SurveyView, qtbot: Any
) -> None:
    canvas = Hand(view.viewer).canvas
    depth, time = view.rulers.strips
    view.viewer.window.resize(900, 700)
    qtbot.waitUntil(lambda: time.width() == canvas.width())
    assert isinstance(depth, DepthStrip) and isinstance(time, TimeStrip)
    assert depth.geometry().topLeft() == QPoint(0, 0)
    assert time.geometry().bottomRight() == canvas.rect().bottomRight()
    assert canvas.childAt(depth.geometry().center()) is None
    assert canvas.childAt(time.geometry().center()) is None


def test_they_are_drawn_in_the_themes_colours(view: SurveyView) -> None:
    def ground() -> int:
        return int(view.rulers.strips[1].grab().toImage().pixelColor(1, 1).lightness())

    view.viewer.theme = "dark"
    dark = ground()
    view.viewer.theme = "light"
    assert dark < 60 < 200 < ground()


def test_without_an_echogram_to_measure_they_are_gone(view: SurveyView) -> None:
    assert shown(view.rulers) == [True, True]
    view.viewer.dims.ndisplay = 3
    assert shown(view.rulers) == [False, False]
    view.viewer.dims.ndisplay = 2
    assert shown(view.rulers) == [True, True]
    for layer in list(view.viewer.layers):
        layer.locked = False
        view.viewer.layers.remove(layer)
    assert shown(view.rulers) == [False, False]


def test_a_sounder_that_looks_up_has_the_surface_above_too(make_napari_viewer: Any, tmp_path: Path) -> None:
    source = tmp_path / "moored.npz"
    np.savez(
        source,
        sv_db=np.full((1, 100, 50), -70, np.float32),
        frequency_hz=np.array([70e3]),
        range_m=1.0 + np.arange(100),
        ping_time_s=np.arange(50.0),
        transducer_depth_m=np.full(50, 120.0),
    )
    *_, last = convert(source, tmp_path / "moored.sv.zarr", upward=True)
    assert isinstance(last, Done)
    view = SurveyView(make_napari_viewer(show=True), last.result)
    view.show()
    look_at(view.viewer, view.frame, view.frame.survey_box)
    ticks = view.rulers.depth_ticks(800)
    assert [float(tick.text) for tick in ticks] == sorted(float(tick.text) for tick in ticks)
    assert (ticks[0].text, ticks[-1].text) == ("20", "110")  # 1 to 100 m above 120 m
    view.close()


def test_the_user_hides_them_and_that_is_remembered(
    make_napari_viewer: Any, answered: Path, tmp_path: Path, qtbot: Any
) -> None:
    viewer = make_napari_viewer(show=True)
    session = Session.of(viewer)
    controls = ViewControls(viewer)
    qtbot.addWidget(controls)
    assert not controls.axes.isEnabled()
    session.open(copy_of(answered, tmp_path))
    assert session.view is not None
    assert controls.axes.isChecked()
    controls.axes.click()
    assert shown(session.view.rulers) == [False, False]
    again = SurveyView(viewer, session.view.echogram)
    assert not again.rulers.wanted
    again.close()
    controls.close_down()
    session.close()

"""Painting in a real window, by mouse and key."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from tests.viewer.surveys import PINGS, ROWS

from napari_fathom.echogram import Echogram
from napari_fathom.errors import LabelError
from napari_fathom.labels import LabelStore
from napari_fathom.viewer import paint_region, paint_window
from napari_fathom.viewer.navigate import fit_survey, look_at
from napari_fathom.viewer.paint_region import contains
from napari_fathom.viewer.paint_window import PaintWindow
from napari_fathom.viewer.survey_view import SurveyView

pytestmark = pytest.mark.window

HERE, THERE = (600, 900), (2200, 2500)
"""Two places that no window holds at once."""

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Bench:
    """A window with a survey, and hands."""

    def __init__(self, viewer: Any, echogram: Echogram, folder: Path, qtbot: Any) -> None:
        self.viewer, self.qtbot = viewer, qtbot
        self.view = SurveyView(viewer, echogram)
        self.view.show()
        self.view.set_aspect("pixels")
        self.store = LabelStore.create(folder / "labels", (ROWS, PINGS))
        self.paint = PaintWindow(self.view, self.store)
        self.canvas = viewer.window._qt_viewer.canvas.native

    def look(self, left: int, right: int) -> None:
        box = (0, ROWS, left, right)
        look_at(self.viewer, self.view.frame, box)
        self.qtbot.waitUntil(
            lambda: self.paint.box is not None and contains(self.paint.box, box), timeout=10_000
        )

    def drag(self, dx: int = 60, dy: int = 0) -> None:
        x, y = self.canvas.width() // 2, self.canvas.height() // 2
        QTest.mousePress(self.canvas, LEFT, NONE, QPoint(x, y))
        for step in range(1, 7):
            QTest.mouseMove(self.canvas, QPoint(x + dx * step // 6, y + dy * step // 6))
            self.qtbot.wait(5)
        QTest.mouseRelease(self.canvas, LEFT, NONE, QPoint(x + dx, y + dy))

    def stroke(self, value: int, **by: int) -> Any:
        self.paint.layer.mode = "paint"
        self.paint.layer.selected_label = value
        with self.qtbot.waitSignal(self.paint.saved, timeout=10_000) as told:
            self.drag(**by)
        return told.args[0]

    def close(self) -> None:
        self.paint.close()
        self.view.close()
        self.store.close()


@pytest.fixture
def bench(
    make_napari_viewer: Any, echogram: Echogram, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    """A window on a survey that is longer than what may be painted at once."""
    monkeypatch.setattr(paint_region, "MOST_CELLS", ROWS * 800)
    bench = Bench(make_napari_viewer(show=True), echogram, tmp_path, qtbot)
    bench.look(*HERE)
    yield bench
    bench.close()


def test_a_finished_stroke_is_in_the_store_where_it_was_painted(bench: Bench) -> None:
    event = bench.stroke(2)
    top, bottom, left, right = event.box
    assert event.origin == "paint"
    assert HERE[0] < left < right < HERE[1]
    assert bench.store.counts()[2] == event.pixels > 100
    box = bench.paint.box
    assert box is not None
    inside = bench.paint.layer.data[top - box[0] : bottom - box[0], left - box[2] : right - box[2]]
    np.testing.assert_array_equal(inside, bench.store.read(event.box))


def test_undo_and_redo_reach_the_store_too(bench: Bench) -> None:
    event = bench.stroke(2)
    stroke = bench.store.read_strokes(event.box)
    with bench.qtbot.waitSignal(bench.paint.saved):
        bench.paint.layer.undo()
    assert bench.store.counts()[2] == 0
    with bench.qtbot.waitSignal(bench.paint.saved):
        bench.paint.layer.redo()
    np.testing.assert_array_equal(bench.store.read_strokes(event.box), stroke)


def test_the_window_follows_the_view_and_brings_the_strokes_back(bench: Bench) -> None:
    bench.stroke(3)
    bench.look(*THERE)
    assert bench.paint.layer.data.max() == 0
    bench.look(*HERE)
    assert (bench.paint.layer.data == 3).sum() == bench.store.counts()[3]


def test_what_was_painted_elsewhere_can_not_be_undone_into_the_new_place(bench: Bench) -> None:
    bench.stroke(2)
    before = bench.store.counts()
    bench.look(*THERE)
    bench.paint.layer.undo()
    assert bench.paint.wait_saved()
    assert bench.store.counts() == before
    assert bench.paint.layer.data.max() == 0


def test_the_tool_and_the_class_survive_a_move_of_the_window(bench: Bench) -> None:
    bench.stroke(3)
    bench.look(*THERE)
    assert (str(bench.paint.layer.mode), bench.paint.layer.selected_label) == ("paint", 3)


def test_strokes_outside_the_window_are_seen_in_the_overview_and_not_twice_inside(bench: Bench) -> None:
    event = bench.stroke(2)
    overview = bench.paint.overview
    assert overview is not None
    assert not overview.editable
    top, bottom, left, right = event.box
    level = overview.data[0]
    assert level[top:bottom, left:right].max() == 0
    bench.look(*THERE)
    bench.qtbot.waitUntil(lambda: level[top:bottom, left:right].max() == 2)


def test_too_wide_a_view_can_not_be_painted_and_says_so(bench: Bench) -> None:
    with bench.qtbot.waitSignal(bench.paint.hintChanged) as told:
        fit_survey(bench.viewer, bench.view.frame)
    assert "Zoom in" in told.args[0]
    assert not bench.paint.layer.visible
    bench.look(*HERE)
    bench.qtbot.waitUntil(lambda: bench.paint.layer.visible)
    assert bench.paint.hint == ""


def test_a_layer_hidden_by_the_user_stays_hidden(bench: Bench) -> None:
    bench.paint.layer.visible = False
    bench.look(*THERE)
    assert not bench.paint.layer.visible


def test_a_deleted_labels_layer_comes_back_with_all_strokes(bench: Bench) -> None:
    bench.stroke(2)
    bench.paint.layer.locked = False
    with bench.qtbot.waitSignal(bench.paint.layerMade):
        bench.viewer.layers.remove(bench.paint.layer)
    bench.qtbot.waitUntil(lambda: (bench.paint.layer.data == 2).sum() == bench.store.counts()[2] > 0)


def test_a_value_that_is_no_class_is_taken_back_and_explained(bench: Bench) -> None:
    bench.paint.layer.mode, bench.paint.layer.selected_label = "paint", 9
    with bench.qtbot.waitSignal(bench.paint.failed) as told:
        bench.drag()
    assert isinstance(told.args[0], LabelError)
    assert "class 9" in str(told.args[0])
    assert bench.paint.layer.data.max() == 0
    assert bench.paint.wait_saved()
    assert sum(bench.store.counts().values()) == 0


def test_a_stroke_whose_class_goes_meanwhile_is_taken_back_and_holds_up_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, store = threading.Event(), bench.store
    remove = store.set_classes
    monkeypatch.setattr(store, "set_classes", lambda classes: (slow.wait(10), remove(classes)))
    bench.paint.change_classes(store.classes.without(3), lambda _: None)
    box, cells = bench.paint.box, np.ones((2, 2), bool)
    assert box is not None
    there = (box[0], box[0] + 2, box[2], box[2] + 2)
    bench.paint.apply(there, np.full((2, 2), 3, np.uint8), cells, origin="paint")
    with bench.qtbot.waitSignal(bench.paint.failed, timeout=10_000) as told:
        slow.set()
    assert isinstance(told.args[0], LabelError)
    bench.qtbot.waitUntil(lambda: bench.paint.layer.data.max() == 0)
    with bench.qtbot.waitSignal(bench.paint.saved, timeout=10_000):
        bench.paint.apply(there, np.full((2, 2), 2, np.uint8), cells, origin="paint")
    assert store.counts()[2] == 4


def test_what_others_wrote_appears_after_a_reload(bench: Bench) -> None:
    bench.store.write((100, 120, 700, 800), 1, origin="import")
    bench.paint.reload((100, 120, 700, 800))
    bench.qtbot.waitUntil(lambda: (bench.paint.layer.data == 1).sum() == 2000)


def test_strokes_from_before_others_wrote_can_still_be_undone(bench: Bench) -> None:
    bench.stroke(2)
    bench.store.write((100, 120, 700, 800), 1, origin="import")
    bench.paint.reload((100, 120, 700, 800))
    bench.qtbot.waitUntil(lambda: (bench.paint.layer.data == 1).sum() == 2000)
    bench.paint.layer.undo()
    bench.paint.layer.undo()
    assert bench.paint.wait_saved()
    assert sum(bench.store.counts().values()) == 0


def test_more_than_undo_can_keep_is_shown_and_ends_the_history(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paint_window, "MOST_UNDOABLE", 1999)
    bench.stroke(2)
    bench.store.write((100, 120, 700, 800), 1, origin="import")
    counts = bench.store.counts()
    bench.paint.reload((100, 120, 700, 800))
    bench.qtbot.waitUntil(lambda: (bench.paint.layer.data == 1).sum() == 2000)
    bench.paint.layer.undo()
    assert bench.paint.wait_saved()
    assert bench.store.counts() == counts


def test_what_others_wrote_during_a_stroke_appears_after_it(bench: Bench) -> None:
    bench.paint.layer.mode, bench.paint.layer.selected_label = "paint", 2
    x, y = bench.canvas.width() // 2, bench.canvas.height() // 2
    QTest.mousePress(bench.canvas, LEFT, NONE, QPoint(x, y))
    bench.store.write((100, 120, 620, 720), 1, origin="import")
    bench.paint.reload((100, 120, 620, 720))
    assert bench.paint.wait_saved()
    bench.qtbot.wait(1)  # what the thread has read is delivered with the next events
    assert (bench.paint.layer.data == 1).sum() == 0
    QTest.mouseRelease(bench.canvas, LEFT, NONE, QPoint(x, y))
    bench.qtbot.waitUntil(lambda: (bench.paint.layer.data == 1).sum() == 2000)


def test_an_edit_by_a_script_through_napari_is_saved_like_a_stroke(bench: Bench) -> None:
    with bench.qtbot.waitSignal(bench.paint.saved):
        bench.paint.layer.data_setitem((np.array([5, 6]), np.array([5, 5])), 2)
    assert bench.store.counts()[2] == 2


def test_closing_saves_the_last_stroke(bench: Bench) -> None:
    bench.paint.layer.data_setitem((np.array([5, 6]), np.array([5, 5])), 1)
    assert bench.paint.close()
    assert bench.store.counts()[1] == 2

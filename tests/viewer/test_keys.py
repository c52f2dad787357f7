"""Every key that the pages promise, pressed in a real window."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from tests.viewer.hand import Hand
from tests.viewer.studies import copy_of, tiny

from napari_fathom.study import Study
from napari_fathom.viewer.accept_panel import AcceptChoice
from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.navigate import box_in_view, look_at
from napari_fathom.viewer.survey_desk import SurveyDesk

pytestmark = pytest.mark.window

PATIENCE_MS = 60_000
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier


class Desk:
    """A window with an answered study, and a hand."""

    def __init__(self, viewer: Any, study: Study, qtbot: QtBot) -> None:
        self.viewer, self.study, self.qtbot = viewer, study, qtbot
        self.dock = FathomDock(viewer)
        viewer.window.add_dock_widget(self.dock, name="Fathom", area="right")
        self.session = self.dock.session
        self.session.open(study)
        assert isinstance(self.dock.desk, SurveyDesk)
        self.pages = self.dock.desk
        self.hand = Hand(viewer)
        assert self.session.paint is not None and self.session.view is not None
        self.paint, self.view = self.session.paint, self.session.view
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(
            lambda: self.paint.box is not None and not self.session.light.busy, timeout=PATIENCE_MS
        )

    def seen(self) -> tuple[int, int, int, int]:
        return box_in_view(self.viewer, self.view.frame)


@pytest.fixture
def desk(
    make_napari_viewer: Callable[..., Any], answered: Path, tmp_path: Path, qtbot: QtBot
) -> Iterator[Desk]:
    desk = Desk(make_napari_viewer(show=True), copy_of(answered, tmp_path / "copy"), qtbot)
    yield desk
    desk.session.close()


def test_shift_r_trains_and_shows_how_it_goes(desk: Desk) -> None:
    desk.pages.train.form.setValue(tiny(epochs=1))
    desk.qtbot.waitUntil(desk.pages.train.retrain_button.isEnabled, timeout=PATIENCE_MS)
    with desk.qtbot.waitSignal(desk.pages.train.trained, timeout=PATIENCE_MS):
        desk.hand.press(Qt.Key.Key_R, SHIFT)
        assert desk.pages.train.isVisible()


def test_shift_n_goes_to_the_next_most_ambiguous_window(desk: Desk) -> None:
    look_at(desk.viewer, desk.view.frame, (40, 60, 180, 220))
    before = desk.seen()
    with desk.qtbot.waitSignal(desk.pages.answers.tour.told, timeout=PATIENCE_MS):
        desk.hand.press(Qt.Key.Key_N, SHIFT)
    assert desk.seen() != before


def test_shift_a_accepts_the_patch_under_the_mouse(desk: Desk) -> None:
    before = desk.study.labels.counts()
    desk.pages.answers.accept_panel.setValue(AcceptChoice(certainty=0.0))
    desk.hand.point_at(desk.view.frame, (70, 100))
    with desk.qtbot.waitSignal(desk.session.labelsChanged, timeout=PATIENCE_MS):
        desk.hand.press(Qt.Key.Key_A, SHIFT)
    assert sum(desk.study.labels.counts().values()) > sum(before.values())


@pytest.mark.parametrize("where", ["a button of the dock", "another layer"])
def test_the_keys_are_heard_wherever_the_user_has_clicked_last(desk: Desk, where: str) -> None:
    target = desk.hand.canvas
    if where == "another layer":
        desk.viewer.layers.selection.active = desk.viewer.layers["38 kHz"]
    else:
        desk.dock.show_tab(desk.pages.answers)
        target = desk.pages.answers.next_button
        target.setFocus()
    with desk.qtbot.waitSignal(desk.pages.answers.tour.told, timeout=PATIENCE_MS):
        QTest.keyClick(target, Qt.Key.Key_N, SHIFT)


def test_the_classes_keys_choose_what_to_paint_with_and_0_the_eraser(desk: Desk) -> None:
    for item in desk.study.classes:
        desk.hand.press(getattr(Qt.Key, f"Key_{item.key.upper()}"))
        assert desk.pages.paint.classes.selected() == desk.paint.layer.selected_label == item.value
    desk.hand.press(Qt.Key.Key_0)
    assert desk.pages.paint.classes.selected() == desk.paint.layer.selected_label == 0


def test_brackets_change_the_brush(desk: Desk) -> None:
    desk.dock.show_tab(desk.pages.paint)
    desk.hand.click(desk.pages.paint.brush)
    before = desk.paint.layer.brush_size
    desk.hand.press(Qt.Key.Key_BracketRight)
    larger = desk.paint.layer.brush_size
    desk.hand.press(Qt.Key.Key_BracketLeft)
    assert larger > before == desk.paint.layer.brush_size


def test_ctrl_z_and_ctrl_shift_z_undo_and_redo_a_stroke(desk: Desk) -> None:
    desk.dock.show_tab(desk.pages.paint)
    desk.hand.click(desk.pages.paint.brush)
    before = desk.study.labels.counts()
    desk.hand.drag(desk.view.frame, (80, 100), (80, 150))
    desk.qtbot.waitUntil(lambda: desk.study.labels.counts() != before, timeout=PATIENCE_MS)
    painted = desk.study.labels.counts()
    desk.hand.press(Qt.Key.Key_Z, CTRL)
    desk.qtbot.waitUntil(lambda: desk.study.labels.counts() == before, timeout=PATIENCE_MS)
    desk.hand.press(Qt.Key.Key_Z, CTRL | SHIFT)
    desk.qtbot.waitUntil(lambda: desk.study.labels.counts() == painted, timeout=PATIENCE_MS)


def test_the_space_bar_pans_while_it_is_held(desk: Desk) -> None:
    desk.dock.show_tab(desk.pages.paint)
    desk.hand.click(desk.pages.paint.brush)
    before, counts = desk.seen(), desk.study.labels.counts()
    desk.hand.canvas.setFocus()
    QTest.keyPress(desk.hand.canvas, Qt.Key.Key_Space, PLAIN)
    desk.hand.drag(desk.view.frame, (50, 200), (50, 100))
    QTest.keyRelease(desk.hand.canvas, Qt.Key.Key_Space, PLAIN)
    desk.settle()
    assert desk.seen() != before
    assert str(desk.paint.layer.mode) == "paint"
    assert desk.paint.wait_saved() and desk.study.labels.counts() == counts

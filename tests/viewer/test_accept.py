"""Answers become labels: in the paint window undoably, elsewhere through the store, and back again."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from scipy import ndimage
from tests.viewer.studies import PINGS, ROWS, copy_of

from napari_fathom.errors import Cancelled
from napari_fathom.study import Study
from napari_fathom.viewer.accept import Acceptor
from napari_fathom.viewer.accept_panel import AcceptChoice, AcceptPanel
from napari_fathom.viewer.accepting import Request, accept_around_window, box_minus, common
from napari_fathom.viewer.roles import Role, find
from napari_fathom.viewer.session import Session

WHOLE = (0, ROWS, 0, PINGS)


class Desk:
    """A session over a copy of the answered study, with an accept panel."""

    def __init__(self, study: Study, qtbot: QtBot) -> None:
        self.study, self.qtbot = study, qtbot
        self.viewer = ViewerModel()
        self.session = Session(self.viewer)
        self.session.open(study)
        self.panel = AcceptPanel()
        qtbot.addWidget(self.panel)
        self.acceptor = Acceptor(self.session, self.panel)
        assert self.session.paint is not None
        self.paint = self.session.paint
        qtbot.waitUntil(lambda: self.paint.box is not None)

    def accept(self, choice: AcceptChoice) -> None:
        self.panel.setValue(choice)
        self.panel.accept_button.click()
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.session.light.busy)
        assert self.paint.wait_saved()
        self.qtbot.wait(1)  # what the writing thread has told is delivered with the next events

    def labels(self) -> np.ndarray:
        return self.study.labels.read(WHOLE)


@pytest.fixture
def desk(answered: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(copy_of(answered, tmp_path / "copy"), qtbot)
    yield desk
    desk.session.close()


def answer_of(study: Study) -> np.ndarray:
    store = study.prediction()
    assert store is not None
    return store.read("class", WHOLE)


def test_accepted_cells_are_the_answer_and_strokes_stay(desk: Desk) -> None:
    before = desk.labels()
    desk.accept(AcceptChoice(None, "survey", 0.0))
    after = desk.labels()
    np.testing.assert_array_equal(after, np.where(before > 0, before, answer_of(desk.study)))


def test_a_chosen_class_and_certainty_are_kept_to(desk: Desk) -> None:
    before, store = desk.labels(), desk.study.prediction()
    assert store is not None
    desk.accept(AcceptChoice((2,), "survey", 0.6))
    new = (desk.labels() != before) & (before == 0)
    assert set(np.unique(desk.labels()[new])) <= {2}
    certainty = store.certainty(WHOLE, answer_of(desk.study))
    assert new.sum() == ((answer_of(desk.study) == 2) & (certainty >= 0.6) & (before == 0)).sum()


def test_strokes_are_overwritten_only_on_demand(desk: Desk) -> None:
    desk.study.labels.write((0, 4, 0, 4), 3, origin="paint")
    desk.accept(AcceptChoice(None, "survey", 0.0, overwrite=True))
    np.testing.assert_array_equal(desk.labels(), answer_of(desk.study))


def test_undo_last_accept_restores_every_cell(desk: Desk) -> None:
    before = desk.labels()
    desk.accept(AcceptChoice(None, "survey", 0.0))
    desk.qtbot.waitUntil(desk.panel.undo_button.isEnabled)
    desk.panel.undo_button.click()
    desk.settle()
    np.testing.assert_array_equal(desk.labels(), before)
    assert not desk.panel.undo_button.isEnabled()


def test_naparis_own_undo_takes_back_what_the_paint_window_shows(desk: Desk) -> None:
    before = desk.labels()
    desk.accept(AcceptChoice(None, "view", 0.0))
    assert (desk.labels() != before).any()
    layer = find(desk.viewer.layers, Role.LABELS)
    assert layer is not None
    layer.undo()
    desk.qtbot.waitUntil(lambda: bool((desk.labels() == before).all()))


def test_after_undo_last_accept_the_stroke_before_it_can_still_be_undone(desk: Desk) -> None:
    before = desk.labels()
    layer = desk.paint.layer
    layer.data_setitem((np.array([60, 61]), np.array([7, 7])), 3)
    desk.settle()
    desk.accept(AcceptChoice(None, "survey", 0.0))
    desk.qtbot.waitUntil(desk.panel.undo_button.isEnabled)
    desk.panel.undo_button.click()
    desk.settle()
    assert (desk.labels() != before).sum() == 2
    layer.undo()
    desk.settle()
    np.testing.assert_array_equal(desk.labels(), before)


def test_undo_last_accept_keeps_later_strokes_and_their_undo(desk: Desk) -> None:
    before = desk.labels()
    desk.accept(AcceptChoice(None, "survey", 0.0))
    accepted = desk.labels()
    desk.paint.layer.data_setitem((np.array([60, 61]), np.array([7, 7])), 3)
    desk.settle()
    desk.qtbot.waitUntil(desk.panel.undo_button.isEnabled)
    desk.panel.undo_button.click()
    desk.settle()
    painted = desk.labels() != before
    assert painted.sum() == 2 and painted[60:62, 7].all()
    desk.paint.layer.undo()  # the accept comes back,
    desk.paint.layer.undo()  # and the stroke over it goes
    desk.settle()
    np.testing.assert_array_equal(desk.labels(), accepted)


def test_every_accepted_patch_is_a_stroke_of_its_own(desk: Desk) -> None:
    before = desk.labels()
    desk.accept(AcceptChoice(None, "survey", 0.0))
    new = np.where(before == 0, desk.labels(), 0)
    strokes = desk.study.labels.read_strokes(WHOLE)
    for value in np.unique(new[new > 0]):
        patches, count = ndimage.label(new == value, structure=np.ones((3, 3)))
        assert len(np.unique(strokes[patches > 0])) == count


def test_an_accept_that_brought_nothing_leaves_the_former_one_undoable(desk: Desk) -> None:
    before = desk.labels()
    for _ in range(2):
        desk.accept(AcceptChoice(None, "survey", 0.0))
    desk.panel.undo_button.click()
    desk.settle()
    np.testing.assert_array_equal(desk.labels(), before)


def test_a_stopped_accept_takes_back_the_parts_that_were_done(desk: Desk) -> None:
    before, stop = desk.labels(), threading.Event()
    events = accept_around_window(desk.study, Request(WHOLE), (20, 40, 100, 200), stop)
    next(events)
    assert (desk.labels() != before).any()
    stop.set()
    with pytest.raises(Cancelled):
        list(events)
    np.testing.assert_array_equal(desk.labels(), before)


def test_accepting_twice_says_there_is_nothing_new(desk: Desk) -> None:
    desk.accept(AcceptChoice(None, "survey", 0.0))
    desk.accept(AcceptChoice(None, "survey", 0.0))
    assert desk.panel.bar.text().startswith("Nothing new to accept there")


def test_without_a_rectangle_it_says_how_to_draw_one(desk: Desk) -> None:
    desk.accept(AcceptChoice(None, "rectangle", 0.0))
    assert "Draw a rectangle first" in desk.panel.bar.text()


def test_a_rectangle_bounds_what_is_accepted(desk: Desk) -> None:
    before = desk.labels()
    desk.panel.rectangleWanted.emit()
    shapes = find(desk.viewer.layers, Role.REGION)
    assert shapes is not None and shapes.mode == "add_rectangle"
    shapes.add_rectangles(np.array([[40, 100], [40, 149], [59, 149], [59, 100]]))
    desk.accept(AcceptChoice(None, "rectangle", 0.0))
    rows, pings = np.nonzero(desk.labels() != before)
    assert (rows.min(), rows.max(), pings.min(), pings.max()) == (40, 59, 100, 149)


def test_the_patch_under_the_cursor_is_accepted_and_nothing_else(desk: Desk) -> None:
    before, answer = desk.labels(), answer_of(desk.study)
    row, ping = next(zip(*np.nonzero((answer == 2) & (before == 0)), strict=True))
    view = desk.session.view
    assert view is not None
    desk.panel.setValue(AcceptChoice(None, "view", 0.0))
    view.viewer.cursor.position = view.frame.to_world(int(row), int(ping))
    desk.acceptor.accept_patch()
    desk.settle()
    changed = desk.labels() != before
    assert changed[row, ping]
    assert set(np.unique(desk.labels()[changed])) == {2}


def test_a_box_without_a_hole_is_covered_once() -> None:
    box, hole = (0, 10, 0, 20), (3, 7, 5, 20)
    cover = np.zeros((10, 20), int)
    for top, bottom, left, right in box_minus(box, hole):
        cover[top:bottom, left:right] += 1
    cover[3:7, 5:20] += 1
    assert (cover == 1).all()
    assert common(box, (10, 12, 0, 5)) is None

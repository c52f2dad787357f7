"""A collection in a real window: opened, selected and painted by mouse, labelled by keys, taken back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget
from tests.viewer.hand import Hand

from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import CollectionStudy
from napari_fathom.study.filed_labels import FILED
from napari_fathom.viewer.layers import Frame
from napari_fathom.viewer.mosaic.collection_dock import CollectionDock
from napari_fathom.viewer.mosaic.hands import Tool
from napari_fathom.viewer.roles import Role, find

PATIENCE_MS = 90_000
PIXELS = Frame(1, 1, 1.0, 1.0, 0.0)
"""A mosaic's world is its canvas: `Hand` may take points of it as they are."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixty drawn animals in a folder a class, where a study may be made."""
    write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=60))
    return tmp_path / "drawn" / "images"


@pytest.fixture
def open_dock(make_napari_viewer: Callable[..., Any]) -> Iterator[Callable[[], CollectionDock]]:
    docks: list[CollectionDock] = []

    def make() -> CollectionDock:
        viewer = make_napari_viewer(show=True)
        viewer.window.resize(1400, 900)
        dock = CollectionDock(viewer)
        viewer.window.add_dock_widget(dock, name="Collection", area="right")
        docks.append(dock)
        return dock

    yield make
    for dock in docks:
        if dock.study is not None:
            dock.close_study()


def press_close(viewer: Any) -> None:
    """Press the ✕ of the dock."""
    for dock in viewer.window._qt_window.findChildren(QDockWidget):
        if isinstance(dock.widget(), CollectionDock) or dock.findChild(CollectionDock) is not None:
            dock.titleBarWidget().close_button.click()


def shown(dock: CollectionDock, qtbot: QtBot, path: Path) -> Hand:
    dock.open([path])
    qtbot.waitUntil(lambda: dock.view is not None and dock.view.board is not None, timeout=PATIENCE_MS)
    return Hand(dock._viewer)


def middle(dock: CollectionDock, row: int) -> tuple[float, float]:
    """The middle of an object's tile on the canvas."""
    assert dock.view is not None and dock.view.layout is not None
    y, x = dock.view.layout.corners([row])[0]
    half = dock.view.layout.size.side / 2
    return float(y + half), float(x + half)


@pytest.mark.window
def test_tiles_are_selected_painted_and_taken_back(
    open_dock: Callable[[], CollectionDock], folder: Path, qtbot: QtBot
) -> None:
    dock = open_dock()
    hand = shown(dock, qtbot, folder)
    study, view = dock.study, dock.view
    assert study is not None and view is not None and view.layout is not None
    assert find(dock._viewer.layers, Role.MOSAIC) is not None
    assert sum(study.votes.counts().values()) == 60  # the folders' names are votes

    # a click selects a tile
    hand.click_at(PIXELS, middle(dock, 4))
    assert list(view.selected()) == [4]
    assert "1 selected" in dock.labels.said()

    # a number labels what is selected
    before = study.votes.hard().copy()
    other = next(value for value in study.classes.values if value not in before[4:14])
    nth = study.classes.values.index(other) + 1
    hand.press(getattr(Qt.Key, f"Key_{nth}"))
    qtbot.waitUntil(lambda: study.votes.hard()[4] == other, timeout=PATIENCE_MS)

    # a box selects many
    dock.labels.take(Tool.SELECT)
    hand.drag(PIXELS, middle(dock, 0), middle(dock, 6))
    columns = view.layout.columns
    expected = [row for row in range(len(study.collection)) if row // columns == 0 and row % columns <= 6]
    assert list(view.selected()) == expected

    # a drag across tiles paints them all, also the ones a quick hand jumps over
    dock.labels.take(Tool.PAINT)
    dock.labels.classes.setSelected(other)
    hand.drag(PIXELS, middle(dock, 7), middle(dock, 12), steps=2)
    qtbot.waitUntil(lambda: (study.votes.hard()[7:13] == other).all(), timeout=PATIENCE_MS)
    assert study.votes.hard()[13] == before[13]  # not the next one

    # undo takes the last painting back, and nothing else
    qtbot.waitUntil(lambda: "labelled" in dock.labels.said(), timeout=PATIENCE_MS)
    hand.click(dock.labels.undo)
    qtbot.waitUntil(lambda: (study.votes.hard()[7:13] == before[7:13]).all(), timeout=PATIENCE_MS)
    assert study.votes.hard()[4] == other
    qtbot.waitUntil(dock.labels.redo.isEnabled, timeout=PATIENCE_MS)
    hand.click(dock.labels.redo)
    qtbot.waitUntil(lambda: (study.votes.hard()[7:13] == other).all(), timeout=PATIENCE_MS)

    # everything is found again
    place = study.folder
    dock.close_study()
    with CollectionStudy.open(place, "r") as again:
        assert again.votes.hard()[4] == other
        assert (again.votes.hard()[7:13] == other).all()


@pytest.mark.window
def test_groups_have_headings_and_one_object_is_shown_large(
    open_dock: Callable[[], CollectionDock], folder: Path, qtbot: QtBot
) -> None:
    dock = open_dock()
    hand = shown(dock, qtbot, folder)
    study, view = dock.study, dock.view
    assert study is not None and view is not None
    dock.arrange.group_by.setCurrentText("class")
    dock.arrange.sort_by.setCurrentText("size_px")
    dock.arrange.sort_by.activated.emit(dock.arrange.sort_by.currentIndex())
    qtbot.waitUntil(lambda: find(dock._viewer.layers, Role.HEADING) is not None, timeout=PATIENCE_MS)
    board = view.board
    assert board is not None
    assert sorted(board.arrangement.groups) == sorted(set(study.collection.objects["class_name"]))
    sizes = board.objects["size_px"].to_numpy()[board.arrangement.order]
    for start, stop in zip(board.arrangement.starts[:-1], board.arrangement.starts[1:], strict=True):
        assert (np.diff(sizes[start:stop]) >= 0).all()

    row = int(board.arrangement.order[3])
    hand.click_at(PIXELS, middle(dock, row))
    hand.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dock.card.card is not None, timeout=PATIENCE_MS)
    assert dock.card.card is not None and dock.card.card.image is not None
    assert dock.card.card.row == row
    np.testing.assert_array_equal(dock.card.card.image, study.collection.read(row))
    assert dict(dock.card.card.facts)["object_id"] == study.collection.objects["object_id"][row]


@pytest.mark.window
def test_only_what_is_wished_for_is_shown(
    open_dock: Callable[[], CollectionDock], folder: Path, qtbot: QtBot
) -> None:
    dock = open_dock()
    shown(dock, qtbot, folder)
    view, study = dock.view, dock.study
    assert view is not None and study is not None
    study.votes.cast([1, 2, 3], study.classes.values[-1], annotator="ada", status="dubious")
    dock.arrange.show_only.setCurrentText("dubious")
    dock.arrange.show_only.activated.emit(dock.arrange.show_only.currentIndex())
    qtbot.waitUntil(
        lambda: view.board is not None and list(view.board.arrangement.order) == [1, 2, 3],
        timeout=PATIENCE_MS,
    )


@pytest.mark.window
def test_a_closed_dock_leaves_the_collection_open_and_the_next_shows_it(
    open_dock: Callable[[], CollectionDock], folder: Path, qtbot: QtBot
) -> None:
    former = open_dock()
    shown(former, qtbot, folder)
    viewer, study, session = former._viewer, former.study, former._session
    assert study is not None and "M" in map(str, viewer.keymap)
    with qtbot.waitSignal(former.destroyed, timeout=PATIENCE_MS):
        press_close(viewer)
    assert not {"M", "S", "P", "R", "1", "9"} & set(map(str, viewer.keymap))  # napari has its keys again
    assert list(viewer.layers) == []
    assert session.collection is study and study.writable  # what runs or is on its way goes on

    again = CollectionDock(viewer)
    viewer.window.add_dock_widget(again, name="Collection", area="right")
    qtbot.waitUntil(lambda: again.view is not None and again.view.board is not None, timeout=PATIENCE_MS)
    assert again.study is study
    again.open([study.folder])
    assert again.bar.text() == "This collection is open already."
    viewer.close()
    qtbot.waitUntil(lambda: session.collection is None, timeout=PATIENCE_MS)
    with CollectionStudy.open(study.folder) as nobodys:
        assert nobodys.writable


@pytest.mark.window
def test_classes_are_edited_while_the_mosaic_is_shown(
    open_dock: Callable[[], CollectionDock], folder: Path, qtbot: QtBot
) -> None:
    dock = open_dock()
    shown(dock, qtbot, folder)
    study, view = dock.study, dock.view
    assert study is not None and view is not None
    count = len(study.classes)
    many = study.classes.with_all_added([f"kind {number}" for number in range(300)])
    dock.labels.classes.valueChanged.emit(many)
    assert f"{count + 300} classes" in dock.opener.summary.text()
    last = many.values[-1]
    study.votes.cast([3], last, annotator="ada")
    study.votes.cast([3], 0, annotator=FILED)
    view.refresh_labels()
    layer = find(dock._viewer.layers, Role.CLASS)
    assert layer is not None
    assert last > 255 and last in np.asarray(layer.data[0] if layer.multiscale else layer.data)

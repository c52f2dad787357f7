"""A collection in a real window: arranged, one object shown large, its dock closed, its classes edited."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QDockWidget
from tests.viewer.docks import collection_desk, dock_in, show_collection, turn_to
from tests.viewer.hand import Hand
from tests.viewer.mosaics import PIXELS, middle, shown_rows

from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import CollectionStudy
from napari_fathom.study.filed_labels import FILED
from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.mosaic.mosaic_view import MosaicView
from napari_fathom.viewer.roles import Role, find

PATIENCE_MS = 90_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixty drawn animals in a folder a class, where a study may be made."""
    write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=60))
    return tmp_path / "drawn" / "images"


@pytest.fixture
def open_dock(make_napari_viewer: Callable[..., Any]) -> Iterator[Callable[[], FathomDock]]:
    docks: list[FathomDock] = []

    def make() -> FathomDock:
        docks.append(dock_in(make_napari_viewer(show=True)))
        return docks[-1]

    yield make
    for dock in docks:
        dock.session.open(None)


def press_close(viewer: Any) -> None:
    """Press the ✕ of the dock."""
    for dock in viewer.window._qt_window.findChildren(QDockWidget):
        if isinstance(dock.widget(), FathomDock) or dock.findChild(FathomDock) is not None:
            dock.titleBarWidget().close_button.click()


def is_sorted_by(view: MosaicView, column: str) -> bool:
    return view.board is not None and view.board.wish.sort_by == column


@pytest.mark.window
def test_objects_are_grouped_sorted_filtered_and_one_is_shown_large(
    open_dock: Callable[[], FathomDock], folder: Path, qtbot: QtBot
) -> None:
    dock = open_dock()
    desk = show_collection(dock, folder, qtbot)
    hand, study, view = Hand(desk._viewer), desk.study, desk.view
    assert study is not None and view is not None
    desk.mosaic.arrange.group_by.setCurrentText("class")
    desk.mosaic.arrange.sort_by.setCurrentText("size_px")
    desk.mosaic.arrange.sort_by.activated.emit(desk.mosaic.arrange.sort_by.currentIndex())
    qtbot.waitUntil(lambda: is_sorted_by(view, "size_px"), timeout=PATIENCE_MS)
    assert find(desk._viewer.layers, Role.HEADING) is not None
    board = view.board
    assert board is not None
    assert sorted(board.arrangement.groups) == sorted(set(study.collection.objects["class_name"]))
    sizes = board.objects["size_px"].to_numpy()[board.arrangement.order]
    for start, stop in zip(board.arrangement.starts[:-1], board.arrangement.starts[1:], strict=True):
        assert (np.diff(sizes[start:stop]) >= 0).all()

    # only what is wished for is shown
    study.votes.cast([1, 2, 3], study.classes.values[-1], annotator="ada", status="dubious")
    desk.mosaic.arrange.show_only.setCurrentText("dubious")
    desk.mosaic.arrange.show_only.activated.emit(desk.mosaic.arrange.show_only.currentIndex())
    qtbot.waitUntil(lambda: sorted(shown_rows(desk)) == [1, 2, 3], timeout=PATIENCE_MS)

    # one of them large, with what is known of it
    row = shown_rows(desk)[1]
    hand.click_at(PIXELS, middle(desk, row))
    hand.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.card.card is not None, timeout=PATIENCE_MS)
    assert desk.card.card is not None and desk.card.card.image is not None
    assert desk.card.card.row == row
    np.testing.assert_array_equal(desk.card.card.image, study.collection.read(row))
    assert dict(desk.card.card.facts)["object_id"] == study.collection.objects["object_id"][row]

    # a label given meanwhile is seen there, too
    desk.labels.annotator.setText("grace")
    desk.labels.annotator.editingFinished.emit()
    hand.press(Qt.Key.Key_2)
    qtbot.waitUntil(lambda: f"grace: {study.classes[2].name}" in desk.card.said.text(), timeout=PATIENCE_MS)

    # Escape closes it, whether keys go to it or to the mosaic; without a selection Enter says what it wants
    QTest.keyClick(desk.card.facts, Qt.Key.Key_Escape)
    assert not desk.card.isVisible()
    desk.card.show()
    hand.press(Qt.Key.Key_Escape)
    assert not desk.card.isVisible()
    view.select([])
    hand.press(Qt.Key.Key_Return)
    assert "Nothing is selected: click a tile" in desk.labels.said()

    # Enter that ends the writing in a field of the dock is not taken for that key
    desk.labels.say("")
    turn_to(dock, "Label")
    desk.labels.annotator.setFocus()
    QTest.keyClick(desk.labels.annotator, Qt.Key.Key_Return)
    assert desk.labels.said() == ""


@pytest.mark.window
def test_a_closed_dock_leaves_the_collection_open_and_the_next_shows_it(
    open_dock: Callable[[], FathomDock], folder: Path, qtbot: QtBot
) -> None:
    former = open_dock()
    show_collection(former, folder, qtbot)
    viewer, session = former.session.viewer, former.session
    study = session.collection
    assert study is not None and "M" in map(str, viewer.keymap)
    with qtbot.waitSignal(former.destroyed, timeout=PATIENCE_MS):
        press_close(viewer)
    assert not {"M", "S", "P", "R", "1", "9"} & set(map(str, viewer.keymap))  # napari has its keys again
    assert list(viewer.layers) == []
    assert session.collection is study and study.writable  # what runs or is on its way goes on

    again = dock_in(viewer)
    desk = collection_desk(again)
    qtbot.waitUntil(lambda: desk.is_shown, timeout=PATIENCE_MS)
    assert desk.study is study
    again.opener.open([study.folder])
    assert again.opener.bar.text() == f"{study.name} is open already."
    viewer.close()
    qtbot.waitUntil(lambda: session.collection is None, timeout=PATIENCE_MS)
    with CollectionStudy.open(study.folder) as nobodys:
        assert nobodys.writable


@pytest.mark.window
def test_classes_are_edited_while_the_mosaic_is_shown(
    open_dock: Callable[[], FathomDock], folder: Path, qtbot: QtBot
) -> None:
    dock = open_dock()
    desk = show_collection(dock, folder, qtbot)
    study, view = desk.study, desk.view
    assert study is not None and view is not None
    count = len(study.classes)
    many = study.classes.with_all_added([f"kind {number}" for number in range(300)])
    first, last = many.values[0], many.values[-1]
    desk.labels.classes.valueChanged.emit(many.with_key(first, "").with_key(last, "1"))
    summary = desk.mosaic.summary
    qtbot.waitUntil(lambda: f"{count + 300} classes" in summary.text(), timeout=PATIENCE_MS)

    # the key of a class labels, wherever it stands in the list
    study.votes.cast([3], 0, annotator=FILED)
    view.select([3])
    Hand(desk._viewer).press(Qt.Key.Key_1)
    qtbot.waitUntil(lambda: study.votes.hard()[3] == last, timeout=PATIENCE_MS)
    layer = find(desk._viewer.layers, Role.CLASS)
    assert layer is not None
    assert last > 255 and last in np.asarray(layer.data[0] if layer.multiscale else layer.data)

    # one that somebody has given stays, and it is said why
    desk.labels.classes.valueChanged.emit(study.classes.without(last))
    qtbot.waitUntil(lambda: "has 1 votes" in desk.labels.said(), timeout=PATIENCE_MS)
    assert last in study.classes and last in desk.labels.classes.value()

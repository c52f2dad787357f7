"""The dock in a window, and the pages it has for the kind of study that is open."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QFileDialog

from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.mosaic.collection_desk import CollectionDesk
from napari_fathom.viewer.survey_desk import SurveyDesk

__all__ = ["collection_desk", "dock_in", "show_collection", "survey_desk", "turn_to"]

PATIENCE_MS = 90_000


def dock_in(viewer: Any) -> FathomDock:
    """A dock at the side of a window of usual size."""
    viewer.window.resize(1400, 900)
    dock = FathomDock(viewer)
    viewer.window.add_dock_widget(dock, name="Fathom", area="right")
    return dock


def survey_desk(dock: FathomDock) -> SurveyDesk:
    """The pages of the survey that is open."""
    assert isinstance(dock.desk, SurveyDesk)
    return dock.desk


def collection_desk(dock: FathomDock) -> CollectionDesk:
    """The pages of the collection that is open."""
    assert isinstance(dock.desk, CollectionDesk)
    return dock.desk


def show_collection(dock: FathomDock, chosen: Path | Sequence[Path], qtbot: QtBot) -> CollectionDesk:
    """Press Open folder, or Open files for several; choose these, and wait for the mosaic."""
    former = dock.session.collection
    with pytest.MonkeyPatch.context() as dialog:
        if isinstance(chosen, Path):
            dialog.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(chosen))
            dock.opener.folder.click()
        else:
            dialog.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(one) for one in chosen], ""))
            dock.opener.files.click()
    qtbot.waitUntil(lambda: dock.session.collection not in (None, former), timeout=PATIENCE_MS)
    desk = collection_desk(dock)
    qtbot.waitUntil(lambda: desk.is_shown, timeout=PATIENCE_MS)
    return desk


def turn_to(dock: FathomDock, title: str) -> None:
    """Click on the tab of a page."""
    bar = dock.tabs.tabBar()
    assert bar is not None
    at = next(index for index in range(bar.count()) if bar.tabText(index) == title)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(at).center())

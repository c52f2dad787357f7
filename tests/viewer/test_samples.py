"""Sample data, opened as a user does: File ▸ Open Sample ▸ Fathom."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QStandardPaths
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QMenu

from napari_fathom.viewer.roles import Role, find_all
from napari_fathom.viewer.session import Session

pytestmark = pytest.mark.window

PATIENCE_MS = 120_000


@pytest.fixture
def viewer(
    make_napari_viewer: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A window whose samples go to a folder of this test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    if not QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation).startswith(
        str(tmp_path)
    ):
        pytest.skip("this system keeps program data where the environment can't say")
    viewer = make_napari_viewer(show=True)
    yield viewer
    Session.of(viewer).close()


def entry(viewer: Any, title: str) -> QAction:
    """The entry of the menu File ▸ Open Sample ▸ Fathom."""

    def inside(menu: QMenu, name: str) -> QAction:
        menu.aboutToShow.emit()  # napari fills its menus when they are shown
        return next(action for action in menu.actions() if action.text().replace("&", "").startswith(name))

    samples = inside(viewer.window.file_menu, "Open Sample").menu()
    return inside(inside(samples, "Fathom").menu(), title)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("title", "kilohertz"), [("Hake survey", [18, 38, 120]), ("Simulated survey", [18, 38, 120, 200])]
)
def test_a_sample_is_one_click_away(viewer: Any, title: str, kilohertz: list[int], qtbot: QtBot) -> None:
    entry(viewer, title).trigger()
    session = Session.of(viewer)
    qtbot.waitUntil(lambda: session.study is not None, timeout=PATIENCE_MS)
    assert session.study is not None
    assert [hertz / 1000 for hertz in session.study.echogram.frequency_hz] == kilohertz
    assert {layer.name for layer in find_all(viewer.layers, Role.SV)} == {f"{k} kHz" for k in kilohertz}

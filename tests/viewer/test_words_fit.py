"""Every word of the dock can be read at the width it opens with, in both of napari's themes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QComboBox, QPushButton, QScrollArea, QWidget
from superqt import QCollapsible
from tests.viewer.cuts import cut_words
from tests.viewer.studies import copy_of

from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.session import Session
from napari_fathom.viewer.survey_desk import SurveyDesk


def test_a_cut_word_is_found(qtbot: QtBot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    button, box = QPushButton("Next most ambiguous window", root), QComboBox(root)
    box.addItems(["no", "Where the evidence favours it"])
    button.setGeometry(0, 0, 40, 20)
    box.setGeometry(0, 30, 60, 20)
    root.show()
    assert len(cut_words(root)) == 2
    button.resize(400, 20)
    box.resize(400, 20)
    assert cut_words(root) == []


@pytest.mark.window
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_word_of_the_dock_is_cut(
    make_napari_viewer: Callable[..., Any], answered: Path, tmp_path: Path, qtbot: QtBot, theme: str
) -> None:
    viewer = make_napari_viewer(show=True)
    viewer.theme = theme
    viewer.window.resize(1280, 900)
    _, dock = viewer.window.add_plugin_dock_widget("napari-fathom", "Fathom")
    assert isinstance(dock, FathomDock)
    Session.of(viewer).open(copy_of(answered, tmp_path / "copy"))
    desk = dock.desk
    assert isinstance(desk, SurveyDesk)
    desk.export._boxes["nasc"].setChecked(True)
    desk.export.options.choose.setChecked(True)
    for section in desk.train.form.findChildren(QCollapsible):
        section.expand(animate=False)
    cut = []
    for part in (dock.opener, desk.paint, desk.train, desk.answers, desk.export):
        dock.show_tab(part)
        qtbot.wait(50)  # lets Qt lay the tab out
        cut += cut_words(dock.tabs.currentWidget())
        area = dock.tabs.currentWidget()
        assert isinstance(area, QScrollArea)
        assert area.horizontalScrollBar().maximum() == 0, f"{type(part).__name__} is wider than the dock"
    assert cut == []

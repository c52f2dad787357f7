"""Another program's class names, and what they mean in a study."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from tests.viewer.studies import LAYER, PINGS, ROWS, make_study

from napari_fathom.echogram.label_npz import write_label_npz
from napari_fathom.labels import DEFAULT_CLASSES, LARGEST_VOTE, Classes
from napari_fathom.study import Study
from napari_fathom.viewer.class_map import proposed, settled
from napari_fathom.viewer.class_map_dialog import ClassMapDialog
from napari_fathom.viewer.import_panel import ImportPanel
from napari_fathom.viewer.remembered import recall, remember
from napari_fathom.viewer.session import Session

PATIENCE_MS = 60_000
NAMES = {1: "LSSS-27", 2: "krill", 3: "Background"}
ROW = {1: 80, 2: 84, 3: 88}
"""Where in the file each class is, over twenty pings."""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return make_study(tmp_path / "new")


@pytest.fixture
def theirs(study: Study, tmp_path: Path) -> Path:
    """Labels of the survey with three classes, one of which the study knows by name."""
    values = np.zeros((ROWS, PINGS), np.uint8)
    for value, row in ROW.items():
        values[row, 50:70] = value
    list(
        write_label_npz(
            tmp_path / "theirs.npz",
            study.echogram,
            lambda box: values[box[0] : box[1], box[2] : box[3]],
            NAMES,
        )
    )
    return tmp_path / "theirs.npz"


@pytest.fixture
def panel(study: Study, qtbot: QtBot) -> Iterator[ImportPanel]:
    viewer = ViewerModel()
    session = Session(viewer)
    session.open(study)
    panel = ImportPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    session.close()


def ask(panel: ImportPanel, path: Path, qtbot: QtBot) -> ClassMapDialog:
    panel.asking = None
    panel.import_file(path)
    qtbot.waitUntil(lambda: panel.asking is not None, timeout=PATIENCE_MS)
    assert panel.asking is not None
    return panel.asking


def labels_of(study: Study) -> dict[int, set[int]]:
    """The labels that each class of the file has become."""
    return {value: set(study.labels.read((row, row + 1, 50, 70)).flat) for value, row in ROW.items()}


def test_names_are_matched_then_remembered_then_left_out() -> None:
    remembered = {"lsss-27": "Sandeel", "krill": "a class that is gone"}
    assert proposed(["LSSS-27", "krill", "cod", " BACKGROUND "], DEFAULT_CLASSES, remembered) == {
        "LSSS-27": "sandeel",
        "krill": None,
        "cod": None,
        " BACKGROUND ": "background",
    }


def test_a_name_that_is_alike_is_proposed_after_what_was_remembered() -> None:
    taxa = Classes((), LARGEST_VOTE).with_all_added(["Metazoa>krill", "fish egg"])
    names = ["Krill__12", "Fish_Egg"]
    assert proposed(names, taxa, {}) == {"Krill__12": "Metazoa>krill", "Fish_Egg": "fish egg"}
    assert proposed(names, taxa, {"krill__12": "fish egg"})["Krill__12"] == "fish egg"


def test_one_press_makes_every_other_name_a_class(qtbot: QtBot) -> None:
    dialog = ClassMapDialog("f.csv", ["Background", "cod", "krill"], DEFAULT_CLASSES)
    qtbot.addWidget(dialog)
    dialog.setValue({"Background": None, "krill": "sandeel"})
    dialog.all_new.click()
    meant = dialog.value()
    assert meant == {"Background": None, "cod": "cod", "krill": "sandeel"}  # that name has a class
    classes, values = settled(meant, DEFAULT_CLASSES)
    assert classes.names[-1] == "cod"
    assert values == {"cod": 4, "krill": 2}


def test_other_names_are_asked_about_and_become_what_is_chosen(
    panel: ImportPanel, study: Study, theirs: Path, qtbot: QtBot
) -> None:
    dialog = ask(panel, theirs, qtbot)
    assert dialog.value() == {"LSSS-27": None, "krill": None, "Background": "background"}
    dialog.setValue({"LSSS-27": "sandeel", "krill": "krill", "Background": None})
    with qtbot.waitSignal(panel._session.labelsChanged, timeout=PATIENCE_MS):
        dialog.accept()
    krill = study.classes.named("krill").value
    assert labels_of(study) == {1: {LAYER}, 2: {krill}, 3: {0}}


def test_the_answer_is_remembered_for_the_next_file(
    panel: ImportPanel, theirs: Path, study: Study, qtbot: QtBot
) -> None:
    dialog = ask(panel, theirs, qtbot)
    dialog.setValue({"LSSS-27": "other fish", "krill": None, "Background": "background"})
    with qtbot.waitSignal(panel._session.labelsChanged, timeout=PATIENCE_MS):
        dialog.accept()
    assert ask(panel, theirs, qtbot).value() == {
        "LSSS-27": "other fish",
        "krill": None,
        "Background": "background",
    }


def test_a_cancelled_question_imports_nothing(
    panel: ImportPanel, theirs: Path, study: Study, qtbot: QtBot
) -> None:
    before = study.labels.last_event
    dialog = ask(panel, theirs, qtbot)
    dialog.reject()
    assert study.labels.last_event == before and not panel._session.light.busy
    assert recall("class names", {}) == {}


def test_a_strangers_name_is_shown_as_it_is_written(qtbot: QtBot) -> None:
    dialog = ClassMapDialog("f.evr", ["<h1>cod</h1>"], DEFAULT_CLASSES)
    qtbot.addWidget(dialog)
    assert dialog.value() == {"<h1>cod</h1>": "background"}  # the first of the list, until somebody proposes
    dialog.setValue({})
    assert dialog.value() == {"<h1>cod</h1>": None}


def test_what_is_remembered_survives_and_what_was_never_said_is_not_there() -> None:
    assert recall("colour", "red") == "red"
    remember("colour", {"sea": None})
    assert recall("colour", "red") == {"sea": None}

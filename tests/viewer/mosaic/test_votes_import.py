"""Labels made elsewhere are read, their classes asked about, and cast as votes that undo takes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from tests.plankton.sets import drawn, result, write

from napari_fathom.labels import LARGEST_VOTE, Classes
from napari_fathom.study import CollectionStudy
from napari_fathom.study.jobs import collect_job
from napari_fathom.viewer.class_map_dialog import ClassMapDialog
from napari_fathom.viewer.mosaic.votes_import import VotesImportPanel
from napari_fathom.viewer.mosaic.voting import Voting
from napari_fathom.viewer.session import Session

PATIENCE_MS = 60_000
CLASSES = Classes((), LARGEST_VOTE).with_all_added(["Metazoa>krill", "egg"])
KRILL, EGG = CLASSES.values


@pytest.fixture
def study(tmp_path: Path) -> CollectionStudy:
    for number in range(4):
        write(tmp_path / "set" / f"{number}.png", drawn(number))
    made = result(collect_job(tmp_path / "set", tmp_path / "set.fathom", classes=CLASSES))
    assert isinstance(made, CollectionStudy)
    return made


@pytest.fixture
def panel(study: CollectionStudy, qtbot: QtBot) -> Iterator[VotesImportPanel]:
    session = Session(ViewerModel())
    session.open(study)
    panel = VotesImportPanel(session)
    qtbot.addWidget(panel)
    voting = Voting(study, session.hand)
    voting.annotator = "Ada"
    panel.set_study(study, voting)
    panel.classesEdited.connect(study.votes.set_classes)
    panel.show()
    yield panel
    session.close()


def ask(panel: VotesImportPanel, path: Path, qtbot: QtBot) -> ClassMapDialog:
    panel.asking = None
    panel.import_file(path)
    qtbot.waitUntil(lambda: panel.asking is not None, timeout=PATIENCE_MS)
    assert panel.asking is not None
    return panel.asking


def wait_for(panel: VotesImportPanel, words: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: words in panel.bar.text(), timeout=PATIENCE_MS)


def test_other_names_are_asked_about_and_undo_takes_all_back(
    panel: VotesImportPanel, study: CollectionStudy, tmp_path: Path, qtbot: QtBot
) -> None:
    path = write(tmp_path / "t.csv", "id,label,annotator\n0,Krill,\n1,whale,Grace\n2,mud,\n9,egg,\n")
    dialog = ask(panel, path, qtbot)
    assert dialog.value() == {"Krill": "Metazoa>krill", "whale": None, "mud": None, "egg": "egg"}
    dialog.setValue({**dialog.value(), "whale": "whale"})
    dialog.accept()
    wait_for(panel, "2 labels imported from t.csv.", qtbot)
    assert "1 objects of t.csv are not in this collection (9" in panel.bar.text()
    whale = study.classes.named("whale").value
    assert study.votes.hard().tolist() == [KRILL, whale, 0, 0]
    assert set(study.votes.annotators) == {"t.csv", "Grace"}
    voting = panel._voting
    assert voting is not None
    voting.undo()
    qtbot.waitUntil(lambda: not study.votes.hard().any(), timeout=PATIENCE_MS)
    voting.redo()
    qtbot.waitUntil(lambda: study.votes.hard().tolist() == [KRILL, whale, 0, 0], timeout=PATIENCE_MS)


def test_names_that_are_known_are_not_asked_about(
    panel: VotesImportPanel, study: CollectionStudy, tmp_path: Path, qtbot: QtBot
) -> None:
    panel.import_file(write(tmp_path / "t.csv", "id,label\n3,EGG\n"))
    wait_for(panel, "1 labels imported", qtbot)
    assert panel.asking is None
    assert study.votes.hard().tolist() == [0, 0, 0, EGG]


def test_a_list_of_classes_brings_its_new_ones_unless_a_name_is_alike(
    panel: VotesImportPanel, study: CollectionStudy, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ask(panel, write(tmp_path / "classes.txt", "Egg\nKrill\nwhale\n"), qtbot)
    assert dialog.value() == {"Egg": "egg", "Krill": "Metazoa>krill", "whale": "whale"}
    dialog.accept()
    wait_for(panel, "1 classes added.", qtbot)
    assert study.classes.names == ("Metazoa>krill", "egg", "whale")


def test_a_file_without_labels_is_told_and_a_cancelled_question_does_nothing(
    panel: VotesImportPanel, study: CollectionStudy, tmp_path: Path, qtbot: QtBot
) -> None:
    panel.import_file(write(tmp_path / "t.csv", "id,label\n3,\n"))
    wait_for(panel, "t.csv: no label", qtbot)
    ask(panel, write(tmp_path / "u.csv", "id,label\n3,whale\n"), qtbot).reject()
    assert study.votes.last_event == 0


def test_a_study_that_is_read_only_takes_nothing(panel: VotesImportPanel, study: CollectionStudy) -> None:
    panel.set_study(study, None)
    assert not panel.file_button.isEnabled()

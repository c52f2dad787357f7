"""The whole walk of a collection through one window: from images to an EcoTaxa set, by mouse and keys."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from tests.plankton.sets import tables_of
from tests.viewer.docks import dock_in, show_collection, turn_to
from tests.viewer.hand import Hand
from tests.viewer.mosaics import PIXELS, is_answered_by, middle, retrain, shown_rows, step, study_of

from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.plankton.exports import check_ecotaxa
from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.roles import Role, find, find_all

PATIENCE_MS = 120_000
EACH, SORTED = 10, 3
"""Images of a class; how many of them lie in the folder of their class, as the others shall."""
NETWORK = ImageSettings(method="supervised", width=4, features=8, batch=16, steps=3, epochs=2, held_out=0.0)
ENDLESS = NETWORK.model_copy(update={"steps": 1_000_000})
FOREST = ImageSettings(method="forest", trees=20, held_out=0.0, clusters=4)
UNDO = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def phyto(tmp_path: Path) -> Path:
    """Sixty of the photographs that ship: a few of each of six classes in its folder, the others in none."""
    archive = zipfile.ZipFile(str(files("napari_fathom") / "sample_data" / "phyto.zip"))
    folder, found = tmp_path / "phyto", dict[str, int]()
    for name in sorted(archive.namelist()):
        label, _, file = name.rpartition("/")
        if not label or found.setdefault(label, 0) == EACH:
            continue
        found[label] += 1
        path = folder / name if found[label] <= SORTED else folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.read(name))
    archive.close()
    return folder


@pytest.fixture
def dock(make_napari_viewer: Callable[..., Any]) -> Iterator[FathomDock]:
    made = dock_in(make_napari_viewer(show=True))
    yield made
    made.session.close()


@pytest.mark.window
def test_from_images_to_an_ecotaxa_set_and_back(
    dock: FathomDock, phyto: Path, shipped_data: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    viewer, hand = dock.session.viewer, Hand(dock.session.viewer)
    assert viewer is not None

    # a bin of an IFCB is opened: those of its seven targets that have an image are in the mosaic
    shutil.copytree(shipped_data / "plankton" / "ifcb", tmp_path / "ifcb")
    desk = show_collection(dock, sorted((tmp_path / "ifcb").iterdir()), qtbot)
    assert len(shown_rows(desk)) == 6
    turn_to(dock, "Train")
    assert not desk.train.can_train

    # a folder of classes takes its place: of the bin nothing is left in the window
    turn_to(dock, "Study")
    study = study_of(show_collection(dock, phyto, qtbot))
    names = study.collection.objects["object_id"]
    truth = np.array([study.classes.named(name.split("_")[1]).value for name in names])
    assert [layer.name for layer in find_all(viewer.layers, Role.MOSAIC)] == ["phyto"]
    assert study.votes.counts() == dict.fromkeys(study.classes.values, SORTED)

    # a drag across tiles paints them with a class, also the ones a quick hand jumps over
    turn_to(dock, "Label")
    unlabelled = [row for row in shown_rows(desk) if not study.votes.hard()[row]]
    line = [row for row in unlabelled if middle(desk, row)[0] == middle(desk, unlabelled[0])[0]]
    painted, boxed, value = line[:3], line[-3:], int(truth[line[-1]])
    hand.press(Qt.Key.Key_P)
    desk.labels.classes.setSelected(int(truth[painted[0]]))
    hand.drag(PIXELS, middle(desk, painted[0]), middle(desk, painted[-1]), steps=2)
    qtbot.waitUntil(lambda: (study.votes.hard()[painted] == truth[painted]).all(), timeout=PATIENCE_MS)
    assert sum(study.votes.counts().values()) == 6 * SORTED + 3  # and no other

    # a click selects a tile, a box many; a number labels them
    hand.press(Qt.Key.Key_S)
    hand.click_at(PIXELS, middle(desk, boxed[0]))
    assert desk.view is not None and list(desk.view.selected()) == boxed[:1]
    hand.drag(PIXELS, middle(desk, boxed[0]), middle(desk, boxed[-1]))
    assert list(desk.view.selected()) == boxed and "3 selected" in desk.labels.said()
    hand.press(Qt.Key(Qt.Key.Key_1 + study.classes.values.index(value)))
    qtbot.waitUntil(lambda: (study.votes.hard()[boxed] == value).all(), timeout=PATIENCE_MS)

    # undo takes the last of these back and nothing else; redo gives it again
    given = study.votes.hard().copy()
    qtbot.waitUntil(lambda: "labelled" in desk.labels.said(), timeout=PATIENCE_MS)
    hand.click(desk.labels.undo)
    qtbot.waitUntil(lambda: not study.votes.hard()[boxed].any(), timeout=PATIENCE_MS)
    assert (study.votes.hard()[painted] == truth[painted]).all()
    qtbot.waitUntil(desk.labels.redo.isEnabled, timeout=PATIENCE_MS)
    hand.click(desk.labels.redo)
    qtbot.waitUntil(lambda: (study.votes.hard() == given).all(), timeout=PATIENCE_MS)

    # without an answer Review says what to do
    turn_to(dock, "Review")
    qtbot.waitUntil(lambda: "Train first" in desk.review.said(), timeout=PATIENCE_MS)

    # Retrain brings a model into force, and its answer by itself
    former = retrain(dock, hand, NETWORK, qtbot)
    assert study.current_model == former and former.method == "supervised"

    # Retrain, then Stop: within seconds the training has ended, and the former model stays
    desk.train.form.setValue(ENDLESS)
    hand.click(desk.train.retrain_button)
    qtbot.waitUntil(lambda: bool(desk.train.curves.value().losses), timeout=PATIENCE_MS)
    with qtbot.waitSignal(desk.train.bar.ended, timeout=5000):
        hand.click(desk.train.bar.stop_button)
    assert study.current_model == former
    assert "the former model stays" in desk.train.bar.text()

    # Retrain again: class, cluster and ambiguity lie over the mosaic
    model = retrain(dock, hand, FOREST, qtbot)
    assert study.current_model == model and (model.number, model.method) == (former.number + 1, "forest")
    for role in (Role.CLASS, Role.CLUSTER, Role.AMBIGUITY):
        layer = find(viewer.layers, role)
        assert layer is not None and layer.locked

    # Review shows the cluster with most to do; nothing is accepted that isn't in view
    turn_to(dock, "Review")
    review, walk = desk.review, desk.review.walk
    assert walk is not None
    qtbot.waitUntil(lambda: bool(walk.clusters) and not walk.busy, timeout=PATIENCE_MS)
    assert review.said() == "" and not review.accepting.all.isEnabled()
    number = step(desk, hand, Qt.Key.Key_N, qtbot)
    answers, members, decisions = study.answers(), walk.members, review.decisions
    assert answers is not None and members is not None and decisions is not None
    sizes = np.bincount(answers.cluster[given == 0])
    assert sizes[number] == sizes.max()
    assert set(shown_rows(desk)) == set(np.flatnonzero(answers.cluster == number))
    assert shown_rows(desk)[: len(members.open)] == members.open.tolist()  # then those of people
    assert review.accepting.proposed.currentData() == members.proposed > 0

    # accepted up to here, by keys: one page matches, a later one doesn't
    page = 4
    review.accepting.page_size.setValue(page)
    assert len(members.open) > page
    hand.press(Qt.Key.Key_F)
    assert shown_rows(desk) == members.open[:page].tolist()
    hand.press(Qt.Key.Key_F)
    assert decisions.search is not None and decisions.search.search.page > 0
    with qtbot.waitSignal(walk.shown, timeout=PATIENCE_MS):
        while decisions.search is not None and not decisions.search.search.found:
            hand.press(Qt.Key.Key_X)
    accepted = given.copy()
    accepted[members.open[:page]] = members.proposed
    qtbot.waitUntil(lambda: (study.votes.hard() == accepted).all(), timeout=PATIENCE_MS)
    assert study.votes.journal()[-1].note == f"review of cluster {number}"

    # one undo takes all of it back, one redo brings it again
    for key, votes in ((Qt.Key.Key_U, given), (Qt.Key.Key_Y, accepted)):
        qtbot.waitUntil(lambda: not walk.busy, timeout=PATIENCE_MS)
        hand.press(key, UNDO)
        qtbot.waitUntil(lambda votes=votes: (study.votes.hard() == votes).all(), timeout=PATIENCE_MS)
        if key == Qt.Key.Key_U:  # they stand among the open members again, no longer below
            top = members.open.tolist()
            qtbot.waitUntil(lambda top=top: shown_rows(desk)[: len(top)] == top, timeout=PATIENCE_MS)

    # an EcoTaxa set is written; EcoTaxa's rules are kept, and our reader gives the labels back
    turn_to(dock, "Export")
    with qtbot.waitSignal(desk.export.exported, timeout=PATIENCE_MS) as exported:
        hand.click(desk.export.export_button)
    ((written,),) = exported.args
    assert check_ecotaxa(written) == ()
    back = tables_of(written).objects.set_index("object_id").loc[names]
    sure = accepted > 0
    assert (back["status"] == "validated").tolist() == sure.tolist()
    assert back["class_name"][sure].tolist() == [study.classes[value].name for value in accepted[sure]]

    # opened again, votes, classes, model and answer are there
    place, classes = study.folder, study.classes
    turn_to(dock, "Study")
    dock.session.open(None)
    again = study_of(show_collection(dock, place, qtbot))
    assert again is not study and again.classes == classes
    assert (again.votes.hard() == accepted).all()
    assert again.current_model == model and is_answered_by(desk, model.number)

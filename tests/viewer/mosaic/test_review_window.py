"""A model's clusters in a real window: ordered, accepted, edited and taken back by keys."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from tests.viewer.docks import collection_desk, dock_in, show_collection, turn_to
from tests.viewer.hand import Hand
from tests.viewer.mosaics import retrain, shown_rows, step, study_of

from napari_fathom.events import Done
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study.cluster_order import FirstClusters, walk_order
from napari_fathom.study.cluster_review import ClusterReview, FirstMembers
from napari_fathom.study.filed_labels import FILED
from napari_fathom.study.jobs.collect import collect_job
from napari_fathom.viewer.main_dock import FathomDock

PATIENCE_MS = 60_000
LABELLED = 3
"""Objects a class that keep the label of their folder."""
FOREST = ImageSettings(method="forest", trees=20, held_out=0.0, clusters=4)
UNDO = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A study of sixty drawn animals, three a class labelled."""
    drawn = write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=60))
    *_, done = collect_job(drawn, tmp_path / "drawn.fathom")
    assert isinstance(done, Done)
    with done.result as study:
        truth = study.votes.hard()
        kept = np.concatenate([np.flatnonzero(truth == value)[:LABELLED] for value in study.classes.values])
        study.votes.cast(np.setdiff1d(np.arange(60), kept), 0, annotator=FILED)
        return Path(study.folder)


@pytest.fixture
def dock(make_napari_viewer: Callable[..., Any], folder: Path, qtbot: QtBot) -> Iterator[FathomDock]:
    made = dock_in(make_napari_viewer(show=True))
    show_collection(made, folder, qtbot)
    yield made
    made.session.open(None)


@pytest.mark.window
def test_clusters_are_ordered_accepted_split_merged_named_and_sent_back_by_keys_alone(
    dock: FathomDock, folder: Path, qtbot: QtBot
) -> None:
    desk = collection_desk(dock)
    hand, study, review = Hand(dock.session.viewer), study_of(desk), desk.review
    retrain(dock, hand, FOREST, qtbot)
    turn_to(dock, "Review")
    walk = review.walk
    assert walk is not None
    qtbot.waitUntil(lambda: bool(walk.clusters) and not walk.busy, timeout=PATIENCE_MS)
    answers = study.answers()
    assert answers is not None

    # the most ambiguous cluster first, its members from the edge
    QTest.keyClick(review.first_clusters, Qt.Key.Key_Down)
    QTest.keyClick(review.first_members, Qt.Key.Key_Down)
    qtbot.waitUntil(
        lambda: walk.clusters == walk_order(list(walk.clusters), FirstClusters.AMBIGUOUS),
        timeout=PATIENCE_MS,
    )
    number = step(desk, hand, Qt.Key.Key_N, qtbot)
    assert number == walk.clusters[0].number
    whole = shown_rows(desk)
    reviewed = ClusterReview(study).members(number, FirstMembers.EDGE)
    assert whole == [*reviewed.open, *reviewed.labelled]

    # the next is another one, and back is this one
    assert step(desk, hand, Qt.Key.Key_N, qtbot) != number
    assert step(desk, hand, Qt.Key.Key_B, qtbot) == number

    # accepted: all of it, but for what people have said; and taken back
    before = study.votes.hard().copy()
    after = before.copy()
    after[reviewed.open] = reviewed.proposed
    hand.press(Qt.Key.Key_A)
    qtbot.waitUntil(lambda: (study.votes.hard() == after).all(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not walk.busy and review.undo.isEnabled(), timeout=PATIENCE_MS)
    hand.press(Qt.Key.Key_U, UNDO)
    qtbot.waitUntil(lambda: (study.votes.hard() == before).all(), timeout=PATIENCE_MS)

    # split, taken back, done again, taken back; each is shown
    assert step(desk, hand, Qt.Key.Key_D, qtbot) == number
    assert review.said().startswith(f"Cluster {number} is split into 2.")
    part = shown_rows(desk)
    assert set(part) < set(whole)
    for key, rows in ((Qt.Key.Key_U, whole), (Qt.Key.Key_Y, part), (Qt.Key.Key_U, whole)):
        assert desk.view is not None and desk.view.board is not None
        with qtbot.waitSignal(walk.shown, timeout=PATIENCE_MS):
            hand.press(key, UNDO)
        qtbot.waitUntil(lambda: not walk.busy, timeout=PATIENCE_MS)
        assert shown_rows(desk) == rows

    # merged: the layer of clusters and the table say so at once
    other = int(review.edits.into.currentData())
    assert step(desk, hand, Qt.Key.Key_J, qtbot) == other
    both = set(whole) | set(np.flatnonzero(answers.cluster == other))
    assert set(shown_rows(desk)) == both
    board = desk.view.board
    assert board.answered is not None
    assert set(np.flatnonzero(board.answered.cluster == other)) == both
    assert set(np.flatnonzero(board.objects["cluster"] == other)) == both

    # a new class is there for all of the window, and chosen; the keys are the mosaic's again
    hand.press(Qt.Key.Key_W)
    window = dock.window()
    assert window is not None and window.focusWidget() is review.edits.new_name
    QTest.keyClicks(review.edits.new_name, "jelly")
    QTest.keyClick(review.edits.new_name, Qt.Key.Key_Return)
    assert review.accepting.proposed.currentText() == "jelly"
    qtbot.waitUntil(lambda: "jelly" in study.classes.names, timeout=PATIENCE_MS)
    assert desk.labels.classes.value() == study.classes
    assert window.focusWidget() is not review.edits.new_name

    # sent back: the next is shown, this one comes last
    assert step(desk, hand, Qt.Key.Key_L, qtbot) != other
    assert [one.number for one in walk.clusters if one.open][-1] == other

    # all of it is found again
    dock.session.open(None)
    assert show_collection(dock, folder, qtbot) is desk
    again = desk.review.walk
    assert again is not None
    qtbot.waitUntil(lambda: bool(again.clusters) and not again.busy, timeout=PATIENCE_MS)
    assert number not in [one.number for one in again.clusters]
    assert [one.number for one in again.clusters if one.sent_back] == [other]
    assert desk.view is not None and desk.view.board is not None
    assert set(np.flatnonzero(desk.view.board.objects["cluster"] == other)) == both

"""What a mosaic shows and where, a model for it, and the walk through its clusters by keys."""

import numpy as np
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from tests.viewer.docks import collection_desk, turn_to
from tests.viewer.hand import Hand

from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.study import CollectionStudy, ModelRecord
from napari_fathom.viewer.layers import Frame
from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.mosaic.collection_desk import CollectionDesk

__all__ = ["PIXELS", "is_answered_by", "middle", "retrain", "shown_rows", "step", "study_of"]

PATIENCE_MS = 90_000
PIXELS = Frame(1, 1, 1.0, 1.0, 0.0)
"""A mosaic's world is its canvas: `Hand` may take points of it as they are."""


def study_of(desk: CollectionDesk) -> CollectionStudy:
    """The collection that is open."""
    assert desk.study is not None
    return desk.study


def middle(desk: CollectionDesk, row: int) -> tuple[float, float]:
    """The middle of an object's tile on the canvas."""
    assert desk.view is not None and desk.view.layout is not None
    y, x = desk.view.layout.corners([row])[0]
    half = desk.view.layout.size.side / 2
    return float(y + half), float(x + half)


def shown_rows(desk: CollectionDesk) -> list[int]:
    """Rows of the objects in the mosaic, in their order."""
    assert desk.view is not None and desk.view.board is not None
    return [int(row) for row in desk.view.board.arrangement.order]


def is_answered_by(desk: CollectionDesk, model: int) -> bool:
    """Whether the mosaic shows what a model says, as nobody has edited it."""
    answers = None if desk.study is None else desk.study.answers()
    shown = None if desk.view is None or desk.view.board is None else desk.view.board.answered
    if answers is None or shown is None:
        return False
    return answers.record.model == model and np.array_equal(shown.cluster, answers.cluster)


def retrain(dock: FathomDock, hand: Hand, settings: ImageSettings, qtbot: QtBot) -> ModelRecord:
    """Train to the end under Train, and see the answer in the mosaic."""
    desk = collection_desk(dock)
    turn_to(dock, "Train")
    desk.train.form.setValue(settings)
    qtbot.waitUntil(desk.train.retrain_button.isEnabled, timeout=PATIENCE_MS)
    with qtbot.waitSignal(desk.train.trained, timeout=PATIENCE_MS) as trained:
        hand.click(desk.train.retrain_button)
    model: ModelRecord = trained.args[0]
    qtbot.waitUntil(lambda: is_answered_by(desk, model.number), timeout=PATIENCE_MS)
    return model


def step(desk: CollectionDesk, hand: Hand, key: Qt.Key, qtbot: QtBot) -> int:
    """Press a key that shows another cluster; returns its number."""
    walk = desk.review.walk
    assert walk is not None
    with qtbot.waitSignal(walk.shown, timeout=PATIENCE_MS):
        hand.press(key)
    qtbot.waitUntil(lambda: not walk.busy, timeout=PATIENCE_MS)
    assert walk.members is not None
    return walk.members.cluster

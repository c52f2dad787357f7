"""Classes edited in the panel reach the store, the layer's colours and its keys."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from napari.layers import Labels
from numpy import full, ones, zeros

from napari_fathom.echogram import Echogram
from napari_fathom.labels import DEFAULT_CLASSES
from napari_fathom.study import Study
from napari_fathom.viewer.paint_keys import bind_class_keys
from napari_fathom.viewer.paint_panel import PaintPanel
from napari_fathom.viewer.session import Session

PATIENCE_MS = 60_000


def pressed(layer: Labels, key: str) -> bool:
    """Whether the layer itself answers to a key."""
    return any(str(binding).upper() == key for binding in layer.keymap)


def test_a_classs_key_is_let_go_when_it_changes() -> None:
    layer, chosen = Labels(zeros((4, 4), "uint8")), []
    bind_class_keys(layer, None, DEFAULT_CLASSES, chosen.append)
    assert pressed(layer, "2")
    rekeyed = DEFAULT_CLASSES.with_key(2, "s")
    bind_class_keys(layer, DEFAULT_CLASSES, rekeyed, chosen.append)
    assert pressed(layer, "S")
    assert not pressed(layer, "2")


@pytest.fixture
def session(make_napari_viewer: Any, echogram: Echogram, tmp_path: Path) -> Iterator[Session]:
    session = Session.of(make_napari_viewer(show=True))
    with Study.create(tmp_path / "survey.fathom", echogram.path) as study:
        session.open(study)
        yield session
        session.close()


@pytest.mark.window
def test_an_edited_class_is_stored_shown_and_keyed(session: Session, qtbot: Any) -> None:
    panel = PaintPanel(session.viewer)
    qtbot.addWidget(panel)
    with qtbot.waitSignal(session.classesChanged):
        panel.classes.addClass()
    assert session.study is not None
    assert session.study.classes == panel.classes.value()
    added = panel.classes.value()[4]
    assert session.paint is not None
    colour = session.paint.layer.colormap.map(4)
    assert "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3]) == added.colour
    assert pressed(session.paint.layer, added.key)


@pytest.mark.window
def test_a_new_class_can_be_painted_with_before_it_is_stored_and_one_in_use_stays(
    session: Session, qtbot: Any
) -> None:
    panel = PaintPanel(session.viewer)
    qtbot.addWidget(panel)
    study, paint = session.study, session.paint
    assert study is not None and paint is not None
    qtbot.waitUntil(lambda: paint.box is not None and not paint.hint, timeout=PATIENCE_MS)
    assert paint.box is not None
    top, left = paint.box[0], paint.box[2]
    panel.classes.addClass()
    there = (top, top + 2, left, left + 2)
    with qtbot.waitSignal(paint.saved, timeout=PATIENCE_MS):  # and nothing is taken back
        paint.apply(there, full((2, 2), 4, "uint8"), ones((2, 2), bool), origin="paint")
    assert study.labels.counts()[4] == 4

    former = study.classes
    panel.classes.setValue(former.without(4))  # as somebody may who clicks before the count has come
    panel.classes.valueChanged.emit(panel.classes.value())
    qtbot.waitUntil(lambda: "has 4 painted pixels" in panel.hint.text(), timeout=PATIENCE_MS)
    assert study.classes == panel.classes.value() == former


@pytest.mark.window
def test_a_label_chosen_in_naparis_own_controls_is_chosen_in_the_panel_too(
    session: Session, qtbot: Any
) -> None:
    panel = PaintPanel(session.viewer)
    qtbot.addWidget(panel)
    assert session.paint is not None
    session.paint.layer.selected_label = 3
    assert panel.classes.selected() == 3


@pytest.mark.window
def test_without_a_survey_the_panel_says_what_to_do(make_napari_viewer: Any, qtbot: Any) -> None:
    panel = PaintPanel(make_napari_viewer())
    qtbot.addWidget(panel)
    assert not panel.brush.isEnabled()
    assert "Open a survey first" in panel.hint.text()

"""The preview while painting: a stroke by the mouse tints what resembles it; gone when switched off."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from tests.viewer.hand import Hand
from tests.viewer.studies import LAYER, WATER, copy_of

from napari_fathom.echogram import Echogram
from napari_fathom.errors import TrainingError
from napari_fathom.events import Done
from napari_fathom.learning.scaling import Scaling
from napari_fathom.study import Study
from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.navigate import look_at
from napari_fathom.viewer.preview_layer import PreviewLayer
from napari_fathom.viewer.previewing import Previewed, Previewer, rest_value, scaling_of
from napari_fathom.viewer.roles import Role, find
from napari_fathom.viewer.survey_desk import SurveyDesk
from napari_fathom.viewer.survey_view import SurveyView

PATIENCE_MS = 60_000
VIEW = (0, 96, 10, 200)


def previewed(previewer: Previewer, box: tuple[int, int, int, int]) -> Previewed:
    *_, last = previewer.look(box, threading.Event())
    assert isinstance(last, Done)
    return last.result


@pytest.fixture
def study(answered: Path, tmp_path: Path) -> Iterator[Study]:
    with copy_of(answered, tmp_path / "copy") as study:
        yield study


def test_it_answers_in_the_values_of_the_study(study: Study) -> None:
    answer = previewed(Previewer(study), VIEW)
    assert (answer.box, answer.factors) == (VIEW, (1, 1))
    sv_db = study.echogram.read(VIEW)[0]
    loud = sv_db > -65
    assert (answer.values[loud] == LAYER).mean() > 0.9
    assert (answer.values[np.isfinite(sv_db) & (sv_db < -75)] == WATER).mean() > 0.9
    assert (answer.values[np.isnan(sv_db)] == 0).all()


def test_a_wide_view_is_previewed_on_a_coarser_level(
    echogram: Echogram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("napari_fathom.viewer.previewing.MOST_CELLS", 300 * 300)
    with Study.create(tmp_path / "long.fathom", echogram.path) as study:
        for left in (20, 160, 300):
            middle = int(150 + 37 * np.sin((left + 10) / 200))
            study.labels.write((middle - 4, middle + 4, left, left + 20), LAYER, origin="paint")
            study.labels.write((50, 58, left, left + 20), WATER, origin="paint")
        assert rest_value(study) == WATER
        previewer = Previewer(study)
        answer = previewed(previewer, (0, 300, 1, 401))
        assert answer.factors == (1, 2)
        assert answer.box == (0, 300, 0, 201)
        assert answer.values.shape == (300, 201)
        assert set(np.unique(answer.values)) == {0, WATER, LAYER}
        fine = previewed(previewer, (0, 300, 0, 200))
        assert fine.factors == (1, 1)
        assert (answer.values[:, :100] == fine.values[:, ::2]).mean() > 0.9


def test_it_follows_what_the_unpainted_is_taken_for(study: Study) -> None:
    study.labels.write((0, 96, 0, 400), 0, origin="erase")
    study.labels.write((46, 54, 40, 60), LAYER, origin="paint")
    previewer = Previewer(study)
    with pytest.raises(TrainingError, match="two classes"):
        previewed(previewer, VIEW)  # its last training assumed nothing of the unpainted
    study.update(training={"rest_class": study.classes[WATER].name})
    assert set(np.unique(previewed(previewer, VIEW).values)) <= {0, WATER, LAYER}


def test_below_the_floor_of_the_last_training_all_is_alike(study: Study) -> None:
    previewer = Previewer(study)
    assert len(np.unique(previewed(previewer, VIEW).values)) > 1
    study.update(training={"floor_db": -1.0})  # above all there is
    assert scaling_of(study) == Scaling(floor_db=-1.0)
    answer = previewed(previewer, VIEW).values
    assert len(np.unique(answer[answer > 0])) == 1


def test_without_strokes_it_says_what_is_missing(study: Study) -> None:
    study.labels.write((0, 96, 0, 400), 0, origin="erase")
    with pytest.raises(TrainingError, match="two classes"):
        list(Previewer(study).look(VIEW, threading.Event()))


def test_a_class_that_nearly_everything_is_of_has_no_colour(
    make_napari_viewer: Callable[..., Any], study: Study
) -> None:
    assert rest_value(study) is None  # its last training assumed nothing of the unpainted
    view = SurveyView(make_napari_viewer(), study.echogram)
    layer = PreviewLayer(view)
    layer.show(previewed(Previewer(study), VIEW), study.classes, WATER)
    assert layer.layer is not None
    assert [layer.layer.colormap.map(value)[3] for value in (0, WATER, LAYER)] == [0, 0, 1]
    layer.recolour(study.classes, None)
    assert layer.layer.colormap.map(WATER)[3] == 1
    layer.remove()
    assert layer.layer is None
    view.close()


class Desk:
    """A window with strokes, the page to paint on, and a hand."""

    def __init__(self, viewer: Any, study: Study, qtbot: QtBot) -> None:
        self.viewer, self.study, self.qtbot = viewer, study, qtbot
        self.dock = FathomDock(viewer)
        viewer.window.add_dock_widget(self.dock, name="Fathom", area="right")
        self.session = self.dock.session
        self.session.open(study)
        assert isinstance(self.dock.desk, SurveyDesk)
        assert self.session.view is not None and self.session.paint is not None
        self.panel, self.view, self.paint = self.dock.desk.paint, self.session.view, self.session.paint
        self.view.set_aspect("pixels")
        look_at(viewer, self.view.frame, VIEW)
        qtbot.waitUntil(lambda: self.paint.box is not None, timeout=PATIENCE_MS)
        self.hand = Hand(viewer)

    @property
    def layer(self) -> Any:
        return find(self.viewer.layers, Role.PREVIEW, survey=self.view.survey)

    def wait_shown(self) -> None:
        self.qtbot.waitUntil(lambda: self.layer is not None and self.layer.data.size > 1, timeout=PATIENCE_MS)

    def value_at(self, row: int, ping: int) -> int:
        depth, along = self.view.frame.to_world(row, ping)
        return int(self.layer.get_value((depth, along), world=True) or 0)


@pytest.fixture
def desk(make_napari_viewer: Callable[..., Any], study: Study, qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(make_napari_viewer(show=True), study, qtbot)
    yield desk
    desk.session.close()


@pytest.mark.window
def test_a_stroke_by_hand_is_previewed_and_the_key_takes_it_away(desk: Desk) -> None:
    desk.panel.preview.click()
    desk.wait_shown()
    assert desk.viewer.layers.selection.active is not desk.layer
    assert not desk.layer.editable
    strokes = find(desk.viewer.layers, Role.LABELS, survey=desk.view.survey)
    assert desk.viewer.layers.index(desk.layer) < desk.viewer.layers.index(strokes)
    middle = int(48 + 12 * np.sin(110 / 200))
    assert desk.value_at(middle, 110) == LAYER
    desk.hand.click(desk.panel.brush)
    desk.paint.layer.selected_label = 3
    for row in (20, 75):  # calls water, which has strokes of its own, by another class too
        desk.hand.drag(desk.view.frame, (row, 40), (row, 180))
    desk.qtbot.waitUntil(lambda: (desk.layer.data == 3).mean() > 0.05, timeout=PATIENCE_MS)
    desk.hand.press(Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    assert desk.layer is None
    assert not desk.panel.preview.isChecked()


@pytest.mark.window
def test_the_class_layer_hides_behind_the_preview_and_comes_back(desk: Desk) -> None:
    shown = find(desk.viewer.layers, Role.CLASS, survey=desk.view.survey)
    assert shown is not None and shown.visible
    for _ in range(2):
        desk.panel.preview.click()
        desk.wait_shown()
        assert not shown.visible
        desk.panel.preview.click()
        assert desk.layer is None and shown.visible

    # what the user hides or shows by its eye stays so
    desk.panel.preview.click()
    desk.wait_shown()
    shown.visible = True
    desk.study.labels.write((0, 44, 0, 400), 3, origin="import")
    desk.session.labelsChanged.emit()
    desk.qtbot.waitUntil(lambda: (desk.layer.data == 3).mean() > 0.05, timeout=PATIENCE_MS)
    assert shown.visible
    desk.panel.preview.click()
    shown.visible = False
    desk.panel.preview.click()
    desk.wait_shown()
    desk.panel.preview.click()
    assert not shown.visible


@pytest.mark.window
def test_it_follows_the_view_the_aspect_and_the_classes_and_goes_with_the_study(desk: Desk) -> None:
    desk.panel.preview.click()
    desk.wait_shown()
    look_at(desk.viewer, desk.view.frame, (0, 96, 200, 390))
    desk.qtbot.waitUntil(lambda: desk.layer.translate[1] > 100 * desk.view.frame.ping_m, timeout=PATIENCE_MS)
    middle = int(48 + 12 * np.sin(310 / 200))
    assert desk.value_at(middle, 310) == LAYER
    desk.view.set_ping_m(3.0)
    assert desk.value_at(middle, 310) == LAYER
    desk.session.set_classes(desk.study.classes.with_recoloured(LAYER, "#ff0000"))
    desk.qtbot.waitUntil(lambda: desk.layer.colormap.map(LAYER).tolist() == [1, 0, 0, 1], timeout=PATIENCE_MS)
    desk.study.labels.write((0, 44, 0, 400), 3, origin="import")  # told by the session, as no stroke is
    desk.session.labelsChanged.emit()
    desk.qtbot.waitUntil(lambda: (desk.layer.data == 3).mean() > 0.05, timeout=PATIENCE_MS)
    look_at(desk.viewer, desk.view.frame, (0, 96, 10**6, 10**6 + 200))
    desk.qtbot.waitUntil(lambda: desk.layer is None, timeout=PATIENCE_MS)
    assert "Zoom in" in desk.panel.preview_hint.text()
    desk.session.open(None)
    assert desk.layer is None
    assert not desk.panel.preview.isEnabled()

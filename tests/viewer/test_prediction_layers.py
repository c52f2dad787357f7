"""Class, cluster and ambiguity as layers."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from tests.viewer.studies import PINGS, ROWS, copy_of

from napari_fathom.study import Study
from napari_fathom.viewer.prediction_layers import PredictionLayers, PredictionSource
from napari_fathom.viewer.roles import Role, find, role_of
from napari_fathom.viewer.survey_view import SurveyView

KINDS = ("class", "cluster", "ambiguity")


@pytest.fixture
def study(answered: Path, tmp_path: Path) -> Iterator[Study]:
    with copy_of(answered, tmp_path / "copy") as study:
        yield study


@pytest.fixture
def layers(study: Study, qtbot: QtBot) -> Iterator[PredictionLayers]:
    view = SurveyView(ViewerModel(), study.echogram)
    view.show()
    shown = PredictionLayers(view)
    prediction = study.prediction()
    assert prediction is not None
    shown.show(prediction, study.classes)
    yield shown
    view.close()


def viewer_of(layers: PredictionLayers) -> ViewerModel:
    return layers._view.viewer


def test_all_three_lie_in_the_surveys_frame_and_are_locked(layers: PredictionLayers) -> None:
    sv = find(viewer_of(layers).layers, Role.SV)
    assert sv is not None
    for kind in KINDS:
        layer = layers.layer(kind)
        assert layer is not None
        assert layer.locked and not (kind != "ambiguity" and layer.editable)
        np.testing.assert_array_equal(layer.scale, sv.scale)
        np.testing.assert_array_equal(layer.translate, sv.translate)
        assert layer.axis_labels == sv.axis_labels and layer.units == sv.units


def test_classes_have_the_labels_colours_and_ambiguity_goes_from_0_to_1(
    layers: PredictionLayers, study: Study
) -> None:
    shown, ambiguity = layers.layer("class"), layers.layer("ambiguity")
    assert shown is not None and ambiguity is not None
    for item in study.classes:
        red, green, blue = (int(item.colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
        np.testing.assert_allclose(shown.get_color(item.value)[:3], (red, green, blue), atol=0.01)
    assert tuple(ambiguity.contrast_limits) == (0, 1)


def test_what_is_shown_is_what_is_stored(study: Study) -> None:
    store = study.prediction()
    assert store is not None
    whole = (0, ROWS, 0, PINGS)
    for kind in KINDS:
        source = PredictionSource(store, kind)
        assert source.shapes[0] == (ROWS, PINGS)
        np.testing.assert_array_equal(source.read(0, whole), store.read(kind, whole))


def test_a_layer_the_user_deleted_comes_back(layers: PredictionLayers, study: Study) -> None:
    viewer, gone = viewer_of(layers), layers.layer("cluster")
    assert gone is not None
    gone.locked = False
    viewer.layers.remove(gone)
    prediction = study.prediction()
    assert prediction is not None
    layers.show(prediction, study.classes)
    assert layers.layer("cluster") is not None
    assert sum(role_of(layer) is Role.CLASS for layer in viewer.layers) == 1


def test_what_the_user_set_on_a_layer_stays_when_a_new_answer_comes(
    layers: PredictionLayers, study: Study
) -> None:
    layer = layers.layer("ambiguity")
    assert layer is not None
    layer.visible, layer.opacity, layer.name = True, 0.3, "doubt"
    prediction = study.prediction()
    assert prediction is not None
    prediction.record = prediction.record.model_copy(update={"generation": 7})
    layers.show(prediction, study.classes)
    after = layers.layer("ambiguity")
    assert after is not None and after is not layer
    assert (after.visible, after.opacity, after.name) == (True, 0.3, "doubt")


def test_without_an_answer_there_are_no_layers(layers: PredictionLayers) -> None:
    layers.hide()
    assert all(layers.layer(kind) is None for kind in KINDS)

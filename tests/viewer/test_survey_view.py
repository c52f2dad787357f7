from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from napari_fathom.echogram import Echogram
from napari_fathom.viewer.roles import Role, find, find_all
from napari_fathom.viewer.survey_view import SurveyView

pytestmark = pytest.mark.window


@pytest.fixture
def view(make_napari_viewer: Any, echogram: Echogram) -> Iterator[SurveyView]:
    view = SurveyView(make_napari_viewer(show=True), echogram)
    view.show()
    yield view
    view.close()


def test_every_frequency_has_a_layer_with_the_same_place_and_the_main_one_is_seen(view: SurveyView) -> None:
    layers = list(find_all(view.viewer.layers, Role.SV, survey=view.survey))
    assert sorted(layer.name for layer in layers) == ["120 kHz", "200 kHz", "38 kHz"]
    assert [layer.name for layer in layers if layer.visible] == ["38 kHz"]
    for attribute in ("scale", "translate", "units", "axis_labels"):
        assert len({str(getattr(layer, attribute)) for layer in layers}) == 1
    assert view.viewer.dims.axis_labels == ("depth", "along-track")


def test_the_exact_echoes_appear_once_their_tiles_have_come(view: SurveyView, qtbot: Any) -> None:
    layer = find(view.viewer.layers, Role.SV, frequency_hz=38e3)
    row, ping = 150, 40
    exact = view.echogram.read((row, row + 1, ping, ping + 1))[0, 0, 0]

    def shown() -> None:
        value = layer.get_value(view.frame.to_world(row, ping), world=True)
        value = value[1] if isinstance(value, tuple) else value
        assert layer.data_level == 0
        assert value == pytest.approx(exact)

    from napari_fathom.viewer.navigate import look_at

    look_at(view.viewer, view.frame, (100, 200, 0, 100))
    qtbot.waitUntil(shown, timeout=10_000)


def test_one_threshold_rules_all_frequencies(view: SurveyView, qtbot: Any) -> None:
    with qtbot.waitSignal(view.limitsChanged):
        view.set_limits((-82.0, -40.0))
    assert {tuple(layer.contrast_limits) for layer in find_all(view.viewer.layers, Role.SV)} == {
        (-82.0, -40.0)
    }


def test_the_composite_follows_the_threshold_once_it_rests(view: SurveyView, qtbot: Any) -> None:
    composite = view.show_composite((0, 1, 2))

    def shown() -> np.ndarray:
        return np.asarray(composite.data[0][140:150, 0:50])

    before = shown()
    view.set_limits((-100.0, -90.0))
    qtbot.waitUntil(lambda: shown().mean() > before.mean() + 50, timeout=10_000)


def test_a_new_aspect_moves_all_layers_together_and_napari_still_reads_a_coarse_level(
    view: SurveyView, qtbot: Any
) -> None:
    view.show_composite((0, 1, 2))
    view.ensure_sv(0).visible = True
    view.set_aspect("fill")
    assert len({tuple(layer.scale) for layer in view.viewer.layers}) == 1
    layer = find(view.viewer.layers, Role.SV, frequency_hz=38e3)
    qtbot.waitUntil(lambda: layer.data_level > 0, timeout=10_000)


def test_the_composite_lies_over_the_frequencies_and_there_is_only_one(view: SurveyView) -> None:
    view.show_composite((0, 1, 2))
    second = view.show_composite((2, 1, 0))
    assert list(find_all(view.viewer.layers, Role.COMPOSITE)) == [second]
    assert second.rgb
    assert not any(layer.visible for layer in find_all(view.viewer.layers, Role.SV))
    assert view.viewer.layers.index(second) == 3


def test_a_deleted_frequency_comes_back(view: SurveyView) -> None:
    layer = find(view.viewer.layers, Role.SV, frequency_hz=120e3)
    layer.locked = False
    view.viewer.layers.remove(layer)
    view.show()
    assert find(view.viewer.layers, Role.SV, frequency_hz=120e3) is not None


def test_a_survey_store_that_vanishes_is_told_not_swallowed(view: SurveyView, qtbot: Any) -> None:
    source = view.lazy._entries[0].pyramid.source
    source.read = lambda level, box: (_ for _ in ()).throw(OSError("the drive is gone"))  # type: ignore[method-assign]
    layer = view.lazy._entries[0].layer()
    view.lazy._entries[0].pyramid.cache.forget(lambda key: True)
    layer.visible = True
    with qtbot.waitSignal(view.failed, timeout=10_000):
        np.asarray(layer.data[0][0:5, 0:5])

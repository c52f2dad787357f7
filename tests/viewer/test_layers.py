from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from napari.components import LayerList, ViewerModel
from napari.layers import Image, Labels

from napari_fathom.labels.classes import DEFAULT_CLASSES
from napari_fathom.viewer.layers import Frame, apply_frame, ensure_layer, lock
from napari_fathom.viewer.paint_layers import make_window, put_window
from napari_fathom.viewer.roles import Role, find, tag


@dataclass
class Placed:
    shape: tuple[int, int, int]
    depth_m: np.ndarray

    @property
    def range_step_m(self) -> float:
        return float(abs(np.diff(self.depth_m).mean()))


FRAME = Frame.of(Placed((2, 100, 5000), 6.0 + 0.2 * np.arange(100)), ping_m=1.5)


def test_depth_runs_down_in_metres_from_the_transducer() -> None:
    assert FRAME.scale == pytest.approx((0.2, 1.5))
    assert FRAME.to_world(0, 0) == pytest.approx((6.0, 0.0))
    assert FRAME.to_world(99, 10) == pytest.approx((6.0 + 99 * 0.2, 15.0))


def test_without_a_ping_length_cells_are_square() -> None:
    assert Frame.of(Placed((1, 4, 4), np.arange(4) * 0.5)).scale == (0.5, 0.5)


def test_a_sounder_that_looks_up_has_its_last_row_at_the_surface() -> None:
    frame = Frame.of(Placed((1, 201, 10), 200.0 - np.arange(201)))
    assert frame.to_world(0, 0)[0] == 200.0
    assert frame.to_world(200, 0)[0] == 0.0
    assert frame.box_between((150.0, 0.0), (160.0, 5.0)) == (40, 51, 0, 6)


@given(st.integers(0, 99), st.integers(0, 4999), st.floats(-0.49, 0.49), st.floats(-0.49, 0.49))
def test_every_point_inside_a_cell_finds_that_cell(row: int, ping: int, down: float, along: float) -> None:
    assert FRAME.cell(FRAME.to_world(row + down, ping + along)) == (row, ping)


def test_there_is_no_cell_outside_the_survey() -> None:
    assert FRAME.cell(FRAME.to_world(-0.6, 5)) is None
    assert FRAME.cell(FRAME.to_world(5, 4999.6)) is None


def test_a_view_beyond_the_survey_is_cut_to_it() -> None:
    assert FRAME.box_between((-1e6, -1e6), (1e6, 1e6)) == FRAME.survey_box
    top, bottom, left, right = FRAME.box_between((-50.0, -90.0), (-40.0, -80.0))
    assert top == bottom
    assert left == right


def test_every_layer_of_a_survey_has_the_same_scale_units_and_axis_labels() -> None:
    whole = Image(np.zeros((100, 5000), np.float32), **FRAME.placement())
    window = Labels(np.zeros((50, 40), np.uint8), **FRAME.placement((20, 70, 300, 340)))
    assert tuple(whole.scale) == tuple(window.scale)
    assert whole.units == window.units
    assert whole.axis_labels == window.axis_labels
    assert window.data_to_world((0, 0)) == pytest.approx(whole.data_to_world((20, 300)))


def test_a_new_aspect_moves_a_window_with_the_survey() -> None:
    window = Labels(np.zeros((50, 40), np.uint8), **FRAME.placement((20, 70, 300, 340)))
    square = FRAME.with_ping_m(0.2)
    apply_frame(window, square, (20, 70, 300, 340))
    assert window.data_to_world((0, 0)) == pytest.approx(square.to_world(20, 300))


def test_a_deleted_layer_is_made_again_and_a_present_one_is_kept() -> None:
    viewer = ViewerModel()

    def make() -> Labels:
        return Labels(np.zeros((100, 5000), np.uint8), metadata=tag(Role.CLASS, "s1"), **FRAME.placement())

    first = ensure_layer(viewer, Role.CLASS, "s1", make)
    assert ensure_layer(viewer, Role.CLASS, "s1", make) is first
    viewer.layers.remove(first)
    again = ensure_layer(viewer, Role.CLASS, "s1", make)
    assert again is not first
    assert find(viewer.layers, Role.CLASS) is again


def test_a_layer_made_for_another_survey_is_refused() -> None:
    def make() -> Image:
        return Image(np.zeros((2, 2)), metadata=tag(Role.SV, "s2"))

    with pytest.raises(ValueError, match="s1"):
        ensure_layer(ViewerModel(), Role.SV, "s1", make)


def test_a_locked_layer_is_not_deleted_by_accident() -> None:
    viewer = ViewerModel()
    layer = lock(viewer.add_image(np.zeros((2, 2))))
    viewer.layers.remove_selected()
    assert layer in viewer.layers


def test_stamps_of_a_brush_stay_between_the_labels_layer_and_the_canvas() -> None:
    frame = Frame(rows=40, pings=60, row_m=1.0, ping_m=1.0, depth_m=0.0)
    window = make_window("s", frame, DEFAULT_CLASSES)
    put_window(window, frame, (0, 40, 0, 60), np.zeros((40, 60), np.uint8))
    layers = LayerList([window])
    everyone: list[str] = []
    drawn: list[str] = []
    layers.events.connect(lambda event: everyone.append(event.type))
    window.events.labels_update.connect(lambda event: drawn.append(event.type))
    window.paint((20, 30), 1)
    window.refresh()
    window.scale_factor = 0.5  # a step of a zoom
    assert not {"labels_update", "set_data", "scale_factor"} & set(everyone)
    assert drawn == ["labels_update"]


def test_a_window_that_moves_without_growing_keeps_its_shader_and_forgets_its_history() -> None:
    frame = Frame(rows=40, pings=600, row_m=1.0, ping_m=2.0, depth_m=0.0)
    window = make_window("s", frame, DEFAULT_CLASSES)
    put_window(window, frame, (0, 40, 0, 60), np.zeros((40, 60), np.uint8))
    window.paint((20, 30), 1)
    replaced: list[str] = []
    window.events.data.connect(lambda event: replaced.append(event.type))  # napari compiles a shader for each
    there = np.full((40, 60), 2, np.uint8)
    put_window(window, frame, (0, 40, 100, 160), there)
    window.undo()
    assert replaced == []
    assert np.array_equal(window.data, there)
    assert tuple(window.translate) == (0.0, 200.0)
    put_window(window, frame, (0, 40, 100, 170), np.zeros((40, 70), np.uint8))
    assert replaced == ["data"]

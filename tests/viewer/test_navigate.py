import pytest
from napari.components import ViewerModel

from napari_fathom.viewer.layers import Frame
from napari_fathom.viewer.navigate import box_in_view, fit_survey, look_at, ping_m_for, step_along

FRAME = Frame(rows=500, pings=100_000, row_m=0.2, ping_m=0.2, depth_m=5.0)


@pytest.fixture
def viewer() -> ViewerModel:
    viewer = ViewerModel()
    viewer.canvas.size = (600, 900)
    return viewer


def test_the_view_shows_all_of_what_it_was_told_to_look_at(viewer: ViewerModel) -> None:
    box = (100, 300, 40_000, 40_700)
    look_at(viewer, FRAME, box)
    top, bottom, left, right = box_in_view(viewer, FRAME)
    assert top <= 100
    assert bottom >= 300
    assert left <= 40_000
    assert right >= 40_700
    assert right - left < 900  # no larger than the box needs


def test_the_whole_survey_is_seen_after_fitting_it(viewer: ViewerModel) -> None:
    fit_survey(viewer, FRAME)
    assert box_in_view(viewer, FRAME) == FRAME.survey_box


def test_stepping_along_moves_by_screens_and_stops_at_the_end(viewer: ViewerModel) -> None:
    look_at(viewer, FRAME, (0, 500, 1000, 1700))
    _, _, left, right = box_in_view(viewer, FRAME)
    step_along(viewer, FRAME, 1.0)
    assert box_in_view(viewer, FRAME)[2] == pytest.approx(right, abs=2)
    step_along(viewer, FRAME, -1.0)
    assert box_in_view(viewer, FRAME)[2] == pytest.approx(left, abs=2)
    step_along(viewer, FRAME, 1e6)
    assert box_in_view(viewer, FRAME)[3] == FRAME.pings


def test_square_cells_metres_sailed_or_the_whole_canvas() -> None:
    assert ping_m_for("pixels", FRAME, 3.5, (600, 900)) == 0.2
    assert ping_m_for("metric", FRAME, 3.5, (600, 900)) == 3.5
    assert ping_m_for("metric", FRAME, None, (600, 900)) == 0.2
    ping_m = ping_m_for("fill", FRAME, None, (600, 900))
    assert (FRAME.pings * ping_m) / (FRAME.rows * FRAME.row_m) == pytest.approx(900 / 600)

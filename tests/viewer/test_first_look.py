"""A survey is looked at again while its window settles, and never once a hand has moved the camera."""

import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QObject

from napari_fathom.echogram import Echogram
from napari_fathom.viewer._compat import camera_of, canvas_shape
from napari_fathom.viewer.first_look import FirstLook
from napari_fathom.viewer.navigate import box_in_view
from napari_fathom.viewer.survey_view import SurveyView


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


def resize(viewer: ViewerModel, height: int, width: int) -> None:
    viewer.canvas.size = (height, width)
    assert canvas_shape(viewer) == (height, width)


def test_a_canvas_that_grows_is_filled_again(viewer: ViewerModel, echogram: Echogram, qtbot: QtBot) -> None:
    resize(viewer, 300, 200)
    view = SurveyView(viewer, echogram)
    view.show()
    before = view.frame.ping_m
    resize(viewer, 300, 800)
    qtbot.waitUntil(lambda: view.frame.ping_m == pytest.approx(4 * before))
    assert box_in_view(viewer, view.frame) == view.frame.survey_box
    view.close()


def test_a_hand_on_the_camera_ends_it(viewer: ViewerModel, qtbot: QtBot) -> None:
    parent, looks = QObject(), []
    look = FirstLook(viewer, lambda: looks.append(canvas_shape(viewer)), parent)
    camera_of(viewer).zoom *= 2
    qtbot.waitUntil(lambda: not look.looking)
    resize(viewer, 100, 100)
    assert len(looks) == 1

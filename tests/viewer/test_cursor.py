from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from tests.viewer.surveys import make_echogram

from napari_fathom.echogram import Echogram
from napari_fathom.viewer.cursor import CursorReadout, describe
from napari_fathom.viewer.layers import Frame
from napari_fathom.viewer.tiles import TileLoader


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Echogram:
    return make_echogram(tmp_path_factory.mktemp("cursor"), 40, 60)


def test_a_cell_in_words(small: Echogram) -> None:
    reading = describe(small, 5, 7, np.array([-61.25, np.nan, -80.0], np.float32))
    assert reading.time == "1970-01-01 00:00:07.000 UTC"
    assert (reading.depth, reading.range_) == ("2.00 m", "2.00 m")
    assert reading.sv == ("-61.2 dB", "–", "-80.0 dB")


def test_a_ping_that_does_not_know_its_transducers_depth_takes_its_neighbours(small: Echogram) -> None:
    depth = np.full(60, np.nan)
    depth[[5, 9]] = 4.0, 6.0
    gaps = replace(small, transducer_depth_m=depth)
    assert [describe(gaps, 5, ping, None).depth for ping in (0, 5, 7, 59)] == [
        "6.00 m",
        "6.00 m",
        "7.00 m",
        "8.00 m",
    ]


def test_until_the_cell_is_read_its_echoes_are_dots(small: Echogram) -> None:
    assert describe(small, 5, 7, None).sv == ("…", "…", "…")


def test_the_readout_follows_the_mouse_and_fetches_the_echoes_behind_the_screen(
    small: Echogram, qtbot: Any
) -> None:
    viewer, loader, frame = ViewerModel(), TileLoader(), Frame.of(small)
    readout = CursorReadout(viewer)
    qtbot.addWidget(readout)
    readout.setSurvey(small, frame, loader)
    viewer.cursor.position = frame.to_world(20, 30)
    for callback in viewer.mouse_move_callbacks:
        callback(viewer, None)
    qtbot.waitUntil(lambda: readout.value() is not None and "…" not in readout.value().sv)
    expected = small.read((20, 21, 30, 31))[:, 0, 0]
    assert readout.value() == describe(small, 20, 30, expected)
    assert readout._labels["Sv 120 kHz"].text() == f"{expected[1]:.1f} dB"
    loader.close()


def test_outside_the_survey_there_is_nothing_to_say(small: Echogram, qtbot: Any) -> None:
    viewer, frame = ViewerModel(), Frame.of(small)
    readout = CursorReadout(viewer)
    qtbot.addWidget(readout)
    readout.setSurvey(small, frame, None)
    viewer.cursor.position = frame.to_world(-5, 30)
    readout._look()
    assert readout.value() is None


def test_it_lets_go_of_the_mouse_when_asked(qtbot: Any, tmp_path: Path) -> None:
    viewer = ViewerModel()
    readout = CursorReadout(viewer)
    qtbot.addWidget(readout)
    readout.close_down()
    assert list(viewer.mouse_move_callbacks) == []

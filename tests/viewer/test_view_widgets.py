"""Threshold, aspect and composite: each alone, as a hand meets it."""

from pathlib import Path
from typing import Any

import numpy as np
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDialogButtonBox

from napari_fathom.viewer.aspect_bar import AspectBar
from napari_fathom.viewer.composite import CompositeChooser, default_three
from napari_fathom.viewer.plain_dialog import PlainDialog
from napari_fathom.viewer.threshold import ThresholdControl


def test_the_threshold_tells_both_ends(qtbot: Any) -> None:
    control = ThresholdControl()
    qtbot.addWidget(control)
    with qtbot.waitSignal(control.valueChanged, check_params_cb=lambda value: value == (-82.0, -34.0)):
        control._low.setValue(-82)
    assert control.value() == (-82.0, -34.0)


def test_the_thresholds_ends_stay_in_order_and_in_range(qtbot: Any) -> None:
    control = ThresholdControl()
    qtbot.addWidget(control)
    control.setValue((-20.0, -60.0))
    assert control.value() == (-20.0, -19.0)
    control.setValue((-999.0, 999.0))
    assert control.value() == (-120.0, 0.0)


def test_the_same_threshold_again_tells_nobody(qtbot: Any) -> None:
    control = ThresholdControl()
    qtbot.addWidget(control)
    with qtbot.assertNotEmitted(control.valueChanged):
        control.setValue(control.value())


def test_an_aspect_button_asks_and_the_number_answers(qtbot: Any) -> None:
    bar = AspectBar()
    qtbot.addWidget(bar)
    with qtbot.waitSignal(bar.aspectChosen, check_params_cb=lambda aspect: aspect == "metric"):
        qtbot.mouseClick(bar.buttons["metric"], Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(bar.valueChanged):
        bar.setValue(3.25)
    assert bar.value() == 3.25


def test_the_composite_starts_with_lowest_middle_and_highest(qtbot: Any) -> None:
    chooser = CompositeChooser()
    qtbot.addWidget(chooser)
    chooser.setFrequencies([18e3, 38e3, 70e3, 120e3, 200e3])
    assert chooser.value() == (0, 2, 4)
    with qtbot.waitSignal(chooser.showRequested, check_params_cb=lambda value: value == (1, 2, 4)):
        chooser.setValue((1, 2, 4))
        qtbot.mouseClick(chooser._button, Qt.MouseButton.LeftButton)


def test_fewer_than_three_frequencies_are_shown_twice() -> None:
    assert default_three(1) == (0, 0, 0)
    assert default_three(2) == (0, 0, 1)


def test_one_frequency_has_no_composite(qtbot: Any) -> None:
    chooser = CompositeChooser()
    qtbot.addWidget(chooser)
    chooser.setFrequencies([38e3])
    assert not chooser.isEnabled()


def test_a_bare_array_is_described_in_a_dialog(qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "sv.npy"
    np.save(path, np.zeros((2, 30, 50), np.float32))
    dialog = PlainDialog(path)
    qtbot.addWidget(dialog)
    confirm = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not confirm.isEnabled()
    qtbot.keyClicks(dialog.frequencies, "38, 120")
    assert confirm.isEnabled()
    options = dialog.value()
    assert options.axes == ("frequency", "range", "ping")
    assert options.frequencies_hz == (38e3, 120e3)
    dialog.order.setCurrentIndex(2)  # range, ping, frequency: 50 frequencies, says the array
    assert not confirm.isEnabled()
    assert "50 frequencies" in dialog.message.text()

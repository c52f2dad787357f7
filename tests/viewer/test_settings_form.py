"""The form under Advanced shows any pydantic model and lets only valid values out."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QSpinBox

from napari_fathom.learning.methods.shelf import shelf
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.viewer.advanced import SettingsForm
from napari_fathom.viewer.settings_groups import SETTINGS_GROUPS
from napari_fathom.viewer.training_catalogue import for_images, for_surveys
from napari_fathom.viewer.training_form import TrainingForm


class Sample(BaseModel):
    model_config = ConfigDict(frozen=True)
    method: str = "kept elsewhere"
    learning_rate: float = Field(3e-5, gt=0, description="Adam's step size.")
    epochs: int = Field(10, ge=1, le=1000)
    flip: bool = True
    precision: Literal["float32", "bf16"] = "float32"
    tile: int | None = None
    betas: tuple[float, float] = (0.9, 0.999)


@pytest.fixture
def form(qtbot: QtBot) -> SettingsForm[Sample]:
    form = SettingsForm(Sample(), skip=frozenset({"method"}))
    qtbot.addWidget(form)
    return form


def test_every_kind_of_field_can_be_edited(form: SettingsForm[Sample]) -> None:
    form.editor("epochs").findChild(QSpinBox).setValue(20)
    form.editor("flip").findChild(QCheckBox).setChecked(False)
    form.editor("precision").findChild(QComboBox).setCurrentText("bf16")
    for name, text in (("learning_rate", "1e-3"), ("tile", "512"), ("betas", "[0.5, 0.9]")):
        line = form.editor(name).findChild(QLineEdit)
        line.setText(text)
        line.editingFinished.emit()
    assert form.value() == Sample(
        learning_rate=1e-3, epochs=20, flip=False, precision="bf16", tile=512, betas=(0.5, 0.9)
    )


def test_bounds_are_the_editors_and_descriptions_the_tooltips(form: SettingsForm[Sample]) -> None:
    spin = form.editor("epochs").findChild(QSpinBox)
    assert (spin.minimum(), spin.maximum()) == (1, 1000)
    assert form.editor("learning_rate").toolTip() == "Adam's step size."


def test_an_invalid_value_is_told_and_the_former_stays(form: SettingsForm[Sample], qtbot: QtBot) -> None:
    line = form.editor("learning_rate").findChild(QLineEdit)
    line.setText("-1")
    with qtbot.assertNotEmitted(form.valueChanged):
        line.editingFinished.emit()
    assert form.value().learning_rate == 3e-5
    form.show()
    assert "learning rate" in form.complaint()
    assert "greater than 0" in form.complaint()


def test_what_is_set_is_what_is_shown(form: SettingsForm[Sample]) -> None:
    wanted = Sample(method="other", learning_rate=0.25, epochs=3, tile=64)
    form.setValue(wanted)
    assert form.value() == wanted
    assert form.editor("learning_rate").value() == 0.25


def test_an_empty_line_means_automatic(form: SettingsForm[Sample]) -> None:
    form.setValue(Sample(tile=64))
    line = form.editor("tile").findChild(QLineEdit)
    line.setText("")
    line.editingFinished.emit()
    assert form.value().tile is None


def test_every_training_setting_has_its_section() -> None:
    grouped = [name for names in SETTINGS_GROUPS.values() for name in names]
    assert sorted([*grouped, "method"]) == sorted(TrainSettings.model_fields)


def test_a_changed_preset_can_be_had_back(qtbot: QtBot) -> None:
    form = TrainingForm(for_surveys())
    qtbot.addWidget(form)
    preset = form.value()
    assert not form.reset_button.isEnabled()
    form.setValue(preset.model_copy(update={"epochs": preset.epochs + 1, "method": "supseg"}))
    assert form.reset_button.isEnabled()
    form.reset_button.click()
    assert form.value() == preset.model_copy(update={"method": "supseg"})


@pytest.mark.parametrize(("offer", "data"), [(for_surveys, "echograms"), (for_images, "images")])
def test_the_chooser_reads_the_shelf(qtbot: QtBot, offer: Callable[[], Any], data: str) -> None:
    form = TrainingForm(offer())
    qtbot.addWidget(form)
    chooser = form.findChildren(QComboBox)[0]
    entries = [entry for entry in shelf() if entry.data == (data,)]
    assert [chooser.itemText(index) for index in range(chooser.count())] == [
        entry.about.title for entry in entries
    ]
    last = entries[-1]
    form.setValue(form.value().model_copy(update={"method": last.name}))
    shown = [label.text() for label in form.findChildren(QLabel)]
    assert f"{last.about.advice} ({last.about.paper})" in shown
    assert form.needs_labels == last.needs_labels

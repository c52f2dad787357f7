import pytest
from pydantic import ValidationError

from napari_fathom.learning.hardware import Hardware, find_hardware
from napari_fathom.learning.methods import METHODS
from napari_fathom.learning.presets import LAPTOP, PAPER, PRESETS, WORKSTATION, propose
from napari_fathom.learning.settings import TrainSettings


def test_paper_is_what_the_paper_says() -> None:
    paper = PRESETS[PAPER]
    assert (paper.width, paper.depth, paper.patch, paper.batch) == (64, 5, 256, 2)
    assert (paper.clusters, paper.components, paper.cluster_pixels) == (512, 32, 2 * 256 * 256)
    assert (paper.learning_rate, paper.beta1, paper.beta2, paper.weight_decay) == (3e-5, 0.9, 0.999, 1e-5)
    assert (paper.epochs, paper.patience, paper.floor_db) == (500, 100, -75)


def test_every_setting_has_a_sentence_for_its_tooltip() -> None:
    assert all((field.description or "").endswith(".") for field in TrainSettings.model_fields.values())


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_valid_and_their_method_exists(name: str) -> None:
    preset = PRESETS[name]
    assert TrainSettings.model_validate(preset.model_dump()) == preset
    assert preset.method in METHODS


def test_settings_survive_json() -> None:
    assert TrainSettings.model_validate_json(PRESETS[LAPTOP].model_dump_json()) == PRESETS[LAPTOP]


@pytest.mark.parametrize(
    ("hardware", "preset"),
    [
        (Hardware("cuda", "A100", 40, True), WORKSTATION),
        (Hardware("cuda", "small", 4, False), LAPTOP),
        (Hardware("mps", "Apple GPU", 0, False), LAPTOP),
        (Hardware("cpu", "CPU", 0, False), LAPTOP),
    ],
)
def test_a_preset_is_proposed_from_the_hardware(hardware: Hardware, preset: str) -> None:
    assert propose(hardware) == preset


def test_this_machine_is_known() -> None:
    assert find_hardware().device in {"cpu", "cuda", "mps"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"patch": 100}, "multiple of 16"),
        ({"ceiling_db": -80.0}, "must lie above"),
        ({"held_out": 0.9}, "less than or equal to 0.5"),
        ({"wdith": 3}, "Extra inputs"),
    ],
)
def test_settings_out_of_bounds_are_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TrainSettings.model_validate(values)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        TrainSettings().width = 3  # type: ignore[misc]

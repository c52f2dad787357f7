"""What is saved comes back to the last bit; what isn't ours, or isn't whole, is refused by name."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.learning.scenes import NAMES, quick

from napari_fathom.errors import FormatError, TrainingError
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.model import Model, copy_weights, network_for, require_compatible
from napari_fathom.learning.model_file import JSON_NAME, WEIGHTS_NAME, load_model, save_model


def made(**changes: object) -> Model:
    settings = quick(seed=3, **changes)
    network = network_for(settings, 4, 3).to(memory_format=torch.channels_last).eval()
    calibration = Calibration(1.5, (0.1, -0.3, 0.2), strokes=4, nll_before=0.7, nll_after=0.5)
    return Model(
        network,
        settings,
        NAMES,
        4,
        settings.scaling,
        calibration,
        {"centroids": torch.rand(12, 8), "idle": torch.arange(12)},
        {"id": "abc", "parent": None, "kappa": 0.5},
    )


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_model(made(), tmp_path / "model")
    return tmp_path / "model"


def test_a_model_comes_back_as_it_was(saved: Path) -> None:
    model, again = made(), load_model(saved)
    image = torch.rand(1, 4, 32, 32)
    with torch.no_grad():
        expected, found = model.network(image), again.network(image)
    torch.testing.assert_close(found.classes, expected.classes)
    torch.testing.assert_close(found.ambiguity, expected.ambiguity)
    theirs = model.network.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in again.network.state_dict().items())
    assert not again.network.training
    for name in ("settings", "class_names", "channels", "scaling", "calibration", "provenance"):
        assert getattr(again, name) == getattr(model, name)
    assert again.method_state["idle"].tolist() == list(range(12))


def test_an_identity_calibration_survives_though_json_has_no_nan(tmp_path: Path) -> None:
    model = made()
    plain = Model(model.network, model.settings, NAMES, 4, model.scaling, Calibration.identity(3))
    save_model(plain, tmp_path)
    json.loads((tmp_path / JSON_NAME).read_text(), parse_constant=pytest.fail)
    again = load_model(tmp_path).calibration
    assert again.temperature == 1
    assert np.isnan(again.nll_before)


def test_other_files_in_the_folder_stay(saved: Path) -> None:
    (saved / "labels").mkdir()
    save_model(made(), saved)
    assert (saved / "labels").is_dir()
    assert load_model(saved).class_names == NAMES


@pytest.mark.parametrize("name", [JSON_NAME, WEIGHTS_NAME])
@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "flipped"])
def test_a_damaged_model_is_refused_by_the_name_of_the_file(saved: Path, name: str, harm: str) -> None:
    path = saved / name
    data = path.read_bytes()
    if harm == "missing":
        path.unlink()
    elif harm == "empty":
        path.write_bytes(b"")
    elif harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    else:
        path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    with pytest.raises(FormatError, match=r"model\.json|weights\.safetensors"):
        load_model(saved)


def test_files_of_two_models_are_not_taken_for_one(saved: Path, tmp_path: Path) -> None:
    save_model(made(width=4), tmp_path / "other")
    shutil.copy(tmp_path / "other" / WEIGHTS_NAME, saved / WEIGHTS_NAME)
    with pytest.raises(FormatError, match=r"weights\.safetensors: its checksum"):
        load_model(saved)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "something else"}, "not a napari-fathom model"),
        ({"version": 99}, "newer napari-fathom .format 99.*update it"),
        ({"channels": 2}, "size mismatch"),
        ({"class_names": ["a", "b"]}, r"model\.json"),
        ({"settings": {"width": -1}}, "ValidationError"),
        ({"calibration": {}}, "KeyError"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(
    saved: Path, changes: dict[str, object], message: str
) -> None:
    path = saved / JSON_NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(FormatError, match=message):
        load_model(saved)


def test_a_description_that_claims_a_huge_network_costs_no_memory(saved: Path) -> None:
    path = saved / JSON_NAME
    described = json.loads(path.read_text())
    described["settings"] |= {"width": 256, "depth": 7, "patch": 256}  # 10 GB for one of its convolutions
    path.write_text(json.dumps(described))
    with pytest.raises(FormatError, match=r"size mismatch|Missing key"):
        load_model(saved)


def test_a_model_that_was_saved_before_a_setting_was_invented_loads(saved: Path) -> None:
    path = saved / JSON_NAME
    described = json.loads(path.read_text())
    del described["settings"]["optimiser"]
    path.write_text(json.dumps(described))
    assert load_model(saved).settings.optimiser == "adam"


def test_a_list_is_no_model(saved: Path) -> None:
    (saved / JSON_NAME).write_text("[1, 2]")
    with pytest.raises(FormatError, match="not a napari-fathom model"):
        load_model(saved)


@pytest.mark.parametrize(
    ("changes", "channels", "message"),
    [
        ({}, 2, "channels 4, this training 2"),
        ({"width": 4}, 4, "width 8, this training 4"),
        ({"depth": 2}, 4, "depth 3, this training 2"),
        ({"method": "filter-bank"}, 4, "network unet, this training filter-bank"),
    ],
)
def test_a_start_that_does_not_fit_is_refused(
    changes: dict[str, object], channels: int, message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        require_compatible(made(), quick(**changes), channels)


def test_another_number_of_clusters_only_starts_the_cluster_head_anew() -> None:
    source, target = made().network, network_for(quick(clusters=20), 4, 3)
    fresh = target.heads._clusters.weight.clone()
    copy_weights(source, target)
    assert torch.equal(target.heads._classes.weight, source.heads._classes.weight)
    assert torch.equal(target.heads._clusters.weight, fresh)

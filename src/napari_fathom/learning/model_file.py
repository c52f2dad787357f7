"""A model on disk: weights as safetensors, everything else as JSON beside them. Never pickle."""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from napari_fathom import files
from napari_fathom.errors import FormatError
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.model import Model, network_for
from napari_fathom.learning.scaling import Scaling
from napari_fathom.learning.settings import TrainSettings

__all__ = ["FORMAT_VERSION", "JSON_NAME", "WEIGHTS_NAME", "load_model", "save_model"]

FORMAT_VERSION = 1
JSON_NAME, WEIGHTS_NAME = "model.json", "weights.safetensors"

_FORMAT = "napari-fathom model"
_NETWORK, _METHOD = "network.", "method."
_OTHERWISE = "Choose another model, or train again."


def save_model(model: Model, folder: Path) -> None:
    """Write a model into a folder, made if need be; other files there stay.

    The JSON goes last and holds the weights' checksum: a crash between the two leaves a pair that
    `load_model` refuses, never one that is quietly mixed. To lose no former model, give each its own folder.

    Parameters
    ----------
    model : Model
    folder : Path

    Raises
    ------
    OSError
        A full or read-only disk.
    """
    tensors = {_NETWORK + name: value for name, value in model.network.state_dict().items()}
    tensors |= {_METHOD + name: value for name, value in model.method_state.items()}
    weights = save({name: value.detach().cpu().contiguous() for name, value in tensors.items()})
    files.replace_bytes(folder / WEIGHTS_NAME, weights)
    files.replace_json(folder / JSON_NAME, _describe(model) | {"sha256": hashlib.sha256(weights).hexdigest()})


def load_model(folder: Path) -> Model:
    """Read a model that `save_model` wrote.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Model
        On the CPU, in evaluation mode.

    Raises
    ------
    FormatError
        If a file is missing, damaged, not ours, newer than this program, or the two don't belong together.
    """
    described = _read_json(folder / JSON_NAME)
    weights = _read_bytes(folder / WEIGHTS_NAME)
    if hashlib.sha256(weights).hexdigest() != described.get("sha256"):
        raise FormatError(
            folder / WEIGHTS_NAME, "its checksum is not the one in model.json", f"It is damaged. {_OTHERWISE}"
        )
    try:
        return _restore(described, load(weights))
    except (KeyError, TypeError, ValueError, ValidationError, SafetensorError, RuntimeError) as error:
        raise FormatError(folder / JSON_NAME, f"{type(error).__name__}: {error}", _OTHERWISE) from error


def _describe(model: Model) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "version": FORMAT_VERSION,
        "class_names": list(model.class_names),
        "channels": model.channels,
        "settings": model.settings.model_dump(mode="json"),
        "scaling": vars(model.scaling),
        "calibration": {name: _plain(value) for name, value in vars(model.calibration).items()},
        "provenance": dict(model.provenance),
    }


def _plain(value: Any) -> Any:
    """Make a value JSON: NaN, which strict readers refuse, becomes null."""
    return None if isinstance(value, float) and value != value else value


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _restore(described: dict[str, Any], tensors: dict[str, Tensor]) -> Model:
    settings = TrainSettings.model_validate(described["settings"])
    names = tuple(str(name) for name in described["class_names"])
    channels = int(described["channels"])
    with torch.device("meta"):  # takes no memory, however wide a network the JSON claims
        network = network_for(settings, channels, len(names))
    network.load_state_dict(_part(tensors, _NETWORK), assign=True)
    network.eval().requires_grad_(False)
    raw = described["calibration"]
    calibration = Calibration(
        float(raw["temperature"]),
        tuple(float(value) for value in raw["bias"]),
        int(raw["strokes"]),
        nll_before=_number(raw["nll_before"]),
        nll_after=_number(raw["nll_after"]),
        shares=tuple(float(value) for value in raw["shares"]),
    )
    if len(calibration.bias) != len(names):
        raise ValueError(f"the calibration knows {len(calibration.bias)} classes, the model {len(names)}")
    return Model(
        network,
        settings,
        names,
        channels,
        Scaling(**described["scaling"]),
        calibration,
        _part(tensors, _METHOD),
        described["provenance"],
    )


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        described = json.loads(_read_bytes(path))
    except ValueError as error:
        raise FormatError(path, f"not JSON ({error})", _OTHERWISE) from error
    if not isinstance(described, dict) or described.get("format") != _FORMAT:
        raise FormatError(path, "not a napari-fathom model", "Choose a folder that fathom saved a model in.")
    version = described.get("version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise FormatError(
            path,
            f"written by a newer napari-fathom (format {version})",
            f"This one reads up to {FORMAT_VERSION}: update it.",
        )
    return described


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FormatError(path, f"can't be read ({error.strerror})", _OTHERWISE) from error

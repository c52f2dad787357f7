"""A model of pixels on disk."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from napari_fathom.learning.model import Model, network_for
from napari_fathom.learning.model_folder import (
    FORMAT_VERSION,
    JSON_NAME,
    WEIGHTS_NAME,
    calibration_from,
    calibration_json,
    load_folder,
    part,
    save_folder,
)
from napari_fathom.learning.scaling import Scaling
from napari_fathom.learning.settings import TrainSettings

__all__ = ["FORMAT_VERSION", "JSON_NAME", "WEIGHTS_NAME", "load_model", "save_model"]

_NETWORK, _METHOD = "network.", "method."


def save_model(model: Model, folder: Path) -> None:
    """Write a model into a folder, as `save_folder` does.

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
    described = {
        "class_names": list(model.class_names),
        "channels": model.channels,
        "settings": model.settings.model_dump(mode="json"),
        "scaling": vars(model.scaling),
        "calibration": calibration_json(model.calibration),
        "provenance": dict(model.provenance),
    }
    save_folder(folder, "pixels", described, tensors)


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
        As `load_folder` does.
    """
    return load_folder(folder, "pixels", _restore)


def _restore(described: dict[str, Any], tensors: dict[str, Tensor]) -> Model:
    settings = TrainSettings.model_validate(described["settings"])
    names = tuple(str(name) for name in described["class_names"])
    channels = int(described["channels"])
    with torch.device("meta"):  # takes no memory, however wide a network the JSON claims
        network = network_for(settings, channels, len(names))
    network.load_state_dict(part(tensors, _NETWORK), assign=True)
    network.eval().requires_grad_(False)
    return Model(
        network,
        settings,
        names,
        channels,
        Scaling(**described["scaling"]),
        calibration_from(described["calibration"], len(names)),
        part(tensors, _METHOD),
        described["provenance"],
    )

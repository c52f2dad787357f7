"""A model of images on disk."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from napari_fathom.learning.clusterers import Arrays, restore_assignment
from napari_fathom.learning.images.model import ImageModel
from napari_fathom.learning.images.scaling import ImageScaling
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.methods import ROW_METHODS
from napari_fathom.learning.model_folder import (
    calibration_from,
    calibration_json,
    load_folder,
    part,
    save_folder,
)
from napari_fathom.learning.nets.image_network import build_image_network

__all__ = ["load_image_model", "save_image_model"]

_NETWORK, _METHOD, _CLASSIFIER, _CLUSTERER = "network.", "method.", "classifier.", "clusterer."


def save_image_model(model: ImageModel, folder: Path) -> None:
    """Write a model into a folder, as `save_folder` does.

    Parameters
    ----------
    model : ImageModel
    folder : Path

    Raises
    ------
    OSError
        A full or read-only disk.
    """
    tensors = {_METHOD + name: value for name, value in model.method_state.items()}
    if model.network is not None:
        tensors |= {_NETWORK + name: value for name, value in model.network.state_dict().items()}
    if model.classifier is not None:
        tensors |= _tensors(_CLASSIFIER, model.classifier.arrays())
    if model.clusterer is not None:
        tensors |= _tensors(_CLUSTERER, model.clusterer.arrays())
    described = {
        "class_names": list(model.class_names),
        "side": model.side,
        "classifier": None if model.classifier is None else model.classifier.name,
        "clusterer": None if model.clusterer is None else model.clusterer.rule,
        "settings": model.settings.model_dump(mode="json"),
        "scaling": vars(model.scaling),
        "calibration": calibration_json(model.calibration),
        "provenance": dict(model.provenance),
    }
    save_folder(folder, "images", described, tensors)


def load_image_model(folder: Path) -> ImageModel:
    """Read a model that `save_image_model` wrote.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    ImageModel
        On the CPU, in evaluation mode.

    Raises
    ------
    FormatError
        As `load_folder` does.
    """
    return load_folder(folder, "images", _restore)


def _restore(described: dict[str, Any], tensors: dict[str, Tensor]) -> ImageModel:
    settings = ImageSettings.model_validate(described["settings"])
    names = tuple(str(name) for name in described["class_names"])
    side, scaling = int(described["side"]), ImageScaling(**_tuples(described["scaling"]))
    network = None
    if weights := part(tensors, _NETWORK):
        with torch.device("meta"):  # takes no memory, however wide a network the JSON claims
            network = build_image_network(settings, side, len(scaling.mean), len(names), trained=False)
        network.load_state_dict(weights, assign=True)
        network.eval().requires_grad_(False)
    classifier = None
    if name := described["classifier"]:
        classifier = ROW_METHODS[name].from_arrays(_arrays(_CLASSIFIER, tensors))
    clusterer = None
    if rule := described.get("clusterer"):  # the first models had none
        clusterer = restore_assignment(rule, _arrays(_CLUSTERER, tensors))
    if network is None and classifier is None:
        raise ValueError("neither a network nor a classifier")
    return ImageModel(
        network,
        classifier,
        settings,
        names,
        side,
        scaling,
        calibration_from(described["calibration"], len(names)),
        part(tensors, _METHOD),
        described["provenance"],
        clusterer,
    )


def _tensors(prefix: str, arrays: Arrays) -> dict[str, Tensor]:
    return {prefix + name: torch.tensor(value) for name, value in arrays.items()}  # none shares its memory


def _arrays(prefix: str, tensors: dict[str, Tensor]) -> Arrays:
    return {name: value.numpy() for name, value in part(tensors, prefix).items()}


def _tuples(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}

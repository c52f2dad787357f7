"""A trained network with everything needed to use it, to go on training it, and to say where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from napari_fathom.errors import TrainingError
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.class_names import shared_classes
from napari_fathom.learning.geometry import body_of
from napari_fathom.learning.hardware import quicker_with_bfloat16
from napari_fathom.learning.nets.network import Network, build_network, seeded
from napari_fathom.learning.nets.patch_network import PatchNetwork
from napari_fathom.learning.scaling import Scaling
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.learning.shared_settings import SharedSettings

__all__ = [
    "Diverged",
    "Model",
    "copy_weights",
    "go_on_from",
    "network_for",
    "reduced_precision",
    "require_compatible",
    "require_finite",
]


class Diverged(TrainingError):
    """A loss or a weight is infinite or not a number."""


@dataclass(frozen=True)
class Model:
    """What training returns and prediction needs.

    Parameters
    ----------
    network : Network
        On the CPU, in evaluation mode.
    settings : TrainSettings
        Of the run that made it.
    class_names : tuple of str
        Names of the class values 1…C, in order.
    channels : int
        Channels of the input.
    scaling : Scaling
        From dB to the network's input.
    calibration : Calibration
        Fitted on the held-out strokes; the identity where there were none.
    method_state : mapping of str to Tensor
        What the method keeps (PredKlus: its centroids).
    provenance : mapping of str to Any
        Numbers and names for the record: epoch, kappa, painted pixels, versions, parent. Plain JSON values.
    """

    network: Network
    settings: TrainSettings
    class_names: tuple[str, ...]
    channels: int
    scaling: Scaling
    calibration: Calibration
    method_state: Mapping[str, Tensor] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)


def network_for(settings: TrainSettings, channels: int, classes: int) -> Network:
    """The network that these settings describe, with first weights from their seed."""
    body = body_of(settings.method)
    if body == "patches":
        with seeded(settings.seed):
            return PatchNetwork(channels, classes, settings.clusters, settings.width, settings.voting)
    return build_network(
        channels,
        classes,
        settings.clusters,
        width=settings.width,
        depth=settings.depth,
        seed=settings.seed,
        body=body,
    )


def require_compatible(model: Model, settings: TrainSettings, channels: int) -> None:
    """Refuse to go on from a model that doesn't fit, and say what differs.

    Classes and the number of clusters may differ: what is new to the model begins anew.

    Raises
    ------
    TrainingError
        If channels, the kind of network, its width or its depth differ.
    """
    pairs: dict[str, tuple[int | str, int | str]] = {
        "channels": (model.channels, channels),
        "network": (body_of(model.settings.method), body_of(settings.method)),
        "width": (model.settings.width, settings.width),
        "depth": (model.settings.depth, settings.depth),
    }
    for name, (theirs, ours) in pairs.items():
        if theirs != ours:
            raise TrainingError(
                f"The model to start from has {name} {theirs}, this training {ours}. "
                "Start from scratch, or from a model that was made with the same."
            )


def go_on_from(model: Model, network: Network, class_names: tuple[str, ...], *, clusters: bool) -> None:
    """Copy a model's weights into a network for other classes: a class keeps its name, not its number.

    Without `clusters` its cluster head stays behind: one that was found, not learned, is so sure that to
    unlearn it costs what the network knows.
    """
    copy_weights(model.network.body, network.body)
    both = shared_classes(model.class_names, class_names)
    network.heads.go_on_from(model.network.heads, both, clusters=clusters)


def copy_weights(source: nn.Module, target: nn.Module) -> None:
    """Copy every weight that has the same name and shape in both."""
    wanted = target.state_dict()
    fitting = {
        name: value for name, value in source.state_dict().items() if value.shape == wanted[name].shape
    }
    target.load_state_dict(wanted | fitting)


def require_finite(network: nn.Module, epoch: int) -> None:
    """Refuse weights that aren't numbers.

    Raises
    ------
    Diverged
    """
    for name, value in network.state_dict().items():
        if not bool(torch.isfinite(value).all()):
            raise Diverged(
                f"The weights {name} stopped being numbers in epoch {epoch}; lower the learning rate."
            )


def reduced_precision(settings: SharedSettings, device: torch.device) -> torch.autocast:
    """A context in which the network works in bfloat16, if the settings (or, on auto, the machine) say so."""
    wanted = settings.precision == "bfloat16" or (
        settings.precision == "auto" and quicker_with_bfloat16(device)
    )
    return torch.autocast(device.type, torch.bfloat16, enabled=wanted)

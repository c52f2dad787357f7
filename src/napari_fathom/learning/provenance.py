"""Where a model came from, in plain JSON values."""

import uuid
from collections.abc import Mapping
from typing import Any

import torch

from napari_fathom import __version__

__all__ = ["provenance"]


def provenance(
    parent: Mapping[str, Any], epoch: int, kappa: float | None, losses: Mapping[str, float], device: str
) -> dict[str, Any]:
    """Numbers and names for a new model's record.

    Parameters
    ----------
    parent : mapping of str to Any
        Provenance of the model it started from; empty without one.
    epoch : int
        After which it was kept.
    kappa : float, optional
        On held-out labels.
    losses : mapping of str to float
        Means over that epoch.
    device : str
    """
    return {
        "id": uuid.uuid4().hex,
        "parent": parent.get("id"),
        "epoch": epoch,
        "kappa": kappa,
        "losses": dict(losses),
        "device": device,
        "versions": {"napari-fathom": __version__, "torch": torch.__version__},
    }

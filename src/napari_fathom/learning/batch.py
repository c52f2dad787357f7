"""What one mini-batch holds."""

from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

__all__ = ["Batch", "LabelledPatches", "UnlabelledPatches"]


@dataclass(frozen=True)
class LabelledPatches:
    """Patches around painted pixels.

    Parameters
    ----------
    image : Tensor, shape (B, channels, h, w)
        Scaled.
    target : Tensor of int64, shape (B, h, w)
        0…C−1 on painted pixels; −1 where nobody has said, and on held-out strokes.
    valid : Tensor of bool, shape (B, h, w)
        Measured, and of no held-out stroke.
    """

    image: Tensor
    target: Tensor
    valid: Tensor


@dataclass(frozen=True)
class UnlabelledPatches:
    """Patches from anywhere.

    Parameters
    ----------
    image : Tensor, shape (B, channels, h, w)
        Scaled.
    valid : Tensor of bool, shape (B, h, w)
        Measured, and of no held-out stroke.
    view : Tensor, shape (B, channels, h, w), optional
        The same patches, differently augmented, pixel on pixel.
    unpainted : Tensor of bool, shape (B, h, w), optional
        Valid, and nobody has said.
    """

    image: Tensor
    valid: Tensor
    view: Tensor | None = None
    unpainted: Tensor | None = None


@dataclass(frozen=True)
class Batch:
    """One mini-batch; `unlabelled` is None for a method that doesn't ask for it."""

    labelled: LabelledPatches
    unlabelled: UnlabelledPatches | None = None

    def to(self, device: torch.device, layout: torch.memory_format) -> Self:
        """The same on `device`, images in memory order `layout`."""
        labelled = LabelledPatches(
            self.labelled.image.to(device, memory_format=layout),
            self.labelled.target.to(device),
            self.labelled.valid.to(device),
        )
        if self.unlabelled is None:
            return replace(self, labelled=labelled)
        view, unpainted = self.unlabelled.view, self.unlabelled.unpainted
        unlabelled = UnlabelledPatches(
            self.unlabelled.image.to(device, memory_format=layout),
            self.unlabelled.valid.to(device),
            None if view is None else view.to(device, memory_format=layout),
            None if unpainted is None else unpainted.to(device),
        )
        return replace(self, labelled=labelled, unlabelled=unlabelled)

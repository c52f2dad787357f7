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
        0…C−1 on painted pixels and what they grew to; −1 where nobody has said, and on held-out strokes.
    valid : Tensor of bool, shape (B, h, w)
        Measured, and of no held-out stroke.
    unpainted : Tensor of bool, shape (B, h, w), optional
        Valid, and nobody has said, nor does a painted area reach there.
    """

    image: Tensor
    target: Tensor
    valid: Tensor
    unpainted: Tensor | None = None


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
        Valid, and nobody has said, nor does a painted area reach there.
    target : Tensor of int64, shape (B, h, w), optional
        What was painted there after all, as in `LabelledPatches`.
    """

    image: Tensor
    valid: Tensor
    view: Tensor | None = None
    unpainted: Tensor | None = None
    target: Tensor | None = None


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
            _moved(self.labelled.unpainted, device),
        )
        if self.unlabelled is None:
            return replace(self, labelled=labelled)
        view = self.unlabelled.view
        unlabelled = UnlabelledPatches(
            self.unlabelled.image.to(device, memory_format=layout),
            self.unlabelled.valid.to(device),
            None if view is None else view.to(device, memory_format=layout),
            _moved(self.unlabelled.unpainted, device),
            _moved(self.unlabelled.target, device),
        )
        return replace(self, labelled=labelled, unlabelled=unlabelled)


def _moved(mask: Tensor | None, device: torch.device) -> Tensor | None:
    return None if mask is None else mask.to(device)

"""What one mini-batch of images holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

__all__ = ["ImageBatch", "Views"]


@dataclass(frozen=True)
class Views:
    """Images as the network sees them.

    Parameters
    ----------
    pixels : Tensor, shape (n, 1, side, side)
        Scaled; the background is zero.
    measures : Tensor, shape (n, M)
        Scaled; M may be 0.
    """

    pixels: Tensor
    measures: Tensor

    def __len__(self) -> int:
        return len(self.pixels)

    def to(self, device: torch.device, layout: torch.memory_format) -> Self:
        """The same on `device`, pixels in memory order `layout`."""
        pixels = self.pixels.to(device, memory_format=layout)
        return replace(self, pixels=pixels, measures=self.measures.to(device))

    @property
    def unmeasured(self) -> "Views":
        """The same pixels, with zeros for measures: those are the same in every view of an image."""
        return Views(self.pixels, torch.zeros_like(self.measures))

    @staticmethod
    def joined(views: Sequence["Views"]) -> "Views":
        """One after the other."""
        return Views(torch.cat([view.pixels for view in views]), torch.cat([view.measures for view in views]))


@dataclass(frozen=True)
class ImageBatch:
    """One mini-batch.

    Parameters
    ----------
    labelled : Views
        B images, augmented.
    target : Tensor of int64, shape (B,)
        0…C−1.
    unlabelled : Views, optional
        B · ratio images from anywhere but the held-out, augmented; None for a method that doesn't ask.
    view : Views, optional
        The same images once more, augmented differently (strongly, for a method that asks for it).
    shares : Tensor of float32, shape (B, C), optional
        What people say of the labelled images, where they disagree about any image of the collection.
    places : Tensor of int64, shape (B · ratio,), optional
        Where the unlabelled images are in the `Gallery`; stays on the CPU.
    """

    labelled: Views
    target: Tensor
    unlabelled: Views | None = None
    view: Views | None = None
    shares: Tensor | None = None
    places: Tensor | None = None

    @property
    def said(self) -> Tensor:
        """What the labelled images are learned as: shares of the classes or, where all agree, one."""
        return self.target if self.shares is None else self.shares

    def to(self, device: torch.device, layout: torch.memory_format) -> Self:
        """The same on `device`, pixels in memory order `layout`."""
        return replace(
            self,
            labelled=self.labelled.to(device, layout),
            target=self.target.to(device),
            unlabelled=None if self.unlabelled is None else self.unlabelled.to(device, layout),
            view=None if self.view is None else self.view.to(device, layout),
            shares=None if self.shares is None else self.shares.to(device),
        )

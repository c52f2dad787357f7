"""Changes that leave an echogram an echogram."""

from dataclasses import dataclass

import torch
from torch import Tensor

from napari_fathom.learning.settings import TrainSettings

__all__ = ["Augmentation"]


@dataclass(frozen=True)
class Augmentation:
    """Gain and noise in dB; what is missing or below the floor stays there.

    Turning or mirroring top to bottom is not among them: depth has a direction, time (nearly) has none.

    Parameters
    ----------
    gain_db, channel_gain_db, noise_db : float
        Spread of the shift of a whole patch, of each of its channels, of each cell.
    scale_db : float
        Decibels in one unit of the input.
    top : float
        Largest value of the input.
    """

    gain_db: float
    channel_gain_db: float
    noise_db: float
    scale_db: float
    top: float

    @classmethod
    def from_settings(cls, settings: TrainSettings) -> "Augmentation":
        """As the settings say."""
        return cls(
            settings.gain_db,
            settings.channel_gain_db,
            settings.noise_db,
            settings.scale_db,
            settings.scaling.top,
        )

    def apply(self, image: Tensor, generator: torch.Generator) -> Tensor:
        """A changed copy of scaled patches (B, channels, h, w).

        Parameters
        ----------
        image : Tensor, shape (B, channels, h, w)
            On the CPU.
        generator : torch.Generator
            On the CPU.
        """
        batch, channels = image.shape[:2]
        shift = torch.zeros(batch, channels, 1, 1)
        if self.gain_db:
            shift = shift + self.gain_db * torch.randn(batch, 1, 1, 1, generator=generator)
        if self.channel_gain_db:
            shift = shift + self.channel_gain_db * torch.randn(batch, channels, 1, 1, generator=generator)
        if self.noise_db:
            shift = shift + self.noise_db * torch.randn(image.shape, generator=generator)
        return torch.where(image > 0, (image + shift / self.scale_db).clamp(0, self.top), image)

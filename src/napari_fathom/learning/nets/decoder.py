"""Images out of features."""

from typing import cast

import torch
from torch import Tensor, nn

__all__ = ["Decoder"]

_SLOPE = 0.01  # of the leaky ReLU, as in the encoder before it


class Decoder(nn.Module):
    """A dense layer, a small image, and five transposed convolutions, four of which double the side.

    It has a quarter of table 1's channels (512 → 512 × 4 × 4, not 2048 × 4 × 4), 6 million weights and not
    some 30, for nothing but what the encoder sees is kept. The paper ends in tanh, for pixels between −1 and
    1. Pixels here are divided by their root mean square and know no bounds, so the last layer is linear.

    Parameters
    ----------
    features : int
        Numbers that an image is made of; the small image has as many channels.
    side : int
        Of the images.
    seed : int
        Of the first weights.

    References
    ----------
    Salvesen, Saad and Stahl 2022 (AILARON), table 1.
    """

    def __init__(self, features: int, side: int, seed: int) -> None:
        super().__init__()
        self._side, self._small = side, -(-side // 16)
        widths = [max(features >> stage, 4) for stage in range(4)]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.dense = nn.Linear(features, widths[0] * self._small**2)
            layers: list[nn.Module] = []
            for before, after in zip(widths, [*widths[1:], widths[-1]], strict=True):
                layers += [
                    nn.ConvTranspose2d(before, after, 3, stride=2, padding=1, output_padding=1, bias=False),
                    nn.BatchNorm2d(after),
                    nn.LeakyReLU(_SLOPE, inplace=True),
                ]
            self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], 1, 3, padding=1))

    def forward(self, rows: Tensor) -> Tensor:
        """Images (n, 1, side, side) of features (n, D)."""
        small = self.dense(rows).reshape(len(rows), -1, self._small, self._small)
        return cast(Tensor, self.layers(small))[..., : self._side, : self._side]

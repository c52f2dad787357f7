"""Encoders that are convolutions one after the other: the 5-layer network of plankton papers, and VGG16."""

from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn

from napari_fathom.learning.nets.resnet import Norm, initialise, norm_of

__all__ = ["CONV5", "VGG16", "PlainEncoder"]

CONV5, VGG16 = (1, 1, 1, 1, 1), (2, 2, 3, 3, 3)
"""3×3 convolutions of each stage."""

_DOUBLINGS = 3


class PlainEncoder(nn.Module):
    """Stages of 3×3 convolutions, normalised, ReLU; max-pooling halves the side between them.

    VGG16 is here without its last max-pooling and its three dense layers, which hold nine tenths of its
    weights and know one side of images only: the features are means over what is left of the side, as in
    AILARON's autoencoder.

    Parameters
    ----------
    convolutions : sequence of int
        How many each stage has.
    width : int
        Channels of the first stage (the papers: 64); the next three double them.
    norm : {'group', 'batch'}
        The papers: batch.
    channels : int
        Of the input.

    References
    ----------
    Simonyan and Zisserman 2015 (VGG), configuration D; Salvesen, Saad and Stahl 2022 (AILARON), sections
    4.2.1, table 1 (widths of the five layers), and 4.2.2.
    """

    def __init__(
        self, convolutions: Sequence[int], width: int = 64, norm: Norm = "batch", channels: int = 1
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = channels
        for stage, count in enumerate(convolutions):
            if stage:
                layers.append(nn.MaxPool2d(2, ceil_mode=True))
            for _ in range(count):
                after = width << min(stage, _DOUBLINGS)
                convolution = nn.Conv2d(before, after, kernel_size=3, padding=1, bias=False)
                layers += [convolution, norm_of(after, norm), nn.ReLU(inplace=True)]
                before = after
        self.features = before
        self.body = nn.Sequential(*layers)
        self.apply(initialise)

    def forward(self, pixels: Tensor) -> Tensor:
        """Features (n, D) of images (n, channels, side, side): means over what is left of the side."""
        return cast(Tensor, self.body(pixels).mean((2, 3)))

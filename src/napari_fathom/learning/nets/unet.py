"""The U-Net of the papers, with its depth and width as settings."""

import torch
from torch import Tensor, nn

from napari_fathom.learning.geometry import alignment

__all__ = ["UNet"]


class UNet(nn.Module):
    """Encoder, decoder and concatenated skips; the features it returns have `width` channels.

    Each stage is twice a 3×3 convolution, batch normalisation and ReLU; stages are joined by 2×2
    max-pooling on the way down and 2×2 transposed convolution on the way up.

    Parameters
    ----------
    channels : int
        Channels of the input.
    width : int
        Channels of the first stage; each deeper stage doubles them (the paper: 64 to 1024).
    depth : int
        Number of stages (the paper: 5).

    References
    ----------
    PredKlus, section III.A and Fig. 2.
    """

    def __init__(self, channels: int, width: int = 64, depth: int = 5) -> None:
        super().__init__()
        if channels < 1 or width < 1 or depth < 1:
            raise ValueError(
                f"channels, width and depth must be positive, found {channels}, {width}, {depth}"
            )
        widths = [width << stage for stage in range(depth)]
        self.depth, self.features = depth, width
        self.encoder = nn.ModuleList(
            _stage(before, after) for before, after in zip([channels, *widths], widths, strict=False)
        )
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(2 * after, after, kernel_size=2, stride=2) for after in widths[-2::-1]
        )
        self.decoder = nn.ModuleList(_stage(2 * after, after) for after in widths[-2::-1])
        self.apply(_initialise)

    def forward(self, image: Tensor) -> Tensor:
        """Features of every pixel.

        Parameters
        ----------
        image : Tensor, shape (B, channels, h, w)
            h and w must be multiples of `alignment(depth)`.

        Returns
        -------
        Tensor, shape (B, width, h, w)

        Raises
        ------
        ValueError
            If h or w is no such multiple.
        """
        step = alignment(self.depth)
        if image.shape[-2] % step or image.shape[-1] % step:
            raise ValueError(f"image of {tuple(image.shape[-2:])} cells: both must be multiples of {step}")
        skips: list[Tensor] = []
        features = self.encoder[0](image)
        for stage in self.encoder[1:]:
            skips.append(features)
            features = stage(self.pool(features))
        for up, stage in zip(self.up, self.decoder, strict=True):
            features = stage(torch.cat((skips.pop(), up(features)), dim=1))
        return features  # type: ignore[no-any-return]


def _stage(before: int, after: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for incoming in (before, after):
        layers += [
            # no bias: the batch normalisation that follows has one of its own
            nn.Conv2d(incoming, after, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


def _initialise(module: nn.Module) -> None:
    """He et al. (2015): variance 2 / fan-in, which ReLU keeps from layer to layer."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)

"""Convolutions over the four right-angled turns, and an encoder whose answer no such turn changes."""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from napari_fathom.learning.nets.resnet import Norm, norm_of

__all__ = ["GroupConvolution", "LiftingConvolution", "RotationEncoder"]

_SLOPE = 0.01  # of the leaky ReLU: the paper doesn't say; torch's own


class LiftingConvolution(nn.Module):
    """See an image with every filter in four turns: (n, I, h, w) to (n, O, 4, h, w).

    Turning the image turns the planes, and moves each to the next place on the axis of turns.

    Parameters
    ----------
    before, after : int
        I and O.

    References
    ----------
    Cohen and Welling 2016, Eq. 10.
    """

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(after, before, 3, 3))
        nn.init.kaiming_normal_(self.weight, nonlinearity="leaky_relu", a=_SLOPE)

    def forward(self, image: Tensor) -> Tensor:
        """Planes (n, O, 4, h, w) of an image (n, I, h, w)."""
        turned = torch.stack([self.weight.rot90(turn, (-2, -1)) for turn in range(4)], dim=1)
        return _with_turns(F.conv2d(image, turned.flatten(0, 1), padding=1))


class GroupConvolution(nn.Module):
    """See planes in four turns with every filter in four turns: (n, I, 4, h, w) to (n, O, 4, h, w).

    A filter that is turned also looks at the planes one place further on.

    Parameters
    ----------
    before, after : int
        I and O.

    References
    ----------
    Cohen and Welling 2016, Eq. 11.
    """

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        # torch's channels_last takes any weight of five dimensions for one of volumes, and fails
        self.weight = nn.Parameter(torch.empty(after, before, 4 * 3 * 3))
        nn.init.normal_(self.weight, std=(2 / (before * 4 * 9)) ** 0.5)

    @property
    def filters(self) -> Tensor:
        """The weights as (O, I, 4, 3, 3)."""
        return self.weight.reshape(*self.weight.shape[:2], 4, 3, 3)

    def forward(self, planes: Tensor) -> Tensor:
        """Planes (n, O, 4, h, w) of planes (n, I, 4, h, w)."""
        turned = [self.filters.rot90(turn, (-2, -1)).roll(turn, 2) for turn in range(4)]
        bank = torch.stack(turned, dim=1).flatten(2, 3).flatten(0, 1)  # (4 O, 4 I, 3, 3)
        return _with_turns(F.conv2d(planes.flatten(1, 2), bank, padding=1))


class RotationEncoder(nn.Module):
    """AILARON's encoder: four group convolutions, each with max-pooling, and a fifth; then all turns as one.

    Group pooling takes the largest of the four turns, global average pooling the mean over what is left of
    the side. Both, and the max-pooling while the side is even, make the features of an image and of the image
    turned by 90° the same.

    Parameters
    ----------
    width : int
        Channels of the first stage, each in four turns (the paper: 64); three stages double them.
    norm : {'group', 'batch'}
        Over all four turns of a channel at once. The paper: batch.

    References
    ----------
    Salvesen, Saad and Stahl 2022 (AILARON), section 4.2.1 and table 1.
    """

    def __init__(self, width: int = 64, norm: Norm = "batch") -> None:
        super().__init__()
        widths = [width << stage for stage in range(4)]
        self.features = widths[-1]
        self.lift = LiftingConvolution(1, width)
        self.turns = nn.ModuleList(
            GroupConvolution(before, after)
            for before, after in zip(widths, [*widths[1:], widths[-1]], strict=True)
        )
        self.norms = nn.ModuleList(_PlanesNorm(after, norm) for after in [*widths, widths[-1]])

    def forward(self, pixels: Tensor) -> Tensor:
        """Features (n, 8·width) of images (n, 1, side, side); side a multiple of 16 for exact invariance."""
        planes = F.leaky_relu(self.norms[0](self.lift(pixels)), _SLOPE)
        for turn, norm in zip(self.turns, list(self.norms)[1:], strict=True):
            halved = _with_turns(F.max_pool2d(planes.flatten(1, 2), 2))
            planes = F.leaky_relu(norm(turn(halved)), _SLOPE)
        return planes.amax(2).mean((2, 3))


class _PlanesNorm(nn.Module):
    """Normalise each channel over its four turns at once, or it would tell one turn from another."""

    def __init__(self, channels: int, norm: Norm) -> None:
        super().__init__()
        self.norm = norm_of(channels, norm)

    def forward(self, planes: Tensor) -> Tensor:
        long = planes.flatten(2, 3)  # (n, O, 4 h, w): the turns lie one below the other
        return cast(Tensor, self.norm(long)).reshape(planes.shape)


def _with_turns(planes: Tensor) -> Tensor:
    """Make (n, O, 4, h, w) of (n, 4 O, h, w)."""
    return planes.reshape(len(planes), -1, 4, *planes.shape[2:])

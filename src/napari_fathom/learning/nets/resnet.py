"""ResNets for small grey images: a compact one, which ResNet-18 grows from, and the papers' Wide-ResNet."""

import math
from typing import Literal, cast

from torch import Tensor, nn

__all__ = ["CompactResNet", "Norm", "WideResNet", "initialise", "norm_of"]

Norm = Literal["group", "batch"]

_GROUP = 8  # channels that are normalised together
_SLOPE = 0.1  # of the leaky ReLU for negative values, as in the papers' Wide-ResNet


class CompactResNet(nn.Module):
    """Four stages of residual blocks, each stage half as large and twice as wide as the one before.

    For 64² and 96² images on two cores: a 3×3 stem of stride 2, then a sixteenth of ResNet-18's width.
    Normalised over groups of channels of one image, not over the mini-batch, since in a mini-batch here
    balanced labels meet unlabelled images as they come, a teacher sees only the latter, and the answer is
    given on neither; and because five labels a class make tiny mini-batches.

    Parameters
    ----------
    width : int
        Channels of the first stage.
    norm : {'group', 'batch'}
    blocks : int
        In each stage. Two, a width of 64 and normalisation over the mini-batch make ResNet-18, but for its
        stem, which is for photographs.

    References
    ----------
    He et al. 2016, CVPR (ResNet); Wu and He 2018, ECCV (group normalisation).
    """

    def __init__(self, width: int = 16, norm: Norm = "group", blocks: int = 1) -> None:
        super().__init__()
        widths = [width << stage for stage in range(4)]
        self.features = widths[-1]
        self.stem = nn.Sequential(_convolution(1, width, 2), norm_of(width, norm), nn.ReLU(inplace=True))
        layers: list[nn.Module] = []
        for stage, (before, after) in enumerate(zip([width, *widths], widths, strict=False)):
            layers.append(_Block(before, after, 1 if stage == 0 else 2, norm))
            layers += [_Block(after, after, 1, norm) for _ in range(blocks - 1)]
        self.stages = nn.Sequential(*layers)
        self.apply(initialise)

    def forward(self, pixels: Tensor) -> Tensor:
        """Features (n, 8·width) of images (n, 1, side, side): means over what is left of the side."""
        return cast(Tensor, self.stages(self.stem(pixels)).mean((2, 3)))


class WideResNet(nn.Module):
    """The encoder of MixMatch, FixMatch and DC3: pre-activated blocks, four to a scale.

    Parameters
    ----------
    width : int
        Channels of the first scale (32); each scale doubles them.
    side : int
        Of the images; there are ⌈log₂ side⌉ − 2 scales.
    norm : {'group', 'batch'}
        The papers: batch.

    References
    ----------
    Zagoruyko and Komodakis 2016 (Wide-ResNet); Oliver et al. 2018, section 4.
    """

    def __init__(self, width: int = 32, side: int = 96, norm: Norm = "batch") -> None:
        super().__init__()
        scales = max(math.ceil(math.log2(side)) - 2, 1)
        layers: list[nn.Module] = [_convolution(1, 16, 1)]
        before = 16
        for scale in range(scales):
            after = width << scale
            for block in range(4):
                layers.append(_PreactivatedBlock(before, after, 2 if scale and not block else 1, norm))
                before = after
        self.features = before
        self.body = nn.Sequential(*layers, norm_of(before, norm), nn.LeakyReLU(_SLOPE, inplace=True))
        self.apply(initialise)

    def forward(self, pixels: Tensor) -> Tensor:
        """Features (n, D) of images (n, 1, side, side): means over what is left of the side."""
        return cast(Tensor, self.body(pixels).mean((2, 3)))


class _Skip(nn.Conv2d):
    """A 1×1 convolution of every so many-th pixel.

    As a strided convolution torch 2.13 writes past its memory on the way back, on the CPU, in channels-last
    order, with fewer than 16 channels.
    """

    def __init__(self, before: int, after: int, every: int) -> None:
        super().__init__(before, after, kernel_size=1, bias=False)
        self._every = every

    def forward(self, planes: Tensor) -> Tensor:
        return super().forward(planes[..., :: self._every, :: self._every])


class _Block(nn.Module):
    def __init__(self, before: int, after: int, stride: int, norm: Norm) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _convolution(before, after, stride),
            norm_of(after, norm),
            nn.ReLU(inplace=True),
            _convolution(after, after, 1),
            norm_of(after, norm),
        )
        self.skip: nn.Module = nn.Identity()
        if stride > 1 or before != after:
            self.skip = _Skip(before, after, stride)
        self.end = nn.ReLU(inplace=True)

    def forward(self, planes: Tensor) -> Tensor:
        return cast(Tensor, self.end(self.body(planes) + self.skip(planes)))


class _PreactivatedBlock(nn.Module):
    def __init__(self, before: int, after: int, stride: int, norm: Norm) -> None:
        super().__init__()
        self.start = nn.Sequential(norm_of(before, norm), nn.LeakyReLU(_SLOPE))
        self.body = nn.Sequential(
            _convolution(before, after, stride),
            norm_of(after, norm),
            nn.LeakyReLU(_SLOPE, inplace=True),
            _convolution(after, after, 1),
        )
        self.skip: nn.Module | None = None
        if stride > 1 or before != after:
            self.skip = _Skip(before, after, stride)

    def forward(self, planes: Tensor) -> Tensor:
        active = self.start(planes)
        past = planes if self.skip is None else self.skip(active)
        return cast(Tensor, past + self.body(active))


def _convolution(before: int, after: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(before, after, kernel_size=3, stride=stride, padding=1, bias=False)


def norm_of(channels: int, norm: Norm) -> nn.Module:
    """Normalise planes over the mini-batch, or over groups of channels of one image."""
    if norm == "batch":
        return nn.BatchNorm2d(channels, momentum=0.01)
    return nn.GroupNorm(max(math.gcd(channels, channels // _GROUP or 1), 1), channels)


def initialise(module: nn.Module) -> None:
    """He et al. (2015): variance 2 / fan-in, which ReLU keeps from layer to layer."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

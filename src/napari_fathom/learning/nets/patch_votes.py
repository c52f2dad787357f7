"""From a classifier of patches to a map of pixels: every patch that covers a pixel has a vote."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from napari_fathom.learning.geometry import PATCH_SIDE
from napari_fathom.learning.nets.plain import PlainEncoder

__all__ = ["Seen", "every_patch", "probabilities_of", "strided_patches", "votes"]

_AT_ONCE = 512  # patches through the encoder together
_WITNESSES = 16


@dataclass(frozen=True)
class Seen:
    """Features of patches whose upper left corners lie on a grid.

    Parameters
    ----------
    features : Tensor, shape (D, rows, columns)
    stride : int
        Cells from one corner to the next.
    """

    features: Tensor
    stride: int


def strided_patches(encoder: PlainEncoder, image: Tensor, stride: int) -> Seen:
    """Send patches one by one through the encoder, exactly as it learned.

    Parameters
    ----------
    encoder : PlainEncoder
        In evaluation mode.
    image : Tensor, shape (1, channels, h, w)
        Patches that reach beyond its lower and right edges see zeros there.
    stride : int
    """
    channels = image.shape[1]
    beyond = F.pad(image, (0, PATCH_SIDE - 1, 0, PATCH_SIDE - 1))[0]
    patches = beyond.unfold(1, PATCH_SIDE, stride).unfold(2, PATCH_SIDE, stride)
    rows, columns = patches.shape[1:3]
    order = torch.arange(rows * columns, device=image.device)

    def parts() -> Iterator[Tensor]:
        for some in torch.split(order, _AT_ONCE):
            chosen = patches[:, some // columns, some % columns]
            yield encoder(chosen.transpose(0, 1).reshape(-1, channels, PATCH_SIDE, PATCH_SIDE))

    return Seen(torch.cat(list(parts())).T.reshape(-1, rows, columns), stride)


def every_patch(encoder: PlainEncoder, image: Tensor) -> Seen:
    """Look at the patches of all cells in one pass: à trous, "with holes".

    What a pooling would halve keeps its size, and everything after it looks twice as far. That is the same
    as patch by patch but for the edges: there each convolution sees the patch's surroundings, not the zeros
    with which a patch alone is padded. `docs/method.md` tells how much that changes, and how much is saved.

    Parameters
    ----------
    encoder : PlainEncoder
        In evaluation mode.
    image : Tensor, shape (1, channels, h, w)

    References
    ----------
    Giusti et al. 2013, ICIP, 4034–4038; Holschneider et al. 1989 (à trous).
    """
    apart, values = 1, image
    for layer in encoder.body:
        if isinstance(layer, nn.Conv2d):
            values = F.conv2d(values, layer.weight, layer.bias, padding=apart, dilation=apart)
        elif isinstance(layer, nn.MaxPool2d):
            values = F.max_pool2d(F.pad(values, (0, apart, 0, apart)), 2, stride=1, dilation=apart)
            apart *= 2
        else:
            values = layer(values)
    side = PATCH_SIDE // apart  # cells that are left of a patch, `apart` from one to the next
    beyond = F.pad(values, (0, (side - 1) * apart, 0, (side - 1) * apart))
    height, width = values.shape[-2:]
    total = torch.zeros_like(values)
    for down in range(0, side * apart, apart):
        for along in range(0, side * apart, apart):
            total += beyond[:, :, down : down + height, along : along + width]
    return Seen(total[0] / side**2, 1)


def votes(classes: Tensor, count: int, stride: int, shape: tuple[int, int]) -> Tensor:
    """Share of the patches over each pixel that were called each class.

    Parameters
    ----------
    classes : Tensor of int64, shape (rows, columns)
        Of patches whose upper left corners lie `stride` cells apart, the first at (0, 0).
    count : int
        C.
    stride : int
        At most the side of a patch.
    shape : (int, int)
        h and w of the map.

    Returns
    -------
    Tensor of float32, shape (C, h, w)
        Sums to 1.

    References
    ----------
    PredKlus, section IV.D: "A voting mechanism determines the class for each pixel, which is based on the
    class prediction frequency among the overlapping small patches."
    """
    said = F.one_hot(classes, count).permute(2, 0, 1).float()
    on_cells = said.new_zeros(count, *shape)
    on_cells[:, ::stride, ::stride] = said
    total = _over_patches(_over_patches(on_cells, 1), 2)
    return total / total.sum(0)


def probabilities_of(shares: Tensor) -> Tensor:
    """What shares of votes say of the classes: (n · share + ½) / (n + C / 2) for n = 16.

    A class that no patch voted for isn't impossible. Taken for that, it made calibration shrink all else
    (temperatures above 11). Sixteen patches 8 cells apart lie over a pixel; more of them, nearer to each
    other, hardly know more.

    Parameters
    ----------
    shares : Tensor of float, shape (C, …)

    Returns
    -------
    Tensor of float, same shape
        Sums to 1; in the same order as the shares.

    References
    ----------
    Jeffreys' prior of a multinomial; Krichevsky and Trofimov 1981, IEEE Trans. Inf. Theory 27, 199–207.
    """
    return (_WITNESSES * shares + 0.5) / (_WITNESSES + len(shares) / 2)


def _over_patches(planes: Tensor, axis: int) -> Tensor:
    """Sum of each value and the 31 before it, along an axis; whole numbers, so that nothing is lost."""
    running = planes.cumsum(axis)
    length = planes.shape[axis]
    if length <= PATCH_SIDE:
        return running
    late = running.narrow(axis, PATCH_SIDE, length - PATCH_SIDE) - running.narrow(
        axis, 0, length - PATCH_SIDE
    )
    return torch.cat([running.narrow(axis, 0, PATCH_SIDE), late], dim=axis)

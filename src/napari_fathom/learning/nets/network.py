"""The network of pixels, a U-Net and three persistent heads; and what every network here has."""

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from napari_fathom.learning.nets.heads import Heads
from napari_fathom.learning.nets.unet import UNet

__all__ = ["ItemNetwork", "Network", "Outputs", "build_network", "rows_of"]


class ItemNetwork(nn.Module):
    """Anything that makes features of items, and has the three heads that read them."""

    heads: Heads


@dataclass(frozen=True)
class Outputs:
    """What the network says of each pixel.

    Features (B, D, h, w), class and cluster logits (B, C, h, w) and (B, K, h, w), ambiguity logits (B, h, w).
    """

    features: Tensor
    classes: Tensor
    clusters: Tensor
    ambiguity: Tensor


class Network(ItemNetwork):
    """U-Net with class, cluster and ambiguity heads.

    Parameters
    ----------
    channels, classes, clusters : int
        Channels in; class and cluster logits out.
    width, depth : int
        Of the U-Net.
    """

    def __init__(self, channels: int, classes: int, clusters: int, width: int = 64, depth: int = 5) -> None:
        super().__init__()
        self.body = UNet(channels, width, depth)
        self.heads = Heads(width, classes, clusters)

    def features(self, image: Tensor) -> Tensor:
        """Features (B, D, h, w) of an image (B, channels, h, w)."""
        return cast(Tensor, self.body(image))

    def forward(self, image: Tensor) -> Outputs:
        """Features and the three heads' logits of every pixel of an image (B, channels, h, w)."""
        features = self.features(image)
        batch, _, height, width = features.shape
        rows = rows_of(features)

        def plane(logits: Tensor) -> Tensor:
            return logits.reshape(batch, height, width, -1).permute(0, 3, 1, 2)

        return Outputs(
            features,
            plane(self.heads.classes(rows)),
            plane(self.heads.clusters(rows)),
            self.heads.ambiguity(rows).reshape(batch, height, width),
        )


def rows_of(planes: Tensor) -> Tensor:
    """Make items of pixels: (B, D, h, w) to (B·h·w, D); a view where the tensor is channels-last."""
    return planes.permute(0, 2, 3, 1).reshape(-1, planes.shape[1])


def build_network(
    channels: int, classes: int, clusters: int, *, width: int = 64, depth: int = 5, seed: int = 0
) -> Network:
    """Make a network on the CPU whose first weights depend on `seed` alone.

    torch's own generator is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Network(channels, classes, clusters, width, depth)

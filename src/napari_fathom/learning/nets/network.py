"""The network of pixels, a body and three persistent heads; and what every network here has."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import Tensor, nn

from napari_fathom.learning.nets.filter_bank import FilterBank
from napari_fathom.learning.nets.heads import Heads
from napari_fathom.learning.nets.unet import UNet

__all__ = ["Answer", "ItemNetwork", "Network", "Outputs", "build_network", "evaluating", "rows_of", "seeded"]

Body = Literal["unet", "filter-bank"]
"""What makes features of each pixel."""

_ROWS = 1 << 15  # pixels whose cluster logits are held at once: 64 MB at K = 512


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


@dataclass(frozen=True)
class Answer:
    """What a network in evaluation mode says of an image's pixels, without gradient.

    Parameters
    ----------
    probabilities : Tensor of float32, shape (C, h, w)
    clusters : Tensor of int64, shape (h, w)
    ambiguity : Tensor of float32, shape (h, w)
        In [0, 1]; means nothing where the head was never trained.
    """

    probabilities: Tensor
    clusters: Tensor
    ambiguity: Tensor


class Network(ItemNetwork):
    """A body that makes features of pixels, with class, cluster and ambiguity heads.

    Parameters
    ----------
    channels, classes, clusters : int
        Channels in; class and cluster logits out.
    width, depth : int
        Of the body.
    body : {'unet', 'filter-bank'}
    """

    def __init__(
        self,
        channels: int,
        classes: int,
        clusters: int,
        width: int = 64,
        depth: int = 5,
        body: Body = "unet",
    ) -> None:
        super().__init__()
        made = UNet(channels, width, depth) if body == "unet" else FilterBank(channels, width)
        self.body: nn.Module = made
        self.heads = Heads(made.features, classes, clusters)

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

    @torch.no_grad()
    def answer(self, image: Tensor, inner: tuple[slice, slice]) -> Answer:
        """Answer for some rows and columns of one image (1, channels, H, W)."""
        features = self.features(image)[:, :, *inner]
        rows, shape = rows_of(features), features.shape[-2:]
        logits = self.heads.classes(rows).float()
        clusters = torch.cat([self.heads.clusters(part).argmax(1) for part in torch.split(rows, _ROWS)])
        return Answer(
            logits.softmax(1).T.reshape(-1, *shape),
            clusters.reshape(shape),
            torch.sigmoid(self.heads.ambiguity(rows).float()).reshape(shape),
        )

    @torch.no_grad()
    def probabilities(self, image: Tensor, places: Tensor) -> Tensor:
        """Class probabilities (n, C) of some pixels of one image (1, channels, H, W), counted row by row."""
        logits = self.heads.classes(rows_of(self.features(image))[places])
        return logits.float().softmax(1)


def rows_of(planes: Tensor) -> Tensor:
    """Make items of pixels: (B, D, h, w) to (B·h·w, D); a view where the tensor is channels-last."""
    return planes.permute(0, 2, 3, 1).reshape(-1, planes.shape[1])


def build_network(
    channels: int,
    classes: int,
    clusters: int,
    *,
    width: int = 64,
    depth: int = 5,
    seed: int = 0,
    body: Body = "unet",
) -> Network:
    """Make a network on the CPU whose first weights depend on `seed` alone."""
    with seeded(seed):
        return Network(channels, classes, clusters, width, depth, body)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let what is drawn inside depend on `seed` alone; torch's own generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Put a network into evaluation mode for a while, then back into the mode that it was in."""
    training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(training)

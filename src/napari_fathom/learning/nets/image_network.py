"""The network of images: an encoder, what was measured beside it, and the same three heads as for pixels."""

from typing import cast

import torch
from torch import Tensor, nn

from napari_fathom.learning.images.batch import Views
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.nets.heads import Heads
from napari_fathom.learning.nets.network import ItemNetwork, seeded
from napari_fathom.learning.nets.plain import CONV5, VGG16, PlainEncoder
from napari_fathom.learning.nets.pretrained import PretrainedEncoder
from napari_fathom.learning.nets.resnet import CompactResNet, WideResNet
from napari_fathom.learning.nets.rotation import RotationEncoder

__all__ = ["ImageNetwork", "build_image_network"]


class ImageNetwork(ItemNetwork):
    """Pooled encoder features ⊕ region measures → a small perceptron → features → three heads.

    An image that was resized to a common side no longer tells how large the animal is; its measures do.

    Parameters
    ----------
    encoder : nn.Module
        Images (n, 1, side, side) to features (n, `encoder.features`).
    measures : int
        M; 0 for none.
    features, classes, clusters : int
        Sizes of a row of features, of the class and of the cluster logits.

    Attributes
    ----------
    seen : int
        How many numbers the encoder makes of an image.
    """

    def __init__(self, encoder: nn.Module, measures: int, features: int, classes: int, clusters: int) -> None:
        super().__init__()
        self.encoder, self.seen = encoder, int(encoder.features)  # type: ignore[arg-type]
        seen = self.seen + measures
        self.join = nn.Sequential(
            nn.LayerNorm(seen), nn.Linear(seen, 2 * features), nn.ReLU(), nn.Linear(2 * features, features)
        )
        self.heads = Heads(features, classes, clusters)

    def features(self, views: Views) -> Tensor:
        """Features (n, D) of n images."""
        pooled = self.pooled(views)
        return cast(Tensor, self.join(torch.cat([pooled, views.measures.to(pooled)], dim=1)))

    def pooled(self, views: Views) -> Tensor:
        """What the encoder alone sees of n images, shape (n, `encoder.features`)."""
        return cast(Tensor, self.encoder(views.pixels))

    def forward(self, views: Views) -> Tensor:
        """Class logits (n, C) of n images."""
        return self.heads.classes(self.features(views))


def build_image_network(
    settings: ImageSettings, side: int, measures: int, classes: int, *, trained: bool = True
) -> ImageNetwork:
    """Make the network that the settings describe, on the CPU; its first weights depend on their seed alone.

    torch's own generator is left as it was.

    Parameters
    ----------
    settings : ImageSettings
    side : int
        Of the images.
    measures : int
        M; 0 for none.
    classes : int
        C; with none (it shall only learn to see) the class head has one output that nobody asks.
    trained : bool
        Whether the encoder 'pretrained' fetches its weights.

    Raises
    ------
    TrainingError
        If the pretrained encoder can't be had.
    """
    with seeded(settings.seed):
        return ImageNetwork(
            _encoder(settings, side, trained),
            measures,
            settings.features,
            max(classes, 1),
            settings.clusters_for(classes),
        )


def _encoder(settings: ImageSettings, side: int, trained: bool) -> nn.Module:
    match settings.encoder:
        case "compact":
            return CompactResNet(settings.width, settings.norm)
        case "wide":
            return WideResNet(settings.width, side, settings.norm)
        case "resnet":
            return CompactResNet(settings.width, settings.norm, blocks=2)
        case "conv5":
            return PlainEncoder(CONV5, settings.width, settings.norm)
        case "vgg16":
            return PlainEncoder(VGG16, settings.width, settings.norm)
        case "rotation":
            return RotationEncoder(settings.width, settings.norm)
        case "pretrained":
            return PretrainedEncoder(settings.backbone, weights=trained)

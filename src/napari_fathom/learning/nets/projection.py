"""The head that clusters what a frozen encoder sees, and how it becomes a part of the network."""

from collections.abc import Callable, Generator
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from napari_fathom.events import Progress
from napari_fathom.learning.images.batch import Views
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.nets.network import evaluating

__all__ = ["ProjectionHead", "ask_all", "embed", "embed_all"]


def embed(network: ImageNetwork, views: Views) -> Tensor:
    """Where the encoder places n images, shape (n, `seen` + M), all equally far from the middle.

    What it sees of the pixels and, where the settings let the heads have them, the measures; of each image
    normalised as the network's perceptron does it first.
    """
    seen = torch.cat([network.pooled(views).float(), views.measures], dim=1)
    return F.layer_norm(seen, seen.shape[1:])


def embed_all(
    network: ImageNetwork, gallery: Gallery, check: Callable[[], None]
) -> Generator[Progress, None, Tensor]:
    """Where the encoder, in evaluation, places all images as they are, shape (N, `seen` + M)."""
    with evaluating(network):
        return (yield from gallery.seeing(lambda views: embed(network, views), check=check))


def ask_all(
    network: ImageNetwork, head: Callable[[Tensor], Tensor], gallery: Gallery, check: Callable[[], None]
) -> Generator[Progress, None, Tensor]:
    """What a head of the network, in evaluation, says of all images as they are."""
    with evaluating(network):
        return (yield from gallery.seeing(lambda views: head(network.features(views)), check=check))


class ProjectionHead(nn.Module):
    """Linear, batch normalisation, ReLU, linear: BYOL's, from embeddings to cluster logits.

    The second linear layer is made of two, of which the first gives the rows of features that images are
    compared by. In evaluation the whole is what the network's perceptron and cluster head can be set to.

    Parameters
    ----------
    seen, features, clusters : int
        Sizes of an embedding, of a row of features and of the logits.

    References
    ----------
    Grill et al. 2020 (BYOL), section 3.3; RPSC, "Frame Settings".
    """

    def __init__(self, seen: int, features: int, clusters: int) -> None:
        super().__init__()
        self.first, self.norm = nn.Linear(seen, 2 * features), nn.BatchNorm1d(2 * features)
        self.second, self.last = nn.Linear(2 * features, features), nn.Linear(features, clusters)

    def forward(self, embeddings: Tensor) -> Tensor:
        """Cluster logits (n, K) of embeddings (n, seen)."""
        hidden = F.relu(self.norm(self.first(embeddings)))
        return cast(Tensor, self.last(self.second(hidden)))

    @torch.no_grad()
    def know(self, embeddings: Tensor) -> None:
        """Normalise in evaluation as training does among these embeddings (n, seen)."""
        mean, variance = self.norm.running_mean, self.norm.running_var
        assert mean is not None and variance is not None
        hidden = self.first(embeddings).float()
        mean.copy_(hidden.mean(0))
        variance.copy_(hidden.var(0, correction=0))

    @torch.no_grad()
    def become_part(self, network: ImageNetwork) -> None:
        """Set perceptron and cluster head so that they answer what this does in evaluation.

        The batch normalisation, by then a factor and an offset, goes into the layer before it.
        """
        normalise, first, _, second = network.join
        assert isinstance(normalise, nn.LayerNorm)
        assert isinstance(first, nn.Linear) and isinstance(second, nn.Linear)
        mean, variance = self.norm.running_mean, self.norm.running_var
        assert mean is not None and variance is not None
        factor = self.norm.weight / (variance + self.norm.eps).sqrt()
        nn.init.ones_(normalise.weight)
        nn.init.zeros_(normalise.bias)
        first.weight.copy_(self.first.weight * factor[:, None])
        first.bias.copy_((self.first.bias - mean) * factor + self.norm.bias)
        second.load_state_dict(self.second.state_dict())
        network.heads.take("clusters", self.last)

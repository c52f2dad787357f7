"""Clusters for a network of pixels whose cluster head no objective has trained."""

import copy
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from napari_fathom.learning.batch import Batch
from napari_fathom.learning.kmeans import kmeans
from napari_fathom.learning.methods.base import features_of
from napari_fathom.learning.model import Model, reduced_precision
from napari_fathom.learning.nets.network import Network

__all__ = ["nearest_centroid", "with_clusters"]

_BATCHES, _PIXELS, _ITERATIONS = 8, 8192, 20


@torch.no_grad()
def with_clusters(model: Model, draw: Callable[[], Batch], device: torch.device) -> Model:
    """Let the cluster head tell which centroid is nearest, as k-means finds them among what the network sees.

    So that a method which learns classes alone answers with clusters too. Half of the pixels are from patches
    around strokes, half from anywhere. Takes seconds.

    Parameters
    ----------
    model : Model
    draw : callable
        Makes mini-batches with unlabelled patches.
    device : torch.device
        Where to look at them.
    """
    network, settings = copy.deepcopy(model.network).to(device), model.settings
    random = torch.Generator().manual_seed(settings.seed * 1000 + 12)
    with reduced_precision(settings, device):
        rows = torch.cat(
            [_seen(network, draw().to(device, torch.channels_last), random) for _ in range(_BATCHES)]
        )
    if len(rows) == 0:
        return model
    found = kmeans(rows, settings.clusters, iterations=_ITERATIONS, generator=random)
    network.heads.take("clusters", nearest_centroid(found.centroids))
    return replace(model, network=network.cpu())


def nearest_centroid(centroids: Tensor) -> nn.Linear:
    """The layer whose largest output is that of the nearest centroid.

    |x − c|² = |x|² − 2 (x·c − |c|²/2), and |x|² is the same for all.

    Parameters
    ----------
    centroids : Tensor, shape (K, D)
    """
    layer = nn.Linear(centroids.shape[1], centroids.shape[0], device=centroids.device)
    layer.weight.copy_(centroids)
    layer.bias.copy_(centroids.square().sum(1) / -2)
    return layer


def _seen(network: Network, batch: Batch, random: torch.Generator) -> Tensor:
    """Features (n, D) of some of a mini-batch's measured pixels."""
    assert batch.unlabelled is not None
    labelled, unlabelled = features_of(network, batch)
    valid = torch.cat([batch.labelled.valid.reshape(-1), batch.unlabelled.valid.reshape(-1)])
    measured = torch.nonzero(valid.cpu()).squeeze(1)
    chosen = measured[torch.randperm(len(measured), generator=random)[:_PIXELS]]
    return torch.cat([labelled, unlabelled])[chosen.to(labelled.device)].float()

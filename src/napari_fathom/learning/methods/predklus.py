"""PredKlus: predict the clusters of all pixels and the classes of the painted ones, in turn."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.batch import Batch, UnlabelledPatches
from napari_fathom.learning.kmeans import kmeans
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, MethodContext, PlainMethod, features_of, unlabelled_rows
from napari_fathom.learning.methods.supseg import SupSeg
from napari_fathom.learning.nets.network import Network
from napari_fathom.learning.pca import principal_components

__all__ = ["PredKlus"]


class PredKlus(PlainMethod):
    """Alternate the unsupervised clustering and the supervised segmentation objective.

    The centroids are kept in *feature space*, as means of the features of their pixels. Every mini-batch
    looks at them through its own principal components: since projecting is linear, the projection of a mean
    is the mean of the projections, so k-means starts from exactly last batch's centroids whatever sign,
    order or rotation the new basis has. `docs/method.md` tells how this and the paper's other gaps were
    closed.

    Parameters
    ----------
    context : MethodContext

    References
    ----------
    PredKlus, Algorithm 1, Eq. 1 to 5.
    """

    name: ClassVar[str] = "predklus"
    about: ClassVar[About] = About(
        "PredKlus",
        "Choi et al. 2023",
        "Learns from your strokes and from the structure of all that is unpainted. For few strokes.",
    )
    needs_unlabelled = True  # the clustering objective lives on unlabelled patches

    def __init__(self, context: MethodContext) -> None:
        self._settings = context.settings
        self._supervised = SupSeg(context)
        self._check = context.check
        self._random = context.generator(salt=2)
        self._centroids: Tensor | None = None
        self._idle = torch.zeros(context.settings.clusters, dtype=torch.int64, device=context.device)

    def objectives(self, network: Network, batch: Batch) -> Iterator[Loss]:
        """Yield the clustering loss, then the segmentation loss of the network so updated."""
        if batch.unlabelled is not None:
            clustering = self._clustering(network, batch, batch.unlabelled)
            if clustering is not None:
                yield clustering
            batch = replace(batch, unlabelled=replace(batch.unlabelled, view=None))  # compared once is enough
        yield from self._supervised.objectives(network, batch)

    def _clustering(self, network: Network, batch: Batch, patches: UnlabelledPatches) -> Loss | None:
        """Eq. 2: cross-entropy of the cluster head against k-means on the very same features.

        All patches take part, "whether annotated or not" (section III.B.c). None if nothing was measured.
        """
        labelled, unlabelled = features_of(network, batch)
        here, there = batch.labelled.valid.reshape(-1), patches.valid.reshape(-1)
        if not (here.any() or there.any()):
            return None
        features = torch.cat([labelled[here], unlabelled[there]])
        chosen = self._choose(features.shape[0], features.device)
        with torch.autocast(features.device.type, enabled=False):  # distances need all their digits
            pseudo_labels, counts = self._pseudo_labels(features[chosen].detach().float())
        logits = network.heads.clusters(features[chosen])
        value = losses.weighted_cross_entropy(logits, pseudo_labels, losses.cluster_weights(counts))
        rows = unlabelled_rows(network, batch, patches, unlabelled)
        return Loss("clustering", self._settings.cluster_weight * value, unlabelled=rows)

    def state(self) -> Mapping[str, Tensor]:
        """Centroids, how long each has been empty, and the predicted class shares."""
        state = dict(self._supervised.state())
        if self._centroids is not None:
            state |= {"centroids": self._centroids, "idle": self._idle}
        return state

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with the centroids of an earlier run."""
        self._supervised.restore(state)
        centroids, idle = state.get("centroids"), state.get("idle")
        if centroids is not None and idle is not None and idle.shape == self._idle.shape:
            self._centroids, self._idle = centroids.to(self._idle.device), idle.to(self._idle)

    def _choose(self, items: int, device: torch.device) -> Tensor:
        """Which of the pixels are clustered: all, or a random part of them."""
        order = torch.randperm(items, generator=self._random)[: self._settings.cluster_pixels]
        return order.to(device)

    @torch.no_grad()
    def _pseudo_labels(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """k-means on the principal components, warm-started; keeps the centroids for the next mini-batch."""
        settings = self._settings
        components = principal_components(features, settings.components)
        warm = self._centroids
        if warm is not None and warm.shape[1] != features.shape[1]:
            warm = None  # restored from a network of another width
        found = kmeans(
            components.project(features),
            settings.clusters,
            iterations=settings.kmeans_iterations,
            start=None if warm is None else components.project(warm),
            generator=self._random,
            # A cluster of something rare is empty in most mini-batches; it must not lose its meaning at once.
            reseed=None if warm is None else self._idle >= settings.reseed_after,
            check=self._check,
        )
        filled = found.counts > 0
        sums = features.new_zeros(settings.clusters, features.shape[1]).index_add_(0, found.labels, features)
        means = sums / found.counts.clamp_min(1)[:, None]
        unseen = components.mean + found.centroids @ components.basis.T if warm is None else warm
        self._centroids = torch.where(filled[:, None], means, unseen)
        self._idle = torch.where(filled, 0, self._idle + 1)
        return found.labels, found.counts

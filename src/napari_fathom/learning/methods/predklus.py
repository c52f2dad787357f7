"""PredKlus: predict the clusters of all pixels and the classes of the painted ones, in turn."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.batch import Batch, UnlabelledPatches
from napari_fathom.learning.lasting_clusters import LastingClusters
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, MethodContext, PlainMethod, features_of, unlabelled_rows
from napari_fathom.learning.methods.supseg import SupSeg
from napari_fathom.learning.nets.network import Network

__all__ = ["PredKlus"]


class PredKlus(PlainMethod):
    """Alternate the unsupervised clustering and the supervised segmentation objective.

    Clusters are those of `LastingClusters`, found in every mini-batch. `docs/method.md` tells how the paper's
    gaps were closed.

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
        "SupSeg that also learns clusters of all that is unpainted. Twice the time; wants many steps.",
    )
    trains_clusters: ClassVar[bool] = True
    needs_unlabelled = True  # the clustering objective lives on unlabelled patches

    def __init__(self, context: MethodContext) -> None:
        settings = self._settings = context.settings
        self._supervised = SupSeg(context)
        self._random = context.generator(salt=2)
        self._clusters = LastingClusters(
            settings.clusters,
            settings.components,
            settings.kmeans_iterations,
            reseed_after=settings.reseed_after,
            device=context.device,
            generator=self._random,
            check=context.check,
        )

    def objectives(self, network: Network, batch: Batch) -> Iterator[Loss]:
        """Yield the clustering loss, then the segmentation loss of the network so updated; or their sum."""
        features = features_of(network, batch)
        clustering = None
        if batch.unlabelled is not None:
            clustering = self._clustering(network, batch, batch.unlabelled, *features)
            batch = replace(batch, unlabelled=replace(batch.unlabelled, view=None))  # compared once is enough
        if clustering is None:
            yield self._supervised.loss(network, batch, *features)
        elif self._settings.in_turn:
            del features  # as large as all patches; those of the step to come take their place
            yield clustering
            yield from self._supervised.objectives(network, batch)
        else:
            loss = self._supervised.loss(network, batch, *features)
            yield replace(loss, value=loss.value + clustering.value, unlabelled=clustering.unlabelled)

    def _clustering(
        self, network: Network, batch: Batch, patches: UnlabelledPatches, labelled: Tensor, unlabelled: Tensor
    ) -> Loss | None:
        """Eq. 2: cross-entropy of the cluster head against k-means on the very same features.

        All patches take part, "whether annotated or not" (section III.B.c). None if nothing was measured.
        """
        here, there = batch.labelled.valid.reshape(-1), patches.valid.reshape(-1)
        if not (here.any() or there.any()):
            return None
        features = torch.cat([labelled[here], unlabelled[there]])
        chosen = self._choose(features.shape[0], features.device)
        with torch.autocast(features.device.type, enabled=False):  # distances need all their digits
            pseudo_labels, counts = self._clusters.pseudo_labels(features[chosen].detach().float())
        logits = network.heads.clusters(features[chosen])
        value = losses.weighted_cross_entropy(logits, pseudo_labels, losses.cluster_weights(counts))
        rows = unlabelled_rows(network, batch, patches, unlabelled)
        return Loss("clustering", self._settings.cluster_weight * value, unlabelled=rows)

    def state(self) -> Mapping[str, Tensor]:
        """Centroids, how long each has been empty, and the predicted class shares."""
        return {**self._supervised.state(), **self._clusters.state()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with the centroids of an earlier run."""
        self._supervised.restore(state)
        self._clusters.restore(state)

    def _choose(self, items: int, device: torch.device) -> Tensor:
        """Which of the pixels are clustered: all, or a random part of them."""
        order = torch.randperm(items, generator=self._random)[: self._settings.cluster_pixels]
        return order.to(device)

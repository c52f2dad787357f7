"""PredKlus' alternation on images: learn clusters of all images and classes of the labelled ones, in turn."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.images.batch import ImageBatch, Views
from napari_fathom.learning.lasting_clusters import LastingClusters
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss
from napari_fathom.learning.methods.image_rows import ImageContext, image_features
from napari_fathom.learning.methods.looking import LookingMethod
from napari_fathom.learning.methods.supervised import Supervised
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["ImagePredKlus"]

_COMPONENTS, _ITERATIONS = 32, 10  # PredKlus' own, as on pixels
_PREFIX = "lasting "  # or a model would take them for DEC's centres, which answer in place of the head


class ImagePredKlus(LookingMethod):
    """Two steps for each mini-batch: tell the clusters of images, then the classes of the labelled ones.

    A mini-batch of images, unlike one of pixels, holds too few to find clusters in: they are found before
    every epoch, as by `DeepCluster`, in the features that the heads read; and they last, as on pixels, and
    the cluster head with them. Images are drawn as they come, labelled or not, and rare clusters weigh more.
    The paper is about pixels; that its alternation holds for images is ours to try, not its claim.

    References
    ----------
    Choi et al. 2023 (PredKlus), Algorithm 1, Eq. 1 to 4.
    """

    name: ClassVar[str] = "predklus-images"
    about: ClassVar[About] = About(
        "PredKlus on images",
        "after Choi et al. 2023",
        "Learns your labels and clusters of all images in turn, as PredKlus does with pixels. To try.",
    )
    main_loss: ClassVar[str] = "classes"
    needs_labels: ClassVar[bool] = True
    trains_clusters: ClassVar[bool] = True

    def __init__(self, context: ImageContext) -> None:
        super().__init__(context, salt=18)
        self._settings = context.settings
        self._supervised = Supervised(context)
        self._clusters = LastingClusters(
            self._settings.clusters_for(context.classes),
            _COMPONENTS,
            _ITERATIONS,
            reseed_after=1,  # so many images are looked at that an empty cluster is of nothing
            device=context.device,
            generator=self._random,
            check=self._check,
        )
        self._pseudo_labels, self._weights = torch.zeros(0, dtype=torch.int64), torch.zeros(0)

    def state(self) -> Mapping[str, Tensor]:
        """Centroids, and how long each has been empty."""
        return {_PREFIX + name: value for name, value in self._clusters.state().items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with the centroids of an earlier run."""
        self._clusters.restore(
            {name.removeprefix(_PREFIX): value for name, value in state.items() if name.startswith(_PREFIX)}
        )

    def _sight(self, network: ImageNetwork) -> Callable[[Views], Tensor]:
        """By the features that both heads read."""
        return network.features

    def _look(self, seen: Tensor) -> None:
        """Find this epoch's pseudo-labels from where the last one's centroids were."""
        self._pseudo_labels, counts = self._clusters.pseudo_labels(seen)
        self._weights = losses.cluster_weights(counts)

    def _learn(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Cross-entropy of the pseudo-labels (Eq. 2); then of the labels, of the network so updated.

        Both show the network the same images, which mean the same to it where it normalises over them.
        """
        size = self._size * self._settings.unlabelled_ratio
        chosen = torch.randperm(len(self._places), generator=self._random)[:size]
        drawn = self._gallery.weak(self._places[chosen])
        _, rows = image_features(network, batch.labelled, drawn)
        labels = self._pseudo_labels[chosen.to(self._pseudo_labels.device)]
        value = losses.weighted_cross_entropy(network.heads.clusters(rows), labels, self._weights)
        yield Loss("clustering", self._settings.cluster_weight * value)
        view = None if batch.view is None else self._gallery.weak(self._places[chosen])  # a wrapper asks
        yield from self._supervised.objectives(network, replace(batch, unlabelled=drawn, view=view))

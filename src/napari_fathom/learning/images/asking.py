"""What a head of a network says of some images, read once and asked about after every epoch."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from napari_fathom.learning.images.cluster_classes import class_shares
from napari_fathom.learning.images.model import mean_features
from napari_fathom.learning.images.preparation import Prepared
from napari_fathom.learning.images.sampler import views_of
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.nets.network import evaluating

__all__ = ["AskedImages", "LabelledImages"]

_BATCH = 128
_MOST = 4096  # labelled images asked about after every epoch; more would hardly tell more of a cluster


class AskedImages:
    """Some rows of a collection.

    Parameters
    ----------
    prepared : Prepared
    rows : ndarray of int64, shape (n,)
    settings : ImageSettings
    """

    def __init__(self, prepared: Prepared, rows: npt.NDArray[np.int64], settings: ImageSettings) -> None:
        self._settings = settings
        self._views = [
            views_of(prepared.images, rows[first : first + _BATCH], prepared.scaling)
            for first in range(0, len(rows), _BATCH)
        ]

    @torch.no_grad()
    def ask(
        self, network: ImageNetwork, head: Callable[[Tensor], Tensor], device: torch.device
    ) -> npt.NDArray[np.float32]:
        """Probabilities (n, K) by a head of the network, in evaluation mode; its mode is put back afterwards.

        There must be at least one row.
        """
        with evaluating(network):
            rows = [mean_features(network.features, views, self._settings, device) for views in self._views]
            return np.concatenate([head(each).softmax(1).cpu().numpy() for each in rows])


class LabelledImages:
    """Images whose labels tell what clusters mean that were found without them.

    Parameters
    ----------
    prepared : Prepared
    classes : int
        C.
    settings : ImageSettings
    """

    def __init__(self, prepared: Prepared, classes: int, settings: ImageSettings) -> None:
        random = np.random.default_rng([settings.seed, 15])
        rows = np.sort(random.permutation(np.flatnonzero(prepared.target))[:_MOST])
        self._target, self._classes = prepared.target[rows], classes
        self._clusters = settings.clusters_for(classes)
        self._asked = AskedImages(prepared, rows, settings)

    def shares(self, network: ImageNetwork, device: torch.device) -> npt.NDArray[np.float32]:
        """P(class | cluster) of the network's clusters, shape (K, C)."""
        cluster = np.zeros(0, np.int64)
        if len(self._target):
            cluster = self._asked.ask(network, network.heads.clusters, device).argmax(axis=1)
        return class_shares(cluster, self._target, self._clusters, self._classes)

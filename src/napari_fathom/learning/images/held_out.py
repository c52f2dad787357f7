"""What a model says of the held-out images."""

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.learning.evaluate import HeldOutAnswers
from napari_fathom.learning.images.batch import Views
from napari_fathom.learning.images.model import mean_features
from napari_fathom.learning.images.preparation import Prepared
from napari_fathom.learning.images.sampler import views_of
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["HeldOutImages"]

_MOST = 1024  # judged in each epoch; more cost more time than they tell
_BATCH = 128


class HeldOutImages:
    """The held-out images, read once and kept.

    Parameters
    ----------
    prepared : Prepared
    labels : ndarray of int, shape (N,)
        1…C on held-out rows.
    groups : ndarray of int64, shape (N,)
    settings : ImageSettings
    """

    def __init__(
        self,
        prepared: Prepared,
        labels: npt.NDArray[np.integer],
        groups: npt.NDArray[np.int64],
        settings: ImageSettings,
    ) -> None:
        random = np.random.default_rng([settings.seed, 14])
        self.rows = np.sort(random.permutation(prepared.held_out)[:_MOST])
        self._settings = settings
        self._labels, self._groups = labels[self.rows].astype(np.int64), groups[self.rows]
        self._views = [
            views_of(prepared.images, self.rows[first : first + _BATCH], prepared.scaling)
            for first in range(0, len(self.rows), _BATCH)
        ]

    @torch.no_grad()
    def judge(self, network: ImageNetwork, device: torch.device) -> HeldOutAnswers | None:
        """Ask the network, in evaluation mode; None if nothing is held out.

        The network's mode is put back afterwards.
        """
        if not self._views:
            return None
        training = network.training
        network.eval()
        try:
            parts = [self._ask(network, views, device) for views in self._views]
        finally:
            network.train(training)
        return self.answers(np.concatenate(parts))

    def answers(self, probabilities: npt.NDArray[np.float32]) -> HeldOutAnswers:
        """Probabilities (n, C) of the held-out rows beside the truth."""
        return HeldOutAnswers(np.ascontiguousarray(probabilities.T), self._labels, self._groups)

    def _ask(self, network: ImageNetwork, views: Views, device: torch.device) -> npt.NDArray[np.float32]:
        features = mean_features(network.features, views, self._settings, device)
        return network.heads.classes(features).softmax(1).cpu().numpy()

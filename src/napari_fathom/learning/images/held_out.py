"""What a model says of the held-out images."""

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.learning.evaluate import HeldOutAnswers
from napari_fathom.learning.images.asking import AskedImages
from napari_fathom.learning.images.preparation import Prepared
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["HeldOutImages"]

_MOST = 1024  # judged in each epoch; more cost more time than they tell


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
        self._labels, self._groups = labels[self.rows].astype(np.int64), groups[self.rows]
        self._asked = AskedImages(prepared, self.rows, settings)

    def judge(
        self,
        network: ImageNetwork,
        device: torch.device,
        shares: npt.NDArray[np.float32] | None = None,
    ) -> HeldOutAnswers | None:
        """Ask the network; None if nothing is held out.

        Parameters
        ----------
        network : ImageNetwork
        device : torch.device
        shares : ndarray of float32, shape (K, C), optional
            P(class | cluster), of a network that knows clusters alone.
        """
        if not len(self.rows):
            return None
        heads = network.heads
        if shares is None:
            return self.answers(self._asked.ask(network, heads.classes, device))
        return self.answers(self._asked.ask(network, heads.clusters, device) @ shares)

    def answers(self, probabilities: npt.NDArray[np.float32]) -> HeldOutAnswers:
        """Probabilities (n, C) of the held-out rows beside the truth."""
        return HeldOutAnswers(np.ascontiguousarray(probabilities.T), self._labels, self._groups)

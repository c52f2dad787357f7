"""DEC: move an encoder and the centres of clusters so that images lie nearer to their own centre."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.kmeans import best_kmeans
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss
from napari_fathom.learning.methods.image_rows import ImageContext
from napari_fathom.learning.methods.looking import LookingMethod
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.nets.network import evaluating
from napari_fathom.learning.soft_assignment import sharpened, student_t_assignment

__all__ = ["CENTROIDS", "DEC"]

CENTROIDS = "centroids"
"""Name in a model's `method_state` of its clusters' centres (K, D), where a method learns those itself."""

_RESTARTS, _ITERATIONS = 20, 20
_SCALE = "dec.scale"


class DEC(LookingMethod):
    """Self-supervised: KL(p ‖ q) of soft assignments q and what they are to become, found anew every epoch.

    It begins where another method (the paper: an autoencoder) has learned to see, with centres by k-means.
    Both papers take features as the encoder gives them, so that Student's t means something else for every
    encoder; here its unit is how far images lie from their centres in the beginning (root mean square). The
    encoder is moved in evaluation: statistics of a mini-batch, where it normalises over that, would place
    images elsewhere than where they are when their clusters are told.

    References
    ----------
    Xie, Girshick and Farhadi 2016 (DEC), Eq. 1 to 3, sections 3.1 and 4.3; AILARON, table 4.
    """

    name: ClassVar[str] = "dec"
    about: ClassVar[About] = About(
        "DEC",
        "Xie et al. 2016",
        "Sharpens the clusters of what another method has learned to see. Looks at no label.",
    )
    main_loss: ClassVar[str] = "sharpening"
    before: ClassVar[str] = "pretrain"

    def __init__(self, context: ImageContext) -> None:
        super().__init__(context, salt=17)
        clusters = context.settings.clusters_for(context.classes)
        self._centres = nn.Parameter(torch.zeros(clusters, context.seen, device=context.device))
        self._scale = 0.0  # until there are centres
        self._targets, self._kept = torch.zeros(0), torch.zeros(0)

    def parameters(self) -> Iterable[nn.Parameter]:
        """The centres, in units of the scale."""
        return (self._centres,)

    def settle(self, network: ImageNetwork) -> None:  # type: ignore[override]
        """Keep the centres that belong to this network."""
        self._kept = self._centres.detach().clone() * self._scale

    def state(self) -> Mapping[str, Tensor]:
        """Centres, by which the model tells clusters, and the scale."""
        return {CENTROIDS: self._kept, _SCALE: torch.tensor(self._scale)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with as many centres of as many numbers."""
        if _SCALE in state and state[CENTROIDS].shape == self._centres.shape:
            self._scale = float(state[_SCALE])
            with torch.no_grad():
                self._centres.copy_(state[CENTROIDS] / self._scale)

    def _assignment(self, seen: Tensor) -> Tensor:
        return student_t_assignment(seen / self._scale, self._centres)

    def _look(self, seen: Tensor) -> None:
        """Find what assignments are to become; first of all, the centres."""
        if not self._scale:
            self._begin(seen)
        self._targets = sharpened(self._assignment(seen))

    def _learn(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Divergence of some images' assignments from what they are to become."""
        chosen = torch.randperm(len(self._places), generator=self._random)[: self._size]
        with evaluating(network):
            seen = network.pooled(self._gallery.plain(self._places[chosen]))
        targets = self._targets[chosen.to(seen.device)]
        assignment = self._assignment(seen.float())
        yield Loss("sharpening", F.kl_div(assignment.log(), targets, reduction="batchmean"))

    def _begin(self, seen: Tensor) -> None:
        best = best_kmeans(
            seen,
            len(self._centres),
            _RESTARTS,
            iterations=_ITERATIONS,
            generator=self._random,
            check=self._check,
        )
        self._scale = (best.inertia / len(seen)) ** 0.5 or 1.0
        self._centres.copy_(best.centroids / self._scale)

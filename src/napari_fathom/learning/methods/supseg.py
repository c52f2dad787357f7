"""SupSeg: cross-entropy on painted pixels, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import torch
from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.batch import Batch, LabelledPatches
from napari_fathom.learning.methods.base import Loss, MethodContext, Rows
from napari_fathom.learning.nets.network import Network, rows_of

__all__ = ["SupSeg"]


class SupSeg:
    """The supervised segmentation objective alone.

    Class weights come from the network's own predictions on painted pixels (Eq. 5). Predicted shares are
    probabilities, not counts of the most probable class, smoothed over mini-batches from equal shares on: a
    class that is not predicted for a while keeps a finite, slowly growing weight.

    Parameters
    ----------
    context : MethodContext

    References
    ----------
    Brautaset et al. 2020; PredKlus, Eq. 3 and 5.
    """

    name: ClassVar[str] = "supseg"

    def __init__(self, context: MethodContext) -> None:
        self._settings = context.settings
        self._shares = torch.full((context.classes,), 1.0 / context.classes, device=context.device)

    @property
    def needs_unlabelled(self) -> bool:
        """Painted pixels are enough."""
        return False

    @property
    def needs_view(self) -> bool:
        """One view will do."""
        return False

    def objectives(self, network: Network, batch: Batch) -> Iterator[Loss]:
        """Yield the segmentation loss."""
        yield self.segmentation(network, batch.labelled)

    def segmentation(self, network: Network, patches: LabelledPatches) -> Loss:
        """Eq. 3: cross-entropy of the painted pixels, weighted by Eq. 5."""
        painted = torch.nonzero(patches.target.reshape(-1) >= 0).squeeze(1)
        target = patches.target.reshape(-1)[painted]
        features = rows_of(network.features(patches.image))[painted]
        logits = network.heads.classes(features).float()
        weights = self._weights(logits) if self._settings.class_weights == "predicted" else None
        value = losses.weighted_cross_entropy(logits, target, weights)
        return Loss("segmentation", value, Rows(features, target))

    def state(self) -> Mapping[str, Tensor]:
        """The smoothed predicted shares."""
        return {"shares": self._shares}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with the shares of an earlier run."""
        shares = state.get("shares")
        if shares is not None and shares.shape == self._shares.shape:
            self._shares = shares.to(self._shares)

    def _weights(self, logits: Tensor) -> Tensor:
        with torch.no_grad():
            self._shares = self._shares.lerp(logits.softmax(1).mean(0), 1 - self._settings.weight_memory)
            return losses.class_weights(self._shares, self._settings.weight_limit)

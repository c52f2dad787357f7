"""SupSeg: cross-entropy on painted pixels; if asked, unpainted ones are taken for the rest of the sea."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.batch import Batch, UnlabelledPatches
from napari_fathom.learning.methods.base import Loss, MethodContext, Rows, features_of, unlabelled_rows
from napari_fathom.learning.nets.network import Network

__all__ = ["SupSeg"]


class SupSeg:
    """The supervised segmentation objective, alone or with the unpainted sea taken for one class.

    With a rest class (settings `rest_class`, `rest_weight`), pixels of random patches that nobody has
    painted are taken for that class. Where 99 % of the sea is background that is wrong for one pixel in a
    hundred, and right for every kind of layer, seabed and noise that no stroke has met: learning from
    positive and unlabelled examples, where the unlabelled stand in for the negatives. `docs/benchmarks.md`
    shows what it gains.

    Class weights come from the network's own predictions on painted pixels (Eq. 5). Predicted shares are
    probabilities, not counts of the most probable class, smoothed over mini-batches from equal shares on: a
    class that is not predicted for a while keeps a finite, slowly growing weight.

    Parameters
    ----------
    context : MethodContext

    References
    ----------
    Brautaset et al. 2020; PredKlus, Eq. 3 and 5. Rest class: Elkan and Noto 2008, KDD, 213–220.
    """

    name: ClassVar[str] = "supseg"

    def __init__(self, context: MethodContext) -> None:
        self._settings, self._rest = context.settings, context.rest
        self._shares = torch.full((context.classes,), 1.0 / context.classes, device=context.device)

    @property
    def needs_unlabelled(self) -> bool:
        """Painted pixels are enough, unless the unpainted ones are taken for the rest class."""
        return self._rest is not None

    @property
    def needs_view(self) -> bool:
        """One view will do."""
        return False

    def objectives(self, network: Network, batch: Batch) -> Iterator[Loss]:
        """Yield the segmentation loss."""
        labelled, unlabelled = features_of(network, batch)
        loss = self._painted(network, labelled, batch.labelled.target)
        if batch.unlabelled is not None:
            loss = replace(loss, unlabelled=unlabelled_rows(network, batch, batch.unlabelled, unlabelled))
            if self._rest is not None:
                rest = self._unpainted(network, unlabelled, batch.unlabelled)
                loss = replace(loss, value=loss.value + self._settings.rest_weight * rest)
        yield loss

    def _painted(self, network: Network, rows: Tensor, target: Tensor) -> Loss:
        """Eq. 3: cross-entropy of the painted pixels; weighted by Eq. 5, or all classes alike."""
        places = torch.nonzero(target.reshape(-1) >= 0).squeeze(1)
        chosen, features = target.reshape(-1)[places], rows[places]
        logits = network.heads.classes(features).float()
        value = losses.weighted_cross_entropy(logits, chosen, self._class_weights(logits, chosen))
        return Loss("segmentation", value, Rows(features, chosen))

    def _unpainted(self, network: Network, rows: Tensor, patches: UnlabelledPatches) -> Tensor:
        """Cross-entropy of unpainted pixels and the rest class."""
        unpainted = patches.valid if patches.unpainted is None else patches.unpainted
        logits = network.heads.classes(rows[unpainted.reshape(-1)])
        target = torch.full(logits.shape[:1], self._rest or 0, device=logits.device)
        return losses.weighted_cross_entropy(logits, target)

    def state(self) -> Mapping[str, Tensor]:
        """The smoothed predicted shares."""
        return {"shares": self._shares}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with the shares of an earlier run."""
        shares = state.get("shares")
        if shares is not None and shares.shape == self._shares.shape:
            self._shares = shares.to(self._shares)

    def _class_weights(self, logits: Tensor, target: Tensor) -> Tensor | None:
        if self._rest is not None:
            # Not Eq. 5: that would answer the rest's many pixels by weighing the other classes up again.
            return losses.cluster_weights(torch.bincount(target, minlength=logits.shape[1]))
        if self._settings.class_weights == "none":
            return None
        with torch.no_grad():
            self._shares = self._shares.lerp(logits.softmax(1).mean(0), 1 - self._settings.weight_memory)
            return losses.class_weights(self._shares, self._settings.weight_limit)

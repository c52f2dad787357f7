"""SupSeg: cross-entropy on painted pixels; if asked, unpainted ones are taken for the rest of the sea."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.batch import Batch, UnlabelledPatches
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import (
    Loss,
    MethodContext,
    PlainMethod,
    Rows,
    features_of,
    unlabelled_rows,
)
from napari_fathom.learning.nets.network import Network

__all__ = ["SupSeg", "painted_weight"]

_FIRST_WEIGHT = 30.0  # of a painted pixel; rare classes never get off the ground with less
_FALL = 0.3, 0.7  # between these parts of the run the weight falls to its last value


class SupSeg(PlainMethod):
    """The supervised segmentation objective, alone or with the unpainted sea taken for one class.

    With a rest class (settings `rest_class`, `rest_weight`), pixels that nobody has painted, in random
    patches and around the painted ones, are taken for that class. Where 99 % of the sea is background that is
    wrong for one pixel in a hundred, and right for every kind of layer, seabed and noise that no stroke has
    met: learning from positive and unlabelled examples, the unlabelled in the place of the negatives.

        L = (w Σ CE(painted) + λ Σ CE(unpainted, rest)) / (w · painted + λ · unpainted)

    The weight w of a painted pixel begins high (`painted_weight`) and falls to where all classes but the rest
    make up as much of the loss of random patches as they are thought to make up of the sea (`rare_share`).

    Without one, class weights come from the network's own predictions on painted pixels (Eq. 5). Predicted
    shares are probabilities, not counts of the most probable class, smoothed over mini-batches from equal
    shares on: a class that is not predicted for a while keeps a finite, slowly growing weight.

    Parameters
    ----------
    context : MethodContext

    References
    ----------
    Brautaset et al. 2020; PredKlus, Eq. 3 and 5. Rest class: Elkan and Noto 2008, KDD, 213–220.
    """

    name: ClassVar[str] = "supseg"
    about: ClassVar[About] = About(
        "SupSeg",
        "Brautaset et al. 2020",
        "Learns from your strokes, and that nearly all else is background. Quick; a good start.",
    )

    def __init__(self, context: MethodContext) -> None:
        self._settings, self._rest = context.settings, context.rest
        self._shares = torch.full((context.classes,), 1.0 / context.classes, device=context.device)
        self._painted, self._unpainted = torch.zeros(context.classes, dtype=torch.float64), 0
        self._steps = 0

    @property
    def needs_unlabelled(self) -> bool:
        """Painted pixels are enough, unless the unpainted ones are taken for the rest class."""
        return self._rest is not None

    def objectives(self, network: Network, batch: Batch) -> Iterator[Loss]:
        """Yield the segmentation loss."""
        yield self.loss(network, batch, *features_of(network, batch))

    def loss(self, network: Network, batch: Batch, labelled: Tensor, unlabelled: Tensor) -> Loss:
        """The segmentation loss of what `features_of` gave."""
        features, target = _said(labelled, batch.labelled.target)
        if self._rest is None or batch.unlabelled is None:
            logits = network.heads.classes(features).float()
            value = losses.weighted_cross_entropy(logits, target, self._class_weights(logits))
        else:
            value = self._with_rest(network, torch.cat([labelled, unlabelled]), batch, batch.unlabelled)
        loss = Loss("segmentation", value, Rows(features, target))
        if batch.unlabelled is not None:
            loss = replace(loss, unlabelled=unlabelled_rows(network, batch, batch.unlabelled, unlabelled))
        return loss

    def _with_rest(self, network: Network, rows: Tensor, batch: Batch, patches: UnlabelledPatches) -> Tensor:
        """Cross-entropy of all that is painted or taken for the rest, in every patch."""
        target = _joined(batch.labelled.target, patches.target)
        nobody = torch.zeros_like(batch.labelled.valid)
        unpainted = _joined(
            nobody if batch.labelled.unpainted is None else batch.labelled.unpainted,
            patches.valid if patches.unpainted is None else patches.unpainted,
        )
        features, classes = _said(rows[: len(target)], target)
        rest = rows[unpainted]
        self._look(patches.target, unpainted[batch.labelled.target.numel() :])
        weight = painted_weight(self._progress(), self._last_weight())
        share = weight * len(classes) / max(weight * len(classes) + self._settings.rest_weight * len(rest), 1)
        painted_loss = losses.weighted_cross_entropy(network.heads.classes(features), classes)
        all_rest = torch.full(rest.shape[:1], self._rest or 0, device=rest.device)
        rest_loss = losses.weighted_cross_entropy(network.heads.classes(rest), all_rest)
        return torch.lerp(rest_loss, painted_loss, share)

    def state(self) -> Mapping[str, Tensor]:
        """The smoothed predicted shares; the weight of each class in the loss of random patches."""
        seen = self._painted * self._last_weight()
        seen[self._rest or 0] += self._unpainted * self._settings.rest_weight
        return {"shares": self._shares, "seen": seen}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with the shares of an earlier run."""
        shares = state.get("shares")
        if shares is not None and shares.shape == self._shares.shape:
            self._shares = shares.to(self._shares)

    def _look(self, target: Tensor | None, unpainted: Tensor) -> None:
        """Count what random patches hold: pixels painted as each class, and unpainted ones."""
        if target is not None:
            self._painted += torch.bincount(target[target >= 0], minlength=len(self._painted)).cpu()
        self._unpainted += int(unpainted.sum())

    def _last_weight(self) -> float:
        """What a painted pixel must weigh for all classes but the rest to have their share of the loss."""
        everything = float(self._painted.sum()) + self._unpainted
        others = float(self._painted.sum() - self._painted[self._rest or 0])
        return min(max(self._settings.rare_share * everything / max(others, 1), 1.0), _FIRST_WEIGHT)

    def _progress(self) -> float:
        """How much of the run is over, counted by calls."""
        self._steps += 1
        return (self._steps - 1) / (self._settings.epochs * self._settings.steps)

    def _class_weights(self, logits: Tensor) -> Tensor | None:
        if self._settings.class_weights == "none":
            return None
        with torch.no_grad():
            self._shares = self._shares.lerp(logits.softmax(1).mean(0), 1 - self._settings.weight_memory)
            return losses.class_weights(self._shares, self._settings.weight_limit)


def painted_weight(progress: float, last: float) -> float:
    """How many unpainted pixels a painted one outweighs.

    30 at first: among 99 % of background a network that weighs all pixels alike calls everything background
    for hundreds of steps. But what it weighs 30-fold it calls too often, school edges above all; so in the
    middle of the run the weight falls to `last`, geometrically.

    Parameters
    ----------
    progress : float
        Part of the run that is over, in [0, 1].
    last : float
        Weight from 70 % of the run on.
    """
    start, stop = _FALL
    fallen = min(max((progress - start) / (stop - start), 0.0), 1.0)
    return float(_FIRST_WEIGHT ** (1 - fallen) * last**fallen)


def _said(rows: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Rows and classes of the pixels that have one."""
    places = torch.nonzero(target.reshape(-1) >= 0).squeeze(1)
    return rows[places], target.reshape(-1)[places]


def _joined(labelled: Tensor, unlabelled: Tensor | None) -> Tensor:
    """Planes of the labelled patches, then of the others, as rows."""
    flat = labelled.reshape(-1)
    return flat if unlabelled is None else torch.cat([flat, unlabelled.reshape(-1)])

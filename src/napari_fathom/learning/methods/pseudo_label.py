"""Pseudo-Label: take one's own sure answers for labels."""

from collections.abc import Iterator
from typing import ClassVar

from napari_fathom.learning import losses
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod, Rows
from napari_fathom.learning.methods.certainty import FixedThreshold
from napari_fathom.learning.methods.image_rows import (
    ImageContext,
    image_features,
    supervised_loss,
)
from napari_fathom.learning.methods.ramp import Ramp
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["PseudoLabel"]


class PseudoLabel(PlainMethod):
    """Cross-entropy on labelled images, and on others with the most probable class where that is sure.

    L = CE(labelled) + w(t) · 1[max p > 0.95] · CE(x, argmax p)

    The mask is each image's own (DC3's code multiplies a column by a row, which masks by the mean). DC3's
    similarity has one view only to compare, and so becomes the entropy of its clusters, as there.

    References
    ----------
    Lee 2013.
    """

    name: ClassVar[str] = "pseudo-label"
    about: ClassVar[About] = About(
        "Pseudo-Label",
        "Lee 2013",
        "Learns from your labels, and from its own sure answers.",
    )
    main_loss: ClassVar[str] = "classes"
    needs_labels: ClassVar[bool] = True
    strong_view: ClassVar[bool] = False
    needs_unlabelled = True  # they are what gets pseudo-labels

    def __init__(self, context: ImageContext) -> None:
        self._context, self._ramp = context, Ramp.of(context.settings)
        self._certainty = FixedThreshold(context.settings.threshold)

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the cross-entropy, with that of each unlabelled image's pseudo-label beside it."""
        labelled, unlabelled = image_features(network, batch.labelled, batch.unlabelled)
        value = supervised_loss(network.heads.classes(labelled), batch.said, self._context)
        logits, settings = network.heads.classes(unlabelled), self._context.settings
        sure = self._certainty.weigh(logits.detach().float().softmax(1))
        each = losses.pseudo_label_loss(logits, logits, sure)
        yield Loss(
            "classes",
            value,
            Rows(labelled, batch.target),
            Rows(unlabelled, view=unlabelled),
            settings.pseudo_label_weight * self._ramp.next() * each,
        )

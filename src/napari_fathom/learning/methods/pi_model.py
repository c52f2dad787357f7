"""π-model: the same answer for two views of the same image."""

from collections.abc import Iterator
from typing import ClassVar

from napari_fathom.learning import losses
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod, Rows
from napari_fathom.learning.methods.image_rows import (
    ImageContext,
    image_features,
    supervised_loss,
)
from napari_fathom.learning.methods.ramp import Ramp
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["PiModel"]


class PiModel(PlainMethod):
    """Cross-entropy on labelled images; on others, the squared difference between the answers to two views.

    L = CE(labelled) + w(t) · 50 · mean over classes of (softmax(x) − softmax(x′))²; gradient through both.

    References
    ----------
    Laine and Aila 2017, section 2.1.
    """

    name: ClassVar[str] = "pi-model"
    about: ClassVar[About] = About(
        "π-model",
        "Laine and Aila 2017",
        "Learns from your labels, and to answer alike to two views of an image.",
    )
    main_loss: ClassVar[str] = "classes"
    needs_labels: ClassVar[bool] = True
    strong_view: ClassVar[bool] = False
    needs_unlabelled = True  # they are what the two views are for
    needs_view = True  # two views are compared

    def __init__(self, context: ImageContext) -> None:
        self._context, self._ramp = context, Ramp.of(context.settings)

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the cross-entropy, with the consistency of each unlabelled image beside it."""
        labelled, first, second = image_features(network, batch.labelled, batch.unlabelled, batch.view)
        value = supervised_loss(network.heads.classes(labelled), batch.said, self._context)
        each = losses.squared_difference(network.heads.classes(first), network.heads.classes(second))
        yield Loss(
            "classes",
            value,
            Rows(labelled, batch.target),
            Rows(first, view=second),
            self._context.settings.consistency_weight * self._ramp.next() * each,
        )

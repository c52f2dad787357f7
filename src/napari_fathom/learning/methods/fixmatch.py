"""FixMatch: what is sure of a weak view is taken for the label of a strong one."""

from collections.abc import Iterator
from typing import ClassVar

from napari_fathom.learning import losses
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.base import Loss, Rows
from napari_fathom.learning.methods.image_rows import (
    ImageContext,
    Stateless,
    image_features,
    supervised_loss,
)
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["FixMatch"]


class FixMatch(Stateless):
    """Cross-entropy on labelled images, and between a strong view and the sure answer to the weak one.

    L = CE(labelled) + 1[max p(weak) ≥ 0.95] · CE(strong, argmax p(weak)); no gradient through the weak view's
    answer. The paper draws seven unlabelled images for each labelled one (`unlabelled_ratio`).

    References
    ----------
    Sohn et al. 2020, Eq. 3 and 4.
    """

    name: ClassVar[str] = "fixmatch"
    main_loss: ClassVar[str] = "classes"
    needs_labels: ClassVar[bool] = True
    strong_view: ClassVar[bool] = True

    def __init__(self, context: ImageContext) -> None:
        self._context = context

    @property
    def needs_unlabelled(self) -> bool:
        """They are what the method is about."""
        return True

    @property
    def needs_view(self) -> bool:
        """The strong one."""
        return True

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the cross-entropy, with that of each strong view's pseudo-label beside it."""
        labelled, weak, strong = image_features(network, batch.labelled, batch.unlabelled, batch.view)
        heads, settings = network.heads, self._context.settings
        value = supervised_loss(heads.classes(labelled), batch.target, self._context)
        each = losses.pseudo_label_loss(heads.classes(strong), heads.classes(weak), settings.threshold)
        yield Loss(
            "classes",
            value,
            Rows(labelled, batch.target),
            Rows(weak, view=strong),
            settings.pseudo_label_weight * each,
        )

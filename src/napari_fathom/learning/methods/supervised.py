"""Supervised: cross-entropy on the labelled images."""

from collections.abc import Iterator
from typing import ClassVar

from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod, Rows
from napari_fathom.learning.methods.image_rows import (
    ImageContext,
    image_features,
    supervised_loss,
)
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["Supervised"]


class Supervised(PlainMethod):
    """Learn from the labelled images alone: the baseline."""

    name: ClassVar[str] = "supervised"
    about: ClassVar[About] = About(
        "Supervised",
        "no paper of its own",
        "Learns from your labels alone: what the others are measured by.",
    )
    main_loss: ClassVar[str] = "classes"
    needs_labels: ClassVar[bool] = True
    strong_view: ClassVar[bool] = False

    def __init__(self, context: ImageContext) -> None:
        self._context = context

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the cross-entropy; unlabelled images, if there are any, are only handed on to a wrapper."""
        labelled, unlabelled, view = image_features(network, batch.labelled, batch.unlabelled, batch.view)
        value = supervised_loss(network.heads.classes(labelled), batch.said, self._context)
        others = None
        if batch.unlabelled is not None:
            others = Rows(unlabelled, view=None if batch.view is None else view)
        yield Loss("classes", value, Rows(labelled, batch.target), others)

"""SimCLR: learn to see, from images alone, by telling each image's two views from all others'."""

from collections.abc import Iterator
from typing import ClassVar

from napari_fathom.learning.contrastive_losses import contrastive_loss
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod
from napari_fathom.learning.methods.image_rows import ImageContext, image_features
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["SimCLR"]

_TEMPERATURE = 0.2  # Chen et al. 2020, table 5: 0.1 to 0.5 are alike but for the length of the training


class SimCLR(PlainMethod):
    """Self-supervised: no label is looked at. What comes out is an encoder for another method to start from.

    The perceptron that joins pixels and measures serves as the paper's projection. It doesn't get the
    measures: they are the same in both views and would tell without a look at the pixels.

    References
    ----------
    Chen, Kornblith, Norouzi and Hinton 2020, Eq. 1.
    """

    name: ClassVar[str] = "simclr"
    about: ClassVar[About] = About(
        "SimCLR",
        "Chen et al. 2020",
        "Finds the other view of an image among many. Looks at no label; another method goes on from it.",
    )
    main_loss: ClassVar[str] = "contrast"
    needs_labels: ClassVar[bool] = False
    heeds_measures: ClassVar[bool] = False
    strong_view: ClassVar[bool] = True
    needs_unlabelled = True  # all images are
    needs_view = True  # two views are what it is about

    def __init__(self, context: ImageContext) -> None:
        del context  # nothing to set

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the contrastive loss of the mini-batch."""
        assert batch.unlabelled is not None and batch.view is not None
        first, second = image_features(network, batch.unlabelled.unmeasured, batch.view.unmeasured)
        yield Loss("contrast", contrastive_loss(first, second, _TEMPERATURE))

"""SPICE-Self: clusters by the pseudo-labels of prototypes."""

from typing import ClassVar

from torch import Tensor

from napari_fathom.learning.cluster_losses import double_softmax_loss
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.self_labelling import SelfLabelling
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.prototypes import PseudoLabels

__all__ = ["SPICE"]


class SPICE(SelfLabelling):
    """Three views: as it is for the prototypes, weak for who is sure, strong to learn from.

    Every pseudo-label counts the same, in a cross-entropy of a double softmax. With `cluster_loss`
    "soft-contrastive" this is RPSC's SPICE-SCL.

    References
    ----------
    Niu, Shan and Wang 2022 (SPICE), section III-B; RPSC, table 5.
    """

    name: ClassVar[str] = "spice"
    about: ClassVar[About] = About(
        "SPICE-Self",
        "Niu et al. 2022",
        "Clusters what an encoder sees, without labels, by prototypes; makes clusters of one size.",
    )

    def _scored(self, network: ImageNetwork, places: Tensor, plain: Tensor) -> Tensor:
        del plain
        return self._seen(network, places, self._gallery.weak)

    def _loss(self, logits: Tensor, found: PseudoLabels) -> Tensor:
        if self._context.settings.cluster_loss == "soft-contrastive":
            return super()._loss(logits, found)
        return double_softmax_loss(logits, found.labels)

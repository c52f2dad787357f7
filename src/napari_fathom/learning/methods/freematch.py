"""FreeMatch: FixMatch whose threshold grows with what the network has learned, of each class by itself."""

from typing import ClassVar

from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.certainty import SelfAdaptiveThreshold, memory_for
from napari_fathom.learning.methods.fixmatch import FixMatch
from napari_fathom.learning.methods.image_rows import ImageContext

__all__ = ["FreeMatch"]


class FreeMatch(FixMatch):
    """FixMatch with a self-adaptive threshold, and self-adaptive fairness beside it.

    L = CE(labelled) + 1[max p(weak) > τ(argmax p)] · CE(strong, argmax p(weak)) + w_f · L_fairness

    References
    ----------
    Wang et al. 2023, Eq. 5 to 12.
    """

    name: ClassVar[str] = "freematch"
    about: ClassVar[About] = About(
        "FreeMatch",
        "Wang et al. 2023",
        "FixMatch whose threshold grows with what was learned. Wants many steps.",
    )

    def __init__(self, context: ImageContext) -> None:
        memory = memory_for(context.settings)
        self._adaptive = SelfAdaptiveThreshold(context.classes, memory, context.device)
        super().__init__(context, self._adaptive)

    def _beside(self, answer: Tensor, weights: Tensor) -> Tensor:
        fairness = losses.fairness_loss(answer, weights > 0, self._adaptive.shares, self._adaptive.found)
        return self._context.settings.fairness_weight * fairness

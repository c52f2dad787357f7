"""FixMatch: what is sure of a weak view is taken for the label of a strong one."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod, Rows
from napari_fathom.learning.methods.certainty import Certainty, FixedThreshold
from napari_fathom.learning.methods.image_rows import ImageContext, image_features, supervised_loss
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["FixMatch"]


class FixMatch(PlainMethod):
    """Cross-entropy on labelled images, and between a strong view and the sure answer to the weak one.

    L = CE(labelled) + w(p(weak)) · CE(strong, argmax p(weak)); no gradient through the weak view's answer. w
    is 1[max p ≥ 0.95] here; FreeMatch and SoftMatch put another in its place. The paper draws seven
    unlabelled images for each labelled one (`unlabelled_ratio`).

    References
    ----------
    Sohn et al. 2020, Eq. 3 and 4.
    """

    name: ClassVar[str] = "fixmatch"
    about: ClassVar[About] = About(
        "FixMatch",
        "Sohn et al. 2020",
        "Learns from your labels, and from sure answers to images that are then changed strongly. "
        "Wants many steps.",
    )
    main_loss: ClassVar[str] = "classes"
    needs_labels: ClassVar[bool] = True
    strong_view: ClassVar[bool] = True
    needs_unlabelled = True  # they are what the method is about
    needs_view = True  # the strong one

    def __init__(self, context: ImageContext, certainty: Certainty | None = None) -> None:
        self._context = context
        self._certainty = certainty or FixedThreshold(context.settings.threshold)

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the cross-entropy, with that of each strong view's pseudo-label beside it."""
        labelled, weak, strong = image_features(network, batch.labelled, batch.unlabelled, batch.view)
        value = supervised_loss(self._logits(network, labelled), batch.said, self._context)
        guess, answer = self._logits(network, weak).detach().float().softmax(1), self._logits(network, strong)
        weights = self._certainty.weigh(guess)
        each = losses.pseudo_label_loss(answer, guess, weights)
        yield Loss(
            "classes",
            value + self._beside(answer, weights),
            Rows(labelled, batch.target),
            Rows(weak, view=strong),
            self._context.settings.pseudo_label_weight * each,
        )

    def _logits(self, network: ImageNetwork, rows: Tensor) -> Tensor:
        """What is learned, of rows of features (N, D)."""
        return network.heads.classes(rows)

    def _beside(self, answer: Tensor, weights: Tensor) -> Tensor | float:
        """What a mini-batch's strong answers as a whole add to the loss: here nothing."""
        return 0.0

    def state(self) -> Mapping[str, Tensor]:
        """What was learned of how sure answers are."""
        return self._certainty.state()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with it."""
        self._certainty.restore(state)

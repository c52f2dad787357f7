"""Images through the network together, and what all methods of images share."""

from collections.abc import Callable
from typing import ClassVar, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.images.batch import ImageBatch, Views
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.methods.base import Method, MethodContext
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.nets.network import evaluating

__all__ = [
    "ImageContext",
    "ImageMethod",
    "SpreadFeatures",
    "image_features",
    "settle_plainly",
    "spread",
    "supervised_loss",
]

ImageContext = MethodContext[ImageSettings]

_SAMPLE = 2048  # images whose features tell mean and spread to the heads that answer


class ImageMethod(Method[ImageNetwork, ImageBatch], Protocol):
    """A way of learning from a few labelled images and many others; registered in `IMAGE_METHODS`."""

    main_loss: ClassVar[str]
    """Name of the loss that judges an epoch where nothing is held out."""
    needs_labels: ClassVar[bool]
    """False for one that only learns to see, for others to go on from."""
    strong_view: ClassVar[bool]
    """Whether the second view is to be a strong one."""
    trains_clusters: ClassVar[bool]
    """Whether the cluster head learns something without DC3; without labels, that is its answer."""
    heeds_measures: ClassVar[bool]
    """Whether the heads are shown measures; False where those would give away which views belong together."""
    before: ClassVar[str]
    """The method whose network it goes on from; 'pretrain': the one that this setting names; '': none."""

    def __init__(self, context: ImageContext) -> None: ...


def image_features(network: ImageNetwork, *views: Views | None) -> list[Tensor]:
    """Features of several sets of images that go through the network in one piece.

    One pass is quicker than many small ones; and where the encoder normalises over the mini-batch, all meet
    the same statistics.

    Returns
    -------
    list of Tensor, each of shape (n, D)
        Without rows for a set that is None.
    """
    sizes = [0 if each is None else len(each) for each in views]
    rows = network.features(Views.joined([each for each in views if each is not None]))
    return list(torch.split(rows, sizes))


def spread(rows: Tensor) -> Tensor:
    """Rows (n, D) with mean 0 and spread 1 in every column.

    The papers' networks normalise so in every layer; one that doesn't begins with all images in nearly one
    direction, in which a loss that compares images can't tell them apart.
    """
    return F.batch_norm(rows.float(), None, None, training=True) if len(rows) > 1 else rows.float()


class SpreadFeatures:
    """Features of each kind of view with mean 0 and spread 1, for heads that learn of such.

    Parameters
    ----------
    goes_on : bool
        Whether the network's heads are those of an earlier run, which read features as they are: they are
        brought to read spread ones with the first mini-batch.
    """

    def __init__(self, goes_on: bool) -> None:
        self._goes_on = goes_on

    def of(self, network: ImageNetwork, *views: Views | None) -> list[Tensor]:
        """Rows (n, D) of each kind, float32."""
        rows = image_features(network, *views)
        if self._goes_on:
            network.heads.to_spread(rows[0].float())
            self._goes_on = False
        return [spread(each) for each in rows]


def settle_plainly(
    network: ImageNetwork, gallery: Gallery, see: Callable[[Views], Tensor], check: Callable[[], None]
) -> None:
    """Let heads that learned of `spread` rows answer of features as they are.

    Parameters
    ----------
    network : ImageNetwork
        A copy about to be judged.
    gallery : Gallery
        Some of its images tell the features' means and spreads.
    see : callable
        The features that the heads have learned of.
    check : callable
        Raises when the user pressed Stop.
    """
    with evaluating(network):
        network.heads.to_plain(gallery.seen(see, gallery.draw(_SAMPLE), check=check))


def supervised_loss(logits: Tensor, said: Tensor, context: ImageContext) -> Tensor:
    """Cross-entropy, class-weighted by w_c = N / (C n_c) where classes are drawn as they come.

    `said` is what `ImageBatch.said` gives: a class for each image or, where people disagree, shares of all.
    """
    weights = None if context.weights is None else torch.tensor(context.weights, device=logits.device)
    if said.is_floating_point():
        return losses.soft_cross_entropy(logits, said, weights)
    return losses.weighted_cross_entropy(logits, said, weights)

"""DeepCluster: cluster what the encoder sees, learn to tell the clusters apart, and look again."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.kmeans import kmeans
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss
from napari_fathom.learning.methods.image_rows import ImageContext, spread
from napari_fathom.learning.methods.looking import LookingMethod
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.pca import principal_components

__all__ = ["DeepCluster", "whitened"]

_COMPONENTS = 256
_SMALLEST_VARIANCE = 1e-6  # of the largest: what is smaller is rounding, and must not be blown up
_HEAD_SPREAD = 0.01
_ITERATIONS = 20
_PSEUDO_LABELS, _IMAGES_EACH = 10, 10


class DeepCluster(LookingMethod):
    """Self-supervised: pseudo-labels are clusters of the features, found anew before every epoch.

    Features are the encoder's alone, in evaluation, of images as they are: reduced to 256 principal
    components, whitened and scaled to length 1, as by Caron et al. Every epoch has a new linear head;
    mini-batches draw every cluster alike, so that none grows for being large. No label is looked at.

    There are ten times as many pseudo-labels as there shall be clusters, which did best on photographs, as
    long as there are ten images for each; what that gains is told in docs/method-images.md.

    AILARON's text gives backbone, k-means, new head, SGD; what it leaves open (the reduction, how images are
    drawn, how many pseudo-labels) is as in the paper that it names. Sobel filters, for photographs' colours,
    are left out.

    References
    ----------
    Caron, Bojanowski, Joulin and Douze 2018 (DeepCluster), Eq. 1 and 2, sections 3.2, 3.3 and 4.1; AILARON,
    section 4.2.2 and algorithm 1.
    """

    name: ClassVar[str] = "deepcluster"
    about: ClassVar[About] = About(
        "DeepCluster (AILARON)",
        "Caron et al. 2018; Salvesen et al. 2022",
        "Learns to tell its own clusters apart, found anew each epoch. Looks at no label.",
    )
    main_loss: ClassVar[str] = "pseudo-labels"

    def __init__(self, context: ImageContext) -> None:
        super().__init__(context, salt=16)
        wanted = context.settings.clusters_for(context.classes)
        enough = min(self._most, len(self._gallery)) // _IMAGES_EACH
        self._clusters = max(wanted, min(_PSEUDO_LABELS * wanted, enough))
        self._head = nn.Linear(context.seen, self._clusters).to(context.device)
        self._labels, self._weights = torch.zeros(0, dtype=torch.int64), torch.zeros(0)

    def parameters(self) -> Iterable[nn.Parameter]:
        """The head's."""
        return self._head.parameters()

    def _look(self, seen: Tensor) -> None:
        """Find new pseudo-labels, and begin a new head for them."""
        found = kmeans(
            whitened(seen),
            self._clusters,
            iterations=_ITERATIONS,
            generator=self._random,
            check=self._check,
        )
        self._labels = found.labels.cpu()
        self._weights = 1 / found.counts.cpu()[self._labels].float()
        self._head.weight.copy_(torch.randn(self._head.weight.shape, generator=self._random) * _HEAD_SPREAD)
        self._head.bias.zero_()

    def _learn(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Cross-entropy with the pseudo-labels of images from all clusters alike."""
        chosen = torch.multinomial(self._weights, self._size, replacement=True, generator=self._random)
        logits = self._head(spread(network.pooled(self._gallery.weak(self._places[chosen]))))
        labels = self._labels[chosen].to(logits.device)
        yield Loss("pseudo-labels", F.cross_entropy(logits.float(), labels))


def whitened(rows: Tensor) -> Tensor:
    """Principal components of rows, each with variance 1; then rows of length 1.

    Parameters
    ----------
    rows : Tensor, shape (N, D)

    Returns
    -------
    Tensor, shape (N, M)
        M ≤ 256; components in which rows hardly differ are left out.

    References
    ----------
    DeepCluster, section 3.3 (implementation details).
    """
    components = principal_components(rows, _COMPONENTS)
    kept = components.variance > _SMALLEST_VARIANCE * components.variance[0]
    kept[0] = True
    spread = components.variance.clamp_min(torch.finfo(rows.dtype).tiny).sqrt()
    return F.normalize((components.project(rows) / spread)[:, kept], dim=1)

"""SCAN: an image and its nearest neighbours are of one cluster."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

import torch
from torch import Tensor, nn

from napari_fathom.events import Note, Progress
from napari_fathom.learning import losses
from napari_fathom.learning.cluster_losses import neighbour_loss, spread_loss
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod
from napari_fathom.learning.methods.head_copies import HeadCopies
from napari_fathom.learning.methods.iic import Head
from napari_fathom.learning.methods.image_rows import ImageContext, SpreadFeatures, settle_plainly
from napari_fathom.learning.methods.self_labelling import soft_contrast
from napari_fathom.learning.neighbours import nearest_neighbours
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.nets.projection import embed_all
from napari_fathom.learning.prototypes import PseudoLabels, closeness

__all__ = ["SCAN"]

_SPREAD_WEIGHT = 5.0  # λ: SCAN, section 3.1
_NEIGHBOURS = 20  # the same; 50 on ImageNet
_CLUSTERING = 0.5  # share of the run; the paper: 100 epochs, then 200


class SCAN(PlainMethod):
    """Two halves, without labels: clustering by neighbours, then learning from the surest answers.

        L = −1/N Σ ln ⟨p(x), p(neighbour of x)⟩ + λ Σ_k p̄_k ln p̄_k
        L = CE(strong, argmax p(weak)) of images with max p(weak) ≥ `threshold`, rare clusters weighing more

    Neighbours are nearest in what the encoder saw when the run began; encoder and all heads learn, and the
    second half goes on with the head whose loss was lowest. As with `IIC`, heads read features with mean 0
    and spread 1 over the mini-batch: of nearly equal ones p = 1/K is where the loss rests. The paper's
    threshold is 0.99. With `cluster_loss` "soft-contrastive" the second half's loss is RPSC's: confidence is
    how near an image was, when the run began, to the middle of those with its pseudo-label.

    References
    ----------
    Van Gansbeke et al. 2020 (SCAN), Eq. 2, sections 2.2 and 2.3; RPSC, table 5.
    """

    name: ClassVar[str] = "scan"
    about: ClassVar[About] = About(
        "SCAN",
        "Van Gansbeke et al. 2020",
        "Puts images that an encoder sees near each other into one cluster, without labels.",
    )
    main_loss: ClassVar[str] = "clusters"
    needs_labels: ClassVar[bool] = False
    trains_clusters: ClassVar[bool] = True
    strong_view: ClassVar[bool] = True
    before: ClassVar[str] = "pretrain"
    needs_unlabelled = True  # all images are

    def __init__(self, context: ImageContext) -> None:
        assert context.gallery is not None
        self._context, settings = context, context.settings
        self._gallery: Gallery = context.gallery
        self._random = context.generator(salt=10)
        clusters, heads = settings.clusters_for(context.classes), settings.projection_heads
        self._copies = HeadCopies(settings.features, clusters, heads, context.device, self._random)
        self._left = int(_CLUSTERING * settings.epochs * settings.steps)
        self._embeddings: Tensor | None = None
        self._neighbours = torch.zeros(0)
        self._seen = SpreadFeatures(context.heads_go_on)

    @property
    def needs_view(self) -> bool:
        """The strong one, in the second half."""
        return self._left == 0

    def begin(self, network: ImageNetwork) -> Iterator[Note | Progress]:  # type: ignore[override]
        """Find everybody's neighbours."""
        check, count = self._context.check, self._context.settings.neighbours or _NEIGHBOURS
        self._embeddings = yield from embed_all(network, self._gallery, check)
        self._neighbours = yield from nearest_neighbours(self._embeddings, count, check)

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the loss of the half that the run is in."""
        assert batch.unlabelled is not None and batch.places is not None
        if self._left:
            yield Loss("clusters", self._clustering(network, batch, batch.places))
            self._left -= 1
            if not self._left:
                self._copies.put_best(network.heads, "clusters")
        else:
            yield Loss("pseudo-labels", self._self_labelling(network, batch, batch.places))

    def parameters(self) -> Iterable[nn.Parameter]:
        """The other heads'."""
        return self._copies.parameters()

    def settle(self, network: ImageNetwork) -> None:  # type: ignore[override]
        """Let the best head answer, of features as they are."""
        if self._left:
            self._copies.put_best(network.heads, "clusters")
        settle_plainly(network, self._gallery, network.features, self._context.check)

    def _clustering(self, network: ImageNetwork, batch: ImageBatch, places: Tensor) -> Tensor:
        choice = torch.randint(self._neighbours.shape[1], (len(places),), generator=self._random)
        near = self._gallery.weak(self._neighbours[places, choice])
        rows, others = self._seen.of(network, batch.unlabelled, near)

        def loss(head: Head) -> Tensor:
            p, q = head(rows).float().softmax(1), head(others).float().softmax(1)
            return neighbour_loss(p, q) + _SPREAD_WEIGHT * spread_loss(p)

        return self._copies.mean(network.heads.clusters, loss)

    def _self_labelling(self, network: ImageNetwork, batch: ImageBatch, places: Tensor) -> Tensor:
        weak, strong = self._seen.of(network, batch.unlabelled, batch.view)
        heads = network.heads
        sure, label = heads.clusters(weak).detach().float().softmax(1).max(1)
        known = sure >= self._context.settings.threshold
        logits, labels = heads.clusters(strong[known]), label[known]
        if not len(labels):
            return logits.float().sum()  # 0: nothing to learn from this mini-batch
        if self._context.settings.cluster_loss == "soft-contrastive":
            return soft_contrast(logits, self._pseudo_labels(places[known.cpu()], labels, logits.shape[1]))
        counts = torch.bincount(labels, minlength=logits.shape[1])
        return losses.weighted_cross_entropy(logits, labels, 1 / counts.clamp_min(1))

    def _pseudo_labels(self, places: Tensor, labels: Tensor, clusters: int) -> PseudoLabels:
        assert self._embeddings is not None
        rows = self._embeddings[places]
        counts = torch.bincount(labels, minlength=clusters).clamp_min(1)
        sums = torch.zeros(clusters, rows.shape[1], device=rows.device).index_add_(0, labels, rows)
        return PseudoLabels(places, labels, closeness(rows, labels, sums / counts[:, None]))

"""Clusters by self-labelling: a frozen encoder, and heads that learn from their own surest answers."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from napari_fathom.events import Note, Progress
from napari_fathom.learning.cluster_losses import soft_contrastive_loss
from napari_fathom.learning.images.batch import ImageBatch, Views
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.methods.base import Loss, PlainMethod, restore_module
from napari_fathom.learning.methods.image_rows import ImageContext
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.nets.network import seeded
from napari_fathom.learning.nets.projection import ProjectionHead, embed, embed_all
from napari_fathom.learning.prototypes import PseudoLabels, centres_of_sure, nearest_members

__all__ = ["CONFIDENT_SHARE", "SelfLabelling", "soft_contrast"]

CONFIDENT_SHARE = 0.5
"""γ, of N / K images: SPICE and RPSC alike."""
_TEMPERATURE = 0.5  # τ: RPSC, "Parametric Setting"
_OF_EACH_CLUSTER = 100  # images in a mini-batch: 1,000 for 10 clusters, 2,000 for 20 (RPSC, SPICE)
_MEMORY = 0.99  # of each head's running loss
_PREFIX, _LOSSES = "projection.", "losses of projection heads"


def soft_contrast(logits: Tensor, found: PseudoLabels) -> Tensor:
    """RPSC's loss of logits (V, K) of the items that have pseudo-labels."""
    return soft_contrastive_loss(logits.float().softmax(1), found.labels, found.confidence, _TEMPERATURE)


class SelfLabelling(PlainMethod):
    """What SPICE-Self and RPSC-Self share: no label is looked at, and the encoder stays as it is.

    In each mini-batch, and for each of several heads by itself: the images that are most surely of a cluster
    have their middle for its centre; those nearest to it have the cluster for their pseudo-label; the head
    learns that label of a strong view. The head with the lowest loss of late becomes a part of the network.

    Heads normalise each kind of view by itself, and answer with the statistics of all images as they are:
    with those of the strong views that they learn from, most images would end up in one cluster.
    """

    main_loss: ClassVar[str] = "clusters"
    needs_labels: ClassVar[bool] = False
    trains_clusters: ClassVar[bool] = True
    strong_view: ClassVar[bool] = False
    before: ClassVar[str] = "pretrain"

    def __init__(self, context: ImageContext) -> None:
        assert context.gallery is not None
        self._context, settings = context, context.settings
        self._gallery: Gallery = context.gallery
        clusters, measures = settings.clusters_for(context.classes), self._gallery.measures
        with seeded(settings.seed + 9):
            self._heads = nn.ModuleList(
                ProjectionHead(context.seen + measures, settings.features, clusters)
                for _ in range(settings.projection_heads)
            ).to(context.device)
        self._losses = torch.zeros(settings.projection_heads)
        self._images = min(settings.cluster_batch, _OF_EACH_CLUSTER * clusters)
        self._embeddings: Tensor | None = None

    def begin(self, network: ImageNetwork) -> Iterator[Note | Progress]:  # type: ignore[override]
        """Embed all images as they are; the encoder is frozen, so once will do."""
        self._embeddings = yield from embed_all(network, self._gallery, self._context.check)

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the sum of all heads' losses: each learns as if it were alone."""
        del batch
        network.encoder.eval().requires_grad_(False)
        places = self._gallery.draw(self._images)
        assert self._embeddings is not None
        plain = self._embeddings[places]
        scored = self._scored(network, places, plain)
        strong = self._seen(network, places, self._gallery.strong)
        each = torch.stack([self._of(head, plain, scored, strong) for head in self._heads])
        self._losses = self._losses.lerp(each.detach().float().cpu(), 1 - _MEMORY)
        yield Loss("clusters", each.sum())

    def parameters(self) -> Iterable[nn.Parameter]:
        """The heads'."""
        return self._heads.parameters()

    def state(self) -> Mapping[str, Tensor]:
        """The heads, and how well each did of late."""
        return {**self._heads.state_dict(prefix=_PREFIX), _LOSSES: self._losses}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with heads of the same sizes."""
        if restore_module(self._heads, state, _PREFIX) and _LOSSES in state:
            self._losses = state[_LOSSES].clone()

    def settle(self, network: ImageNetwork) -> None:  # type: ignore[override]
        """Let the best head answer."""
        best = self._heads[int(self._losses.argmin())]
        assert isinstance(best, ProjectionHead) and self._embeddings is not None
        best.know(self._embeddings)
        best.become_part(network)

    def _scored(self, network: ImageNetwork, places: Tensor, plain: Tensor) -> Tensor:
        """Embeddings of the views by which heads say how sure they are."""
        del network, places
        return plain

    def _loss(self, logits: Tensor, found: PseudoLabels) -> Tensor:
        """Of strong views of the items with pseudo-labels, as the settings or the paper have it."""
        if self._context.settings.cluster_loss == "cross-entropy":
            return F.cross_entropy(logits.float(), found.labels)
        return soft_contrast(logits, found)

    def _of(self, head: nn.Module, plain: Tensor, scored: Tensor, strong: Tensor) -> Tensor:
        with torch.no_grad():
            sure = head(scored).float().softmax(1)
            found = nearest_members(plain, centres_of_sure(plain, sure, CONFIDENT_SHARE))
        logits: Tensor = head(strong[found.items])
        return self._loss(logits, found)

    def _seen(self, network: ImageNetwork, places: Tensor, views: Callable[[Tensor], Views]) -> Tensor:
        check = self._context.check
        return self._gallery.seen(lambda made: embed(network, made), places, views=views, check=check)

"""IIC: two views of an image belong in one cluster, and all clusters are as large."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar

from torch import Tensor, nn

from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod
from napari_fathom.learning.methods.head_copies import HeadCopies
from napari_fathom.learning.methods.image_rows import ImageContext, SpreadFeatures, settle_plainly
from napari_fathom.learning.mutual_information import mutual_information_loss
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["IIC", "mutual"]

Head = Callable[[Tensor], Tensor]


class IIC(PlainMethod):
    """Self-supervised: mutual information of two views' clusters, of cluster and class heads in turn.

    No label is looked at. What comes out are clusters, by the best of the cluster heads, or an encoder for
    another method to start from, the paper's fine-tuning. The measures are left out: they are the same in
    both views and would tell without a look.

    Heads read features with mean 0 and spread 1 over the mini-batch: of features as they are they never
    learned anything (docs/method-images.md). Those that answer have this in their weights.

    References
    ----------
    Ji, Henriques and Vedaldi 2019, Eq. 3, sections 3.3 (overclustering) and 4.1.
    """

    name: ClassVar[str] = "iic"
    about: ClassVar[About] = About(
        "IIC",
        "Ji et al. 2019",
        "Puts two views of an image into one cluster, and makes clusters of one size. Looks at no label.",
    )
    main_loss: ClassVar[str] = "clusters"
    needs_labels: ClassVar[bool] = False
    trains_clusters: ClassVar[bool] = True
    heeds_measures: ClassVar[bool] = False
    strong_view: ClassVar[bool] = False
    needs_unlabelled = True  # all images are
    needs_view = True  # two views are what it is about

    def __init__(self, context: ImageContext) -> None:
        settings, random = context.settings, context.generator(salt=6)
        self._gallery, self._check = context.gallery, context.check
        clusters = settings.clusters_for(context.classes)
        sizes = {"clusters": clusters} | ({"classes": context.classes} if context.classes else {})
        self._copies = {
            kind: HeadCopies(settings.features, size, settings.head_copies, context.device, random)
            for kind, size in sizes.items()
        }
        self._turn, self._seen = 0, SpreadFeatures(context.heads_go_on)

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the loss of the cluster heads; with the next mini-batch that of the class heads, if any."""
        assert batch.unlabelled is not None and batch.view is not None
        first, second = self._seen.of(network, batch.unlabelled.unmeasured, batch.view.unmeasured)
        own: Mapping[str, Head] = {"classes": network.heads.classes, "clusters": network.heads.clusters}
        kind = tuple(self._copies)[self._turn % len(self._copies)]
        self._turn += 1
        yield Loss(kind, self._copies[kind].mean(own[kind], lambda head: mutual(head, first, second)))

    def parameters(self) -> Iterable[nn.Parameter]:
        """The other heads'."""
        return [weight for copies in self._copies.values() for weight in copies.parameters()]

    def settle(self, network: ImageNetwork) -> None:  # type: ignore[override]
        """Let the best head of each kind answer."""
        assert self._gallery is not None
        for kind, copies in self._copies.items():
            copies.put_best(network.heads, kind)
        settle_plainly(network, self._gallery, lambda views: network.features(views.unmeasured), self._check)


def mutual(head: Head, first: Tensor, second: Tensor) -> Tensor:
    """The mutual information loss of what a head says of pairs of rows (N, D)."""
    return mutual_information_loss(head(first).float().softmax(1), head(second).float().softmax(1))

"""IIC: two views of an image belong in one cluster, and all clusters are as large."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar

from torch import Tensor, nn

from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod
from napari_fathom.learning.methods.head_copies import HeadCopies
from napari_fathom.learning.methods.image_rows import ImageContext, image_features
from napari_fathom.learning.mutual_information import mutual_information_loss
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["IIC", "mutual"]

Head = Callable[[Tensor], Tensor]


class IIC(PlainMethod):
    """Self-supervised: mutual information of two views' clusters, of cluster and class heads in turn.

    No label is looked at; what comes out is an encoder for another method to start from, the paper's
    fine-tuning. The measures are left out: they are the same in both views and would tell without a look.

    References
    ----------
    Ji, Henriques and Vedaldi 2019, Eq. 3, sections 3.3 (overclustering) and 4.1.
    """

    name: ClassVar[str] = "iic"
    about: ClassVar[About] = About(
        "IIC",
        "Ji et al. 2019",
        "Clusters two views of an image alike. Looks at no label; another method goes on from it.",
    )
    main_loss: ClassVar[str] = "clusters"
    needs_labels: ClassVar[bool] = False
    strong_view: ClassVar[bool] = False
    needs_unlabelled = True  # all images are
    needs_view = True  # two views are what it is about

    def __init__(self, context: ImageContext) -> None:
        settings, random = context.settings, context.generator(salt=6)
        clusters = settings.clusters_for(context.classes)
        sizes = {"clusters": clusters} | ({"classes": context.classes} if context.classes else {})
        self._copies = nn.ModuleDict(
            {
                kind: HeadCopies(settings.features, size, settings.head_copies, context.device, random)
                for kind, size in sizes.items()
            }
        )
        self._turn = 0

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the loss of the cluster heads; with the next mini-batch that of the class heads, if any."""
        assert batch.unlabelled is not None and batch.view is not None
        first, second = image_features(network, batch.unlabelled.unmeasured, batch.view.unmeasured)
        own: Mapping[str, Head] = {"classes": network.heads.classes, "clusters": network.heads.clusters}
        kind = tuple(self._copies)[self._turn % len(self._copies)]
        self._turn += 1
        copies = self._copies[kind]
        assert isinstance(copies, HeadCopies)
        yield Loss(kind, copies.mean(own[kind], lambda head: mutual(head, first, second)))

    def parameters(self) -> Iterable[nn.Parameter]:
        """The other heads'."""
        return self._copies.parameters()


def mutual(head: Head, first: Tensor, second: Tensor) -> Tensor:
    """The mutual information loss of what a head says of pairs of rows (N, D)."""
    return mutual_information_loss(head(first).float().softmax(1), head(second).float().softmax(1))

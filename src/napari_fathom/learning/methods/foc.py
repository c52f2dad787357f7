"""FOC: cluster with mutual information, and keep labelled classes apart by an inverse cross-entropy."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from napari_fathom.learning import losses
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, MethodContext, PlainMethod, Rows
from napari_fathom.learning.methods.head_copies import HeadCopies
from napari_fathom.learning.methods.iic import Head, mutual
from napari_fathom.learning.methods.image_rows import ImageContext, image_features, spread, supervised_loss
from napari_fathom.learning.methods.partners import balanced, different_partners, same_partners
from napari_fathom.learning.nets.heads import Heads
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.nets.network import evaluating

__all__ = ["FOC", "FOCLight", "FuzzyHeads", "Items"]

_SAMPLE = 256  # labelled images whose features, beside others', tell mean and spread to the heads that answer


@dataclass(frozen=True)
class Items:
    """What a mini-batch holds, as rows of features.

    Parameters
    ----------
    labelled : Tensor, shape (n, D)
    said : Tensor
        As the supervised loss wants it.
    target : Tensor of int64, shape (n,)
        The class of each.
    first, second : Tensor, shape (m, D)
        Two views of the unlabelled; without rows where there are none.
    """

    labelled: Tensor
    said: Tensor
    target: Tensor
    first: Tensor
    second: Tensor


class FuzzyHeads:
    """Class heads and overclustering heads in turn, one mini-batch each, on items of any kind.

    Parameters
    ----------
    context : MethodContext
    features, clusters : int
        Sizes of a row and of the cluster logits.
    mutual_weight : float
        λ_m.
    supervised : callable
        The supervised loss of logits and what is said.
    """

    def __init__(
        self,
        context: MethodContext[Any],
        features: int,
        clusters: int,
        mutual_weight: float,
        supervised: Callable[[Tensor, Tensor], Tensor],
    ) -> None:
        settings, self._random = context.settings, context.generator(salt=7)
        copies, device = settings.head_copies, context.device
        self._classes = HeadCopies(features, context.classes, copies, device, self._random)
        self._clusters = HeadCopies(features, clusters, copies, device, self._random)
        self._weight, self._supervised = mutual_weight, supervised
        self._warm_up = settings.warm_up * settings.epochs * settings.steps if mutual_weight else 0
        self._with_ambiguity = settings.ambiguity
        self._batches = 0

    def loss(self, heads: Heads, items: Items, names: tuple[str, str]) -> tuple[str, Tensor]:
        """The loss of the next turn, and its name: of the class heads, or of the cluster heads.

        In the warm-up, where labels play no part, the former is `pretext`: no epoch is the best by it.
        """
        warm, turn = self._batches < self._warm_up, self._batches % 2
        name = "pretext" if warm and turn == 0 else names[turn]
        self._batches += 1
        pairs = items.first, items.second
        if not warm:
            same = same_partners(items.target, self._random)
            pairs = (
                torch.cat([items.labelled, items.first]),
                torch.cat([items.labelled[same], items.second]),
            )
        if turn == 0:
            said = None if warm else (items.labelled, items.said)
            return name, self._classes.mean(heads.classes, lambda head: self._normal(head, said, pairs))
        other = None if warm else self._apart(items.labelled, items.target)
        return name, self._clusters.mean(heads.clusters, lambda head: self._over(head, other, pairs))

    def parameters(self) -> Iterable[nn.Parameter]:
        """The other heads'."""
        return [*self._classes.parameters(), *self._clusters.parameters()]

    def settle(self, heads: Heads) -> None:
        """Let the best head of each kind answer; of clusters with DC3 the one that learns from it."""
        self._classes.put_best(heads, "classes")
        if not self._with_ambiguity:
            self._clusters.put_best(heads, "clusters")

    def _normal(self, head: Head, said: tuple[Tensor, Tensor] | None, pairs: tuple[Tensor, Tensor]) -> Tensor:
        value = self._mutual(head, pairs)
        return value if said is None else value + self._supervised(head(said[0]), said[1])

    def _over(
        self, head: Head, triples: tuple[Tensor, Tensor, Tensor] | None, pairs: tuple[Tensor, Tensor]
    ) -> Tensor:
        value = self._mutual(head, pairs)
        if triples is None or not len(triples[0]):
            return value
        one, two, other = (head(rows).float().softmax(1) for rows in triples)
        apart = losses.inverse_cross_entropy(one, other) + losses.inverse_cross_entropy(two, other)
        return value + apart.mean() / 2

    def _mutual(self, head: Head, pairs: tuple[Tensor, Tensor]) -> Tensor:
        if self._weight == 0:
            return pairs[0].sum() * 0  # with a gradient, though nothing of it is left
        return self._weight * mutual(head, *pairs)

    def _apart(self, labelled: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x₁, x₂ of its class, x₃ of another, where there is one."""
        same = same_partners(target, self._random)
        other, found = different_partners(target, self._random)
        return labelled[found], labelled[same[found]], labelled[other[found]]


class FOC(PlainMethod):
    """Class heads and overclustering heads in turn, one mini-batch each.

        class heads:    L = CE(labelled) + λ_m · MI(pairs)
        cluster heads:  L = ½ CE⁻¹(x₁, x₃) + ½ CE⁻¹(x₂, x₃) + λ_m · MI(pairs)

    Pairs are two views of an unlabelled image, and a labelled image with another of its class (supervised
    augmentation); x₃ is of another class. For the first part of the run (`warm_up`) nothing is said of the
    labels: that is the paper's pretext task. Of each kind of head there are several; the best is kept. The
    paper's r, the share of unlabelled images, is u / (1 + u) of `unlabelled_ratio` u: 0.5 for 1. As with
    `IIC`, heads read features with mean 0 and spread 1 over the mini-batch.

    The published code looks a pair's second image up in a shuffled list, so that it may be of another class;
    here it never is.

    References
    ----------
    Schmarje et al. 2021 (FOC), Eq. 1 to 4, sections 3.3 to 3.5 and 4.2.
    """

    name: ClassVar[str] = "foc"
    about: ClassVar[About] = About(
        "FOC",
        "Schmarje et al. 2021",
        "Finds more clusters than classes, and keeps labelled classes apart. "
        "For labels that experts dispute.",
    )
    main_loss: ClassVar[str] = "classes"
    trains_clusters: ClassVar[bool] = True
    needs_labels: ClassVar[bool] = True
    strong_view: ClassVar[bool] = False

    def __init__(self, context: ImageContext) -> None:
        self._context, settings = context, context.settings
        self._heads = FuzzyHeads(
            context,
            settings.features,
            settings.clusters_for(context.classes),
            self._mutual_weight,
            lambda logits, said: supervised_loss(logits, said, context),
        )
        self._random = context.generator(salt=19)
        self._unlabelled, self._goes_on = False, context.heads_go_on

    @property
    def _mutual_weight(self) -> float:
        return self._context.settings.mutual_weight

    @property
    def needs_unlabelled(self) -> bool:
        """They take part in the mutual information."""
        return self._mutual_weight > 0

    @property
    def needs_view(self) -> bool:
        """They are paired with themselves."""
        return self.needs_unlabelled

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the loss of the class heads, and with the next mini-batch that of the cluster heads."""
        rows = image_features(network, batch.labelled, batch.unlabelled, batch.view)
        if self._goes_on:
            network.heads.to_spread(torch.cat(rows).float())
            self._goes_on = False
        labelled, first, second = torch.split(spread(torch.cat(rows)), [len(each) for each in rows])
        self._unlabelled = batch.unlabelled is not None
        items = Items(labelled, batch.said, batch.target, first, second)
        name, value = self._heads.loss(network.heads, items, ("classes", "clusters"))
        unlabelled = None if batch.unlabelled is None else Rows(first, view=second)
        yield Loss(name, value, Rows(labelled, batch.target), unlabelled)

    def parameters(self) -> Iterable[nn.Parameter]:
        """The other heads'."""
        return self._heads.parameters()

    def settle(self, network: ImageNetwork) -> None:  # type: ignore[override]
        """Let the best head of each kind answer."""
        self._heads.settle(network.heads)
        gallery = self._context.gallery
        assert gallery is not None
        with evaluating(network):
            network.heads.to_plain(
                gallery.seen(network.features, self._places(gallery), check=self._context.check)
            )

    def _places(self, gallery: Gallery) -> Tensor:
        """Images in such shares as mini-batches show them: labelled ones, and others in two views."""
        natural = self._context.settings.draws == "natural"
        said = gallery.said.clamp_max(0) if natural else gallery.said
        places = balanced(said, _SAMPLE, self._random)
        count = 2 * self._context.settings.unlabelled_ratio * len(places) if self._unlabelled else 0
        return torch.cat([places, torch.randint(len(gallery), (count,), generator=self._random)])


class FOCLight(FOC):
    """FOC without mutual information, and so without unlabelled images: quick.

    References
    ----------
    Schmarje et al. 2021 (FOC), section 4.4: λ_m = 0.
    """

    name: ClassVar[str] = "foc-light"
    about: ClassVar[About] = About(
        "FOC-Light",
        "Schmarje et al. 2021",
        "FOC on labelled images alone: quicker, and blind to what is unlabelled.",
    )

    @property
    def _mutual_weight(self) -> float:
        return 0.0

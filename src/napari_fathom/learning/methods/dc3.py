"""DC3: any method, and beside it which items are ambiguous and how those group."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar, Generic

import torch
from torch import Tensor, nn
from typing_extensions import TypeVar

from napari_fathom.events import Note, Progress
from napari_fathom.learning import losses
from napari_fathom.learning.batch import Batch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, Method, MethodContext, Rows
from napari_fathom.learning.methods.partners import different_partners
from napari_fathom.learning.nets.network import ItemNetwork, Network
from napari_fathom.learning.shared_settings import SharedSettings

__all__ = ["DC3"]

_SURE = 0.95  # DC3's threshold on the pseudo-label of an unlabelled item

N = TypeVar("N", bound=ItemNetwork, default=Network)
B = TypeVar("B", default=Batch)


class DC3(Generic[N, B]):
    """Wrap a method: weigh its consistency by 1 − a, and add DC3's losses to those that the method yields.

    L = L_method + λ_inv CE⁻¹(labelled) + λ_inv CE⁻¹(unlabelled) + λ_a L_A + λ_s L_S

    The terms join the very steps that the method takes, and look at a random part of the pixels only (of
    images, at all). Where a gradient must not flow it is cut: never through a as a weight, never through what
    ranks items by ambiguity, never into 1 − max p. A method's loss on labelled items is left as it is.

    Parameters
    ----------
    inner : Method
    context : MethodContext

    References
    ----------
    Schmarje et al. 2022 (DC3), section 2.2 and supplement B.
    """

    name: ClassVar[str] = "dc3"
    about: ClassVar[About] = About(
        "DC3",
        "Schmarje et al. 2022",
        "Goes around any network's method (setting `ambiguity`): learns which images or pixels can't be told "
        "apart, and how those group.",
    )
    trains_clusters: ClassVar[bool] = True

    def __init__(self, inner: Method[N, B], context: MethodContext[SharedSettings]) -> None:
        self._inner, self._settings = inner, context.settings
        self._random = context.generator(salt=4)

    @property
    def needs_unlabelled(self) -> bool:
        """Ambiguity is learned on unlabelled items."""
        return True

    @property
    def needs_view(self) -> bool:
        """Similarity compares two views."""
        return self._settings.similarity_weight > 0 or self._inner.needs_view

    def begin(self, network: N) -> Iterator[Note | Progress]:
        """As the inner method does."""
        return self._inner.begin(network)

    def objectives(self, network: N, batch: B) -> Iterator[Loss]:
        """Yield the inner method's losses; DC3's terms join where they first can, once in a batch."""
        painted, unlabelled = False, False
        for loss in self._inner.objectives(network, batch):
            value, consistency = loss.value, loss.consistency
            if loss.painted is not None and not painted:
                painted = True
                value = value + self._painted(network, self._part(loss.painted))
            if loss.unlabelled is not None and len(loss.unlabelled.features) and not unlabelled:
                unlabelled = True
                value = value + self._unlabelled(network, self._part(loss.unlabelled))
            if consistency is not None and loss.unlabelled is not None:
                certainty = 1 - network.heads.ambiguity(loss.unlabelled.features.detach()).detach().sigmoid()
                consistency = certainty.to(consistency) * consistency
            yield replace(loss, value=value, consistency=consistency)

    def state(self) -> Mapping[str, Tensor]:
        """The inner method's."""
        return self._inner.state()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Restore the inner method."""
        self._inner.restore(state)

    def parameters(self) -> Iterable[nn.Parameter]:
        """The inner method's."""
        return self._inner.parameters()

    def settle(self, network: N) -> None:
        """As the inner method does."""
        self._inner.settle(network)

    def _painted(self, network: N, rows: Rows) -> Tensor:
        """λ_inv CE⁻¹: items of different labelled classes belong in different clusters."""
        assert rows.target is not None
        clusters = network.heads.clusters(rows.features).float().softmax(1)
        partners, found = different_partners(rows.target, self._random)
        each = losses.inverse_cross_entropy(clusters[found], clusters[partners[found]])
        return self._settings.inverse_weight * each.sum() / max(len(rows.target), 1)

    def _unlabelled(self, network: N, rows: Rows) -> Tensor:
        settings, heads = self._settings, network.heads
        cluster_logits = heads.clusters(rows.features)
        ambiguity_logits = heads.ambiguity(rows.features).float()
        ambiguity = ambiguity_logits.detach().sigmoid()
        with torch.no_grad():
            sure, pseudo_labels = heads.classes(rows.features).float().softmax(1).max(1)
        clusters = cluster_logits.float().softmax(1)
        partners, found = different_partners(pseudo_labels, self._random)
        weight = ((sure >= _SURE) & found) * (1 - ambiguity)
        apart = losses.inverse_cross_entropy(clusters, clusters[partners])
        # On pixels the head's own ranking only repeats itself; some of 1 − max p keeps it to the question.
        anchor = settings.ambiguity_anchor
        targets = losses.ambiguity_targets(
            anchor * (1 - sure) + (1 - anchor) * ambiguity, settings.ambiguity_prior
        )
        total = settings.inverse_weight * (weight * apart).mean()
        total = total + settings.ambiguity_weight * losses.ambiguity_loss(ambiguity_logits, targets)
        if settings.similarity_weight > 0:
            other = heads.clusters(rows.view) if rows.view is not None else rows.view_clusters
            if other is not None:
                total = total + settings.similarity_weight * losses.similarity_loss(
                    cluster_logits, other, ambiguity
                )
        return total

    def _part(self, rows: Rows) -> Rows:
        """A random part of the items."""
        most = self._settings.dc3_items
        if most is None:
            return rows
        order = torch.randperm(len(rows.features), generator=self._random)[:most]
        chosen = order.to(rows.features.device)

        def part(values: Tensor | None) -> Tensor | None:
            return None if values is None else values[chosen]

        return Rows(rows.features[chosen], part(rows.target), part(rows.view), part(rows.view_clusters))

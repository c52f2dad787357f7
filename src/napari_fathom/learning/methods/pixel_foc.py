"""FOC on pixels: its heads and losses, with pixels for images."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

import torch
from torch import Tensor, nn

from napari_fathom.learning import losses
from napari_fathom.learning.batch import Batch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import (
    Loss,
    MethodContext,
    PlainMethod,
    Rows,
    features_of,
    unlabelled_rows,
)
from napari_fathom.learning.methods.foc import FuzzyHeads, Items
from napari_fathom.learning.methods.partners import balanced
from napari_fathom.learning.nets.network import Network

__all__ = ["PixelFOC"]


class PixelFOC(PlainMethod):
    """The losses of `FOC`, on `ambiguity_pixels` pixels of each kind.

    Painted pixels are drawn alike from every class; where unpainted cells are taken for one class (settings
    `rest_class`), they are drawn as examples of it too. Pairs are two views of an unlabelled pixel, and a
    labelled pixel with another of its class. The paper is about images; that its losses hold for pixels is
    ours to try, not its claim.

    Parameters
    ----------
    context : MethodContext

    References
    ----------
    Schmarje et al. 2021 (FOC), Eq. 1 to 4.
    """

    name: ClassVar[str] = "foc-pixels"
    about: ClassVar[About] = About(
        "FOC on pixels",
        "after Schmarje et al. 2021",
        "FOC's losses with pixels for images: more clusters than classes, kept apart by class. To try.",
    )
    trains_clusters: ClassVar[bool] = True

    def __init__(self, context: MethodContext) -> None:
        settings = context.settings
        self._settings, self._rest = settings, context.rest
        self._random = context.generator(salt=8)
        self._heads = FuzzyHeads(
            context,
            settings.width,
            settings.clusters,
            settings.mutual_weight,
            losses.weighted_cross_entropy,
        )

    @property
    def needs_unlabelled(self) -> bool:
        """They take part in the mutual information."""
        return self._settings.mutual_weight > 0 or self._rest is not None

    @property
    def needs_view(self) -> bool:
        """They are paired with themselves."""
        return self._settings.mutual_weight > 0

    def objectives(self, network: Network, batch: Batch) -> Iterator[Loss]:
        """Yield the loss of the class heads, and with the next mini-batch that of the cluster heads."""
        painted, unpainted = features_of(network, batch)
        target = torch.cat([batch.labelled.target.reshape(-1), _painted_anywhere(batch)])
        if self._rest is not None:
            target = torch.where((target < 0) & self._free(batch), self._rest, target)
        chosen = balanced(target.cpu(), self._settings.ambiguity_pixels, self._random).to(target.device)
        labelled, said = torch.cat([painted, unpainted])[chosen], target[chosen]
        unlabelled = self._some(network, batch, unpainted)
        nothing = unpainted[:0], unpainted[:0]
        pairs = nothing if unlabelled.view is None else (unlabelled.features, unlabelled.view)
        items = Items(labelled, said, said, *pairs)
        name, value = self._heads.loss(network.heads, items, ("segmentation", "clustering"))
        yield Loss(name, value, Rows(labelled, said), unlabelled)

    def parameters(self) -> Iterable[nn.Parameter]:
        """The other heads'."""
        return self._heads.parameters()

    def settle(self, network: Network) -> None:  # type: ignore[override]
        """Let the best head of each kind answer."""
        self._heads.settle(network.heads)

    def _free(self, batch: Batch) -> Tensor:
        """Which pixels may be taken for the rest class."""
        labelled, patches = batch.labelled, batch.unlabelled
        parts = [torch.zeros_like(labelled.valid) if labelled.unpainted is None else labelled.unpainted]
        if patches is not None:
            parts.append(patches.valid if patches.unpainted is None else patches.unpainted)
        return torch.cat([part.reshape(-1) for part in parts])

    def _some(self, network: Network, batch: Batch, features: Tensor) -> Rows:
        """Some unlabelled pixels, in two views where there are two."""
        patches = batch.unlabelled
        if patches is None:
            return Rows(features[:0])
        rows = unlabelled_rows(network, batch, patches, features)
        order = torch.randperm(len(rows.features), generator=self._random)
        some = order[: self._settings.ambiguity_pixels].to(features.device)
        return Rows(rows.features[some], view=None if rows.view is None else rows.view[some])


def _painted_anywhere(batch: Batch) -> Tensor:
    """Classes of the unlabelled patches' pixels; −1 where nobody has said."""
    patches = batch.unlabelled
    if patches is None:
        return batch.labelled.target.new_zeros(0)
    nobody = torch.full_like(patches.valid, -1, dtype=torch.int64)
    return (nobody if patches.target is None else patches.target).reshape(-1)

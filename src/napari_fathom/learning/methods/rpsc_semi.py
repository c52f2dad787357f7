"""RPSC-Semi: the whole network learns from the clusters that neighbours agree on."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from napari_fathom.errors import TrainingError
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.images.cluster_classes import clusters_of_labelled
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss
from napari_fathom.learning.methods.freematch import FreeMatch
from napari_fathom.learning.methods.image_rows import ImageContext
from napari_fathom.learning.methods.self_labelling import CONFIDENT_SHARE
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.nets.projection import ask_all, embed_all
from napari_fathom.learning.prototypes import centres_of_sure, local_consistency, nearest_neighbours

__all__ = ["RPSCSemi"]

_NEIGHBOURS = 100  # N_e: RPSC, "Parametric Setting"


class RPSCSemi(FreeMatch):
    """FreeMatch whose labels are clusters: those of images whose neighbours are nearly all of the same one.

    l_i = argmax_j s(F_i, Γ_j); reliable where more than `threshold` of the N_e nearest images have that label
    (Eq. 6). Encoder, perceptron and cluster head, as RPSC-Self left them, learn these by FreeMatch (Eq. 7 to
    9); every cluster is drawn alike. What people have said is true: an image that they have labelled is of
    the nearest cluster that stands for its class, whatever its neighbours are. N_e is 100, in a small
    collection no more than half a cluster's share of it: among more, no image's neighbours could agree.

    References
    ----------
    Liu, Cao, Fu, Yang and Yu 2024 (RPSC), Eq. 6 to 9.
    """

    name: ClassVar[str] = "rpsc-semi"
    about: ClassVar[About] = About(
        "RPSC-Semi",
        "Liu et al. 2024",
        "RPSC-Self, then the network learns clusters that neighbours agree on. Needs no label, heeds all.",
    )
    main_loss: ClassVar[str] = "clusters"
    needs_labels: ClassVar[bool] = False
    trains_clusters: ClassVar[bool] = True
    before: ClassVar[str] = "rpsc"

    def __init__(self, context: ImageContext) -> None:
        assert context.gallery is not None
        self._clusters = context.settings.clusters_for(context.classes)
        super().__init__(replace(context, classes=self._clusters, weights=None))
        self._gallery: Gallery = context.gallery
        self._random = context.generator(salt=11)
        self._members: tuple[Tensor, ...] = ()

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield FreeMatch's loss, with reliable pseudo-labels for labels."""
        assert batch.unlabelled is not None
        if not self._members:
            self._members = self._reliable(network)
        size = len(batch.unlabelled) // self._context.settings.unlabelled_ratio
        places, target = self._draw(size)
        labelled, target = self._gallery.weak(places), target.to(self._context.device)
        for loss in super().objectives(network, replace(batch, labelled=labelled, target=target)):
            yield replace(loss, name=self.main_loss)

    def _logits(self, network: ImageNetwork, rows: Tensor) -> Tensor:
        return network.heads.clusters(rows)

    def _draw(self, size: int) -> tuple[Tensor, Tensor]:
        """Places of images that are reliably of some cluster, each cluster alike, and their clusters."""
        having = [number for number, places in enumerate(self._members) if len(places)]
        turns = torch.randperm(len(having), generator=self._random).repeat(-(-size // len(having)))[:size]
        target = torch.tensor(having)[turns]
        chosen = [
            int(torch.randint(len(self._members[number]), (), generator=self._random)) for number in target
        ]
        places = [self._members[number][index] for number, index in zip(target, chosen, strict=True)]
        return torch.stack(places), target

    def _reliable(self, network: ImageNetwork) -> tuple[Tensor, ...]:
        """Places of the images that are reliably of each cluster.

        Raises
        ------
        TrainingError
            If they are of one cluster only, or none.
        """
        settings, check = self._context.settings, self._context.check
        rows = embed_all(network, self._gallery, check)
        answers = ask_all(
            network, lambda seen: self._logits(network, seen).float().softmax(1), self._gallery, check
        )
        centres = centres_of_sure(rows, answers, CONFIDENT_SHARE)
        likeness = (F.normalize(rows, dim=1) @ F.normalize(centres, dim=1).T).float()
        label = likeness.argmax(1)
        wanted = settings.neighbours or _NEIGHBOURS
        count = max(min(wanted, len(rows) // (2 * self._clusters)), 1)
        agreed = local_consistency(label, nearest_neighbours(rows, count, check)) > settings.threshold
        known = torch.where(agreed, label, -1).cpu()
        said = clusters_of_labelled(label.cpu().numpy(), self._gallery.said.numpy(), likeness.cpu().numpy())
        people = torch.from_numpy(said)
        known = torch.where(self._gallery.said >= 0, people, known)
        members = tuple(torch.nonzero(known == number)[:, 0] for number in range(self._clusters))
        found = sum(len(places) > 0 for places in members)
        if found < 2:
            raise TrainingError(
                f"Neighbours agree on {found} of {self._clusters} clusters; two are needed to tell apart. "
                "Lower the threshold, ask for fewer clusters, or let RPSC-Self learn for longer."
            )
        return members

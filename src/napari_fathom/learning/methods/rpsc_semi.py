"""RPSC-Semi: the whole network learns from the clusters that neighbours agree on."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from napari_fathom.errors import TrainingError
from napari_fathom.events import Note, Progress
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.images.cluster_classes import clusters_of_labelled
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.images.sampler import ImageSampler
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss
from napari_fathom.learning.methods.freematch import FreeMatch
from napari_fathom.learning.methods.image_rows import ImageContext
from napari_fathom.learning.methods.self_labelling import CONFIDENT_SHARE
from napari_fathom.learning.neighbours import nearest_neighbours
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.nets.projection import ask_all, embed_all
from napari_fathom.learning.precision import in_full_precision
from napari_fathom.learning.prototypes import centres_of_sure, local_consistency

__all__ = ["RPSCSemi"]

_NEIGHBOURS = 100  # N_e: RPSC, "Parametric Setting"
_PREFIX = "clusters."


class RPSCSemi(FreeMatch):
    """FreeMatch whose labels are clusters: those of images whose neighbours are nearly all of the same one.

    l_i = argmax_j s(F_i, Γ_j); reliable where more than `threshold` of the N_e nearest images have that label
    (Eq. 6). Encoder, perceptron and cluster head, as RPSC-Self left them, learn these by FreeMatch (Eq. 7 to
    9). What people have said is true: an image that they have labelled is of the nearest cluster that stands
    for its class, whatever its neighbours are. N_e is 100, in a small collection no more than half a
    cluster's share of it: among more, no image's neighbours could agree. Reliable images are drawn as they
    come: a cluster of which two are reliable would be learned by heart if every one were drawn alike.

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
        self._sampler: ImageSampler | None = None

    def begin(self, network: ImageNetwork) -> Iterator[Note | Progress]:  # type: ignore[override]
        """Find out which clusters are reliable."""
        self._sampler = self._gallery.labelled((yield from self._reliable(network)))

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield FreeMatch's loss, with reliable pseudo-labels for labels."""
        assert batch.unlabelled is not None and self._sampler is not None
        size = len(batch.unlabelled) // self._context.settings.unlabelled_ratio
        drawn = self._gallery.moved(self._sampler.draw(size, unlabelled=False))
        whole = replace(batch, labelled=drawn.labelled, target=drawn.target, shares=None)
        for loss in super().objectives(network, whole):
            yield replace(loss, name=self.main_loss)

    def state(self) -> Mapping[str, Tensor]:
        """What sure means by now, of clusters: another name than FreeMatch has for classes."""
        return {_PREFIX + name: value for name, value in super().state().items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with it."""
        super().restore(
            {name.removeprefix(_PREFIX): value for name, value in state.items() if name.startswith(_PREFIX)}
        )

    def _logits(self, network: ImageNetwork, rows: Tensor) -> Tensor:
        return network.heads.clusters(rows)

    def _reliable(self, network: ImageNetwork) -> Generator[Progress, None, Tensor]:
        """The cluster that each image of the gallery is reliably of, shape (n,); negative where of none.

        Raises
        ------
        TrainingError
            If they are of one cluster only, or none.
        """
        settings, check = self._context.settings, self._context.check
        rows = yield from embed_all(network, self._gallery, check)
        answers = yield from ask_all(
            network, lambda seen: self._logits(network, seen).float().softmax(1), self._gallery, check
        )
        centres = centres_of_sure(rows, answers, CONFIDENT_SHARE)
        with in_full_precision(rows):
            likeness = F.normalize(rows, dim=1) @ F.normalize(centres, dim=1).T
        label = likeness.argmax(1)
        wanted = settings.neighbours or _NEIGHBOURS
        count = max(min(wanted, len(rows) // (2 * self._clusters)), 1)
        neighbours = yield from nearest_neighbours(rows, count, check)
        label = label.cpu()
        known = torch.where(local_consistency(label, neighbours) > settings.threshold, label, -1)
        said = clusters_of_labelled(label.numpy(), self._gallery.said.numpy(), likeness.cpu().numpy())
        known = torch.where(self._gallery.said >= 0, torch.from_numpy(said), known)
        found = int((torch.bincount(known[known >= 0]) > 0).sum())
        if found < 2:
            raise TrainingError(
                f"Neighbours agree on {found} of {self._clusters} clusters; two are needed to tell apart. "
                "Lower the threshold, ask for fewer clusters, or let RPSC-Self learn for longer."
            )
        return known

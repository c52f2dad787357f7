"""SemiClf: cluster patches and learn their clusters, classify the painted ones, in turn."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from napari_fathom.learning.batch import Batch
from napari_fathom.learning.geometry import PATCH_SIDE
from napari_fathom.learning.lasting_clusters import LastingClusters
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, MethodContext, PlainMethod, Rows
from napari_fathom.learning.methods.partners import balanced
from napari_fathom.learning.nets.network import Network, evaluating
from napari_fathom.learning.nets.patch_network import PatchNetwork

__all__ = ["UNTOLD", "SemiClf", "patch_classes", "small_patches"]

_KEPT = 4096
"""Patches that are clustered together: 64 mini-batches of the paper's, 67 MB of four frequencies."""
_EDGE = PATCH_SIDE // 4
"""Cells along a patch's edges that don't say what it is; left is its middle, 16 × 16 cells."""
_FEWEST_CELLS = 32
"""Cells of a class in its middle, an eighth, that make a patch one of that class."""
_AT_ONCE = 256

UNTOLD = -2
"""In place of a class: a school may reach there, or one that is held out; it isn't the rest either."""


class SemiClf(PlainMethod):
    """Deep clustering of patches of 32 × 32 cells, alternating with their classification.

        L_cls = CE(g(z), k-means(PCA(z))),    patches drawn alike from every cluster
        L_seg = CE(f(z), y),                  patches drawn alike from every class

    The patches of a mini-batch are cut up (the paper: 256 × 256 cells into 64) and join the last 4096, which
    are clustered anew in each epoch, and before whenever half of them are in no cluster yet. k-means starts
    from the last centroids, as PredKlus' does, so that the cluster head needn't begin anew.

    A patch is of the class with the most cells in its middle, 16 × 16, at least 32; the class that nearly all
    of the sea is of, only where there is no cell of another. With 32 cells anywhere in the patch, even a
    classifier without faults would draw schools 16 cells too large on all sides (`docs/method.md`).

    Parameters
    ----------
    context : MethodContext

    References
    ----------
    Choi et al. 2021 (SemiClf), ICES J. Mar. Sci. 78, 2615–2627, as PredKlus, sections III.C and IV.D, tells
    it. Caron et al. 2018 (DeepCluster).
    """

    name: ClassVar[str] = "semiclf"
    about: ClassVar[About] = About(
        "SemiClf",
        "Choi et al. 2021",
        "Classifies patches of 32 × 32 cells, which then vote on pixels. Coarse; to compare with.",
    )
    trains_clusters: ClassVar[bool] = True
    needs_unlabelled = True  # they are clustered

    def __init__(self, context: MethodContext) -> None:
        self._settings, self._rest, self._classes = context.settings, context.rest, context.classes
        self._check, self._random = context.check, context.generator(salt=18)
        self._patches = torch.zeros(0, device=context.device)
        self._labels = torch.zeros(0, dtype=torch.int64)
        self._clusters = LastingClusters(
            self._settings.clusters,
            self._settings.components,
            self._settings.kmeans_iterations,
            reseed_after=1,  # so many patches are looked at that an empty cluster is of nothing
            device=context.device,
            generator=self._random,
            check=self._check,
        )
        self._cells = torch.zeros(context.classes, dtype=torch.float64)
        self._batches = 0

    def objectives(self, network: Network, batch: Batch) -> Iterator[Loss]:
        """Yield the loss of the clusters, then that of the classes of the network so updated."""
        assert isinstance(network, PatchNetwork) and batch.unlabelled is not None
        image = torch.cat([batch.labelled.image, batch.unlabelled.image])
        valid = torch.cat([batch.labelled.valid, batch.unlabelled.valid])
        target = torch.cat([batch.labelled.target, _target_of(batch)])
        if self._rest is not None:
            free = _unpainted(batch)
            target = target.where(~free, self._rest).where((target >= 0) | free | ~valid, UNTOLD)
        patches = small_patches(image)
        measured = small_patches(valid[:, None]).float().mean((1, 2, 3)) > 0.25
        self._keep(patches[measured])
        if self._due():
            self._cluster(network)
        self._batches += 1
        of_cluster = balanced(self._labels, int(measured.sum()), self._random)
        classes = torch.where(measured, patch_classes(target, self._classes, self._rest), -1)
        of_class = balanced(classes.cpu(), len(classes), self._random).to(image.device)
        self._count(_middles(target)[of_class])
        # together in both steps, or batch normalisation learns neither's statistics (as in `features_of`)
        both = torch.cat([self._patches[of_cluster.to(image.device)], patches[of_class]])
        if len(of_cluster):
            seen = network.body(both)[: len(of_cluster)]
            labels = self._labels[of_cluster].to(image.device)
            value = F.cross_entropy(network.heads.clusters(seen).float(), labels)
            yield Loss("clustering", self._settings.cluster_weight * value, unlabelled=Rows(seen))
        rows, said = network.body(both)[len(of_cluster) :], classes[of_class]
        value = F.cross_entropy(network.heads.classes(rows).float(), said) if len(said) else rows.sum() * 0
        yield Loss("segmentation", value, Rows(rows, said))

    def state(self) -> Mapping[str, Tensor]:
        """The centroids; where unpainted cells are of the rest class, cells of each class learned from."""
        clusters = self._clusters.state()
        return clusters if self._rest is None else {**clusters, "seen": self._cells.clone()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with the centroids of an earlier run."""
        self._clusters.restore(state)

    def _keep(self, patches: Tensor) -> None:
        """Add to the last patches, which aren't of any cluster yet; those that came first go."""
        before = self._patches if len(self._patches) else patches[:0]
        self._patches = torch.cat([before, patches])[-_KEPT:].contiguous()
        new = torch.full((len(patches),), -1)
        self._labels = torch.cat([self._labels, new])[-_KEPT:]

    def _count(self, cells: Tensor) -> None:
        """Add up what lies in the middle of the patches that are learned."""
        self._cells += torch.bincount(cells[cells >= 0], minlength=self._classes).cpu()

    def _due(self) -> bool:
        new = int((self._labels < 0).sum())
        return bool(len(self._labels)) and (
            2 * new >= len(self._labels) or self._batches % self._settings.steps == 0
        )

    @torch.no_grad()
    def _cluster(self, network: PatchNetwork) -> None:
        """Find the clusters of all kept patches, as the network in evaluation mode sees them."""
        parts = []
        with evaluating(network):
            for part in torch.split(self._patches, _AT_ONCE):
                self._check()
                parts.append(network.body(part).float())
        with torch.autocast(self._patches.device.type, enabled=False):  # distances need all their digits
            self._labels = self._clusters.pseudo_labels(torch.cat(parts))[0].cpu()


def small_patches(planes: Tensor) -> Tensor:
    """Cut planes (B, channels, h, w) into patches (n, channels, 32, 32), those of a plane row by row.

    What is left over at the lower and right edges, less than a patch, is left out.
    """
    channels = planes.shape[1]
    cut = planes.unfold(2, PATCH_SIDE, PATCH_SIDE).unfold(3, PATCH_SIDE, PATCH_SIDE)
    return cut.permute(0, 2, 3, 1, 4, 5).reshape(-1, channels, PATCH_SIDE, PATCH_SIDE)


def patch_classes(target: Tensor, classes: int, rest: int | None) -> Tensor:
    """What each patch is, by the cells in its middle.

    Parameters
    ----------
    target : Tensor of int64, shape (B, h, w)
        0…C−1; −1 where nobody has said, −2 (`UNTOLD`) where nothing may be said.
    classes : int
        C.
    rest : int, optional
        The class that counts only where there is no cell of another, nor one of which nothing may be said.

    Returns
    -------
    Tensor of int64, shape (n,)
        In the order of `small_patches`; −1 for those of which too little is known.
    """
    middles = _middles(target)
    cells = F.one_hot(middles.clamp_min(-1) + 1, classes + 1).sum(1)[:, 1:]
    if rest is not None:
        others = cells.sum(1) - cells[:, rest] + (middles == UNTOLD).sum(1)
        cells[:, rest] = cells[:, rest].where(others == 0, 0)
    most, found = cells.max(1)
    return torch.where(most >= _FEWEST_CELLS, found, -1)


def _middles(target: Tensor) -> Tensor:
    """Cells (n, 256) in the middle of each patch."""
    return small_patches(target[:, None])[:, 0, _EDGE:-_EDGE, _EDGE:-_EDGE].flatten(1)


def _unpainted(batch: Batch) -> Tensor:
    """Cells of all patches that nobody painted, nor does a painted area reach there."""
    assert batch.unlabelled is not None
    kinds = batch.labelled, batch.unlabelled
    nobody = (kind.unpainted if kind.unpainted is not None else kind.valid & False for kind in kinds)
    return torch.cat(list(nobody))


def _target_of(batch: Batch) -> Tensor:
    patches = batch.unlabelled
    assert patches is not None
    nobody = torch.full_like(patches.valid, -1, dtype=torch.int64)
    return nobody if patches.target is None else patches.target

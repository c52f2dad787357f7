"""A classifier of whole patches that answers for pixels."""

import torch
from torch import Tensor

from napari_fathom.learning.geometry import PATCH_SIDE, Voting
from napari_fathom.learning.nets.heads import Heads
from napari_fathom.learning.nets.network import Answer, ItemNetwork, Network, rows_of
from napari_fathom.learning.nets.patch_votes import (
    Seen,
    every_patch,
    probabilities_of,
    strided_patches,
    votes,
)
from napari_fathom.learning.nets.plain import VGG16, PlainEncoder

__all__ = ["PatchNetwork"]

_JUDGING_STRIDE = 16


class PatchNetwork(Network):
    """VGG16 on patches of 32 × 32 cells, with the three heads; pixels are answered for by vote.

    Parameters
    ----------
    channels, classes, clusters : int
        Channels in; class and cluster logits out.
    width : int
        Channels of the first stage, 64 in the paper.
    voting : {'dense', '1', '2', '4', '8'}
        Which patches vote: those of all cells in one pass, or exactly, those whose corners lie so far apart.
    """

    body: PlainEncoder

    def __init__(self, channels: int, classes: int, clusters: int, width: int, voting: Voting) -> None:
        ItemNetwork.__init__(self)
        self.body = PlainEncoder(VGG16, width, "batch", channels)
        self.heads = Heads(self.body.features, classes, clusters)
        self._classes, self._voting = classes, voting

    def features(self, image: Tensor) -> Tensor:
        """Features (B, D, h, w) of the patches that begin at each cell of an image (B, channels, h, w)."""
        return torch.stack([every_patch(self.body, one[None]).features for one in image])

    @torch.no_grad()
    def answer(self, image: Tensor, inner: tuple[slice, slice]) -> Answer:
        """Answer for some rows and columns of one image (1, channels, H, W).

        Cluster and ambiguity are those of the patch in whose middle a pixel lies, as nearly as patches lie.
        """
        seen = self._look(image, None if self._voting == "dense" else int(self._voting))
        rows, grid = rows_of(seen.features[None]), seen.features.shape[1:]
        shape = image.shape[-2], image.shape[-1]
        classes = self.heads.classes(rows).argmax(1).reshape(grid)
        clusters = self.heads.clusters(rows).argmax(1).reshape(grid)
        ambiguity = torch.sigmoid(self.heads.ambiguity(rows).float()).reshape(grid)
        return Answer(
            probabilities_of(votes(classes, self._classes, seen.stride, shape)[:, *inner]),
            _around(clusters, seen.stride, shape)[inner],
            _around(ambiguity, seen.stride, shape)[inner],
        )

    @torch.no_grad()
    def probabilities(self, image: Tensor, places: Tensor) -> Tensor:
        """Class probabilities (n, C) of some pixels of one image, by the votes of some patches: quicker."""
        seen = self._look(image, _JUDGING_STRIDE)
        classes = self.heads.classes(rows_of(seen.features[None])).argmax(1)
        shape = image.shape[-2], image.shape[-1]
        share = votes(classes.reshape(seen.features.shape[1:]), self._classes, seen.stride, shape)
        return probabilities_of(share.flatten(1)).T[places]

    def _look(self, image: Tensor, stride: int | None) -> Seen:
        return every_patch(self.body, image) if stride is None else strided_patches(self.body, image, stride)


def _around(planes: Tensor, stride: int, shape: tuple[int, int]) -> Tensor:
    """What each pixel's patch has, shape (h, w), of patches on a grid (rows, columns)."""
    rows, columns = (
        ((torch.arange(length, device=planes.device) - PATCH_SIDE // 2).clamp_min(0) // stride)
        for length in shape
    )
    return planes[rows[:, None], columns[None, :]]

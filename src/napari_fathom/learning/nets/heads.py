"""Class, cluster and ambiguity of one item, read off its features."""

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor, nn

__all__ = ["Heads"]

_SMALLEST_VARIANCE = 1e-5  # as batch normalisation adds it


class Heads(nn.Module):
    """Three linear layers on rows of features: the 1×1 convolutions of the paper, and DC3's ambiguity.

    All three live as long as the network: PredKlus' alternation chooses between `clusters` (conv1) and
    `classes` (conv2), it never replaces them.

    Parameters
    ----------
    features, classes, clusters : int
        Sizes of a row, of the class and of the cluster logits.
    """

    def __init__(self, features: int, classes: int, clusters: int) -> None:
        super().__init__()
        self._classes = nn.Linear(features, classes)
        self._clusters = nn.Linear(features, clusters)
        self._ambiguity = nn.Linear(features, 1)
        # The papers start every item undecided (0.01); a class head that small makes the whole body learn
        # slowly, and in the few hundred steps of an interactive run rare classes never get off the ground.
        for head, spread in (
            (self._classes, features**-0.5),
            (self._clusters, 0.01),
            (self._ambiguity, 0.01),
        ):
            nn.init.normal_(head.weight, std=spread)
            nn.init.zeros_(head.bias)

    def take(self, kind: str, head: nn.Linear) -> None:
        """Copy the weights of another head over those of `classes` or `clusters`."""
        own = {"classes": self._classes, "clusters": self._clusters}[kind]
        own.load_state_dict(head.state_dict())

    @torch.no_grad()
    def go_on_from(
        self, other: "Heads", classes: Iterable[tuple[int, int]], *, clusters: bool = True
    ) -> None:
        """Take over what another's heads know: of each class in `classes`, of clusters if there are as many.

        Parameters
        ----------
        other : Heads
            For rows of the same size.
        classes : iterable of (int, int)
            A class here, and the same class there, counted from 0.
        clusters : bool
            Whether that one has learned any.
        """
        for here, there in classes:
            self._classes.weight[here] = other._classes.weight[there]
            self._classes.bias[here] = other._classes.bias[there]
        self._ambiguity.load_state_dict(other._ambiguity.state_dict())
        if clusters and other._clusters.weight.shape == self._clusters.weight.shape:
            self._clusters.load_state_dict(other._clusters.state_dict())

    @torch.no_grad()
    def to_plain(self, rows: Tensor) -> None:
        """Say of rows as they are what was said of them with mean 0 and spread 1.

        Parameters
        ----------
        rows : Tensor, shape (N, features)
            Such as they come; their means and spreads go into weights and offsets.
        """
        mean, size = rows.mean(0), _spread_of(rows)
        for head in (self._classes, self._clusters, self._ambiguity):
            head.weight.div_(size)
            head.bias.sub_(head.weight @ mean)

    @torch.no_grad()
    def to_spread(self, rows: Tensor) -> None:
        """Say of rows with mean 0 and spread 1 what was said of them as they are: `to_plain` undone."""
        mean, size = rows.mean(0), _spread_of(rows)
        for head in (self._classes, self._clusters, self._ambiguity):
            head.bias.add_(head.weight @ mean)
            head.weight.mul_(size)

    def classes(self, rows: Tensor) -> Tensor:
        """Class logits (N, C) of rows (N, features)."""
        return cast(Tensor, self._classes(rows))

    def clusters(self, rows: Tensor) -> Tensor:
        """Cluster logits (N, K) of rows (N, features)."""
        return cast(Tensor, self._clusters(rows))

    def ambiguity(self, rows: Tensor) -> Tensor:
        """Ambiguity logits (N,) of rows (N, features)."""
        return cast(Tensor, self._ambiguity(rows).squeeze(-1))


def _spread_of(rows: Tensor) -> Tensor:
    return (rows.var(0, correction=0) + _SMALLEST_VARIANCE).sqrt()

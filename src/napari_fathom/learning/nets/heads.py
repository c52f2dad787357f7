"""Class, cluster and ambiguity of one item, read off its features."""

from typing import cast

from torch import Tensor, nn

__all__ = ["Heads"]


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
        for head in (self._classes, self._clusters, self._ambiguity):
            nn.init.normal_(head.weight, std=0.01)  # so that every item starts undecided (DeepCluster)
            nn.init.zeros_(head.bias)

    def classes(self, rows: Tensor) -> Tensor:
        """Class logits (N, C) of rows (N, features)."""
        return cast(Tensor, self._classes(rows))

    def clusters(self, rows: Tensor) -> Tensor:
        """Cluster logits (N, K) of rows (N, features)."""
        return cast(Tensor, self._clusters(rows))

    def ambiguity(self, rows: Tensor) -> Tensor:
        """Ambiguity logits (N,) of rows (N, features)."""
        return cast(Tensor, self._ambiguity(rows).squeeze(-1))

"""Clusters that keep their meaning from one k-means to the next, while the network that sees changes."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from napari_fathom.learning.kmeans import kmeans
from napari_fathom.learning.model import Diverged
from napari_fathom.learning.pca import principal_components

__all__ = ["LastingClusters"]


class LastingClusters:
    """k-means on principal components, each from where the one before left its centroids.

    The centroids are kept in *feature space*, as means of the features of their items. Every time they are
    looked at through new principal components: since projecting is linear, the projection of a mean is the
    mean of the projections, so k-means starts from exactly the last centroids whatever sign, order or
    rotation the new basis has. So one lasting head can learn to tell the clusters.

    Parameters
    ----------
    clusters, components, iterations : int
        K, the principal components kept, and k-means' iterations each time.
    reseed_after : int
        A cluster that was empty for so many times starts anew.
    device : torch.device
    generator : torch.Generator
        On the CPU; draws the first centroids.
    check : callable
        Raises when the user pressed Stop.

    References
    ----------
    PredKlus, Algorithm 1, Eq. 1 and 2.
    """

    def __init__(
        self,
        clusters: int,
        components: int,
        iterations: int,
        *,
        reseed_after: int,
        device: torch.device,
        generator: torch.Generator,
        check: Callable[[], None],
    ) -> None:
        self._components, self._iterations, self._reseed_after = components, iterations, reseed_after
        self._random, self._check = generator, check
        self._centroids: Tensor | None = None
        self._idle = torch.zeros(clusters, dtype=torch.int64, device=device)

    @torch.no_grad()
    def pseudo_labels(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Clusters of some items, warm-started; keeps the centroids for the next time.

        Parameters
        ----------
        features : Tensor of float32, shape (N, D)

        Returns
        -------
        labels : Tensor of int64, shape (N,)
        counts : Tensor of int64, shape (K,)

        Raises
        ------
        Diverged
            If a feature isn't finite.
        """
        if not torch.isfinite(features).all():
            raise Diverged("What the network sees stopped being numbers; lower the learning rate.")
        clusters = len(self._idle)
        components = principal_components(features, self._components)
        warm = self._centroids
        if warm is not None and warm.shape[1] != features.shape[1]:
            warm = None  # restored from a network of another width
        found = kmeans(
            components.project(features),
            clusters,
            iterations=self._iterations,
            start=None if warm is None else components.project(warm),
            generator=self._random,
            # A cluster of something rare is empty in most mini-batches; it must not lose its meaning at once.
            reseed=None if warm is None else self._idle >= self._reseed_after,
            check=self._check,
        )
        filled = found.counts > 0
        sums = features.new_zeros(clusters, features.shape[1]).index_add_(0, found.labels, features)
        means = sums / found.counts.clamp_min(1)[:, None]
        unseen = components.mean + found.centroids @ components.basis.T if warm is None else warm
        self._centroids = torch.where(filled[:, None], means, unseen)
        self._idle = torch.where(filled, 0, self._idle + 1)
        return found.labels, found.counts

    def state(self) -> Mapping[str, Tensor]:
        """Centroids, and how long each has been empty."""
        return {} if self._centroids is None else {"centroids": self._centroids, "idle": self._idle}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with as many centroids of an earlier run."""
        centroids, idle = state.get("centroids"), state.get("idle")
        if centroids is not None and idle is not None and idle.shape == self._idle.shape:
            self._centroids, self._idle = centroids.to(self._idle.device), idle.to(self._idle)

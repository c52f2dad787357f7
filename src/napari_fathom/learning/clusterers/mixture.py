"""A mixture of Gaussians: each cluster has a centre, a shape and a share of all rows."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.learning.clusterers.assignment import Arrays, Floats, Numbers
from napari_fathom.learning.kmeans import kmeans

__all__ = ["Mixture", "fit_mixture"]

_ROWS_PER_COLUMN = 2  # in each cluster, for a covariance of its own to be worth estimating
_RIDGE = 1e-3  # of the mean variance: clusters of few rows would be flat
_CHUNK = 4096
_ROUNDS = 100  # scikit-learn's own

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mixture:
    """The cluster of a row is the Gaussian that most probably made it.

    Parameters
    ----------
    means : ndarray of float32, shape (K, D)
    roots : ndarray of float32, shape (K, D, D) or (K, D)
        Cholesky factors of the inverse covariances; the second of diagonal ones.
    shares : ndarray of float32, shape (K,)
        Natural logarithm of each cluster's share.
    """

    means: Floats
    roots: Floats
    shares: Floats

    rule: ClassVar[str] = "mixture"

    @property
    def clusters(self) -> int:
        """K."""
        return len(self.means)

    def of(self, rows: Floats) -> Numbers:
        """Most probable cluster of each row (n, D), shape (n,)."""
        if rows.ndim != 2 or rows.shape[1] != self.means.shape[1]:
            raise ValueError(f"rows of shape {rows.shape}; the clusters know {self.means.shape[1]} columns")
        parts = [self._most_probable(rows[first : first + _CHUNK]) for first in range(0, len(rows), _CHUNK)]
        return np.concatenate(parts) if parts else np.zeros(0, np.uint16)

    def _most_probable(self, rows: Floats) -> Numbers:
        scores = np.empty((len(rows), len(self.means)))
        for number, (mean, root, share) in enumerate(zip(self.means, self.roots, self.shares, strict=True)):
            away = rows.astype(np.float64) - mean
            whitened = away @ root if root.ndim == 2 else away * root
            own = np.diagonal(root) if root.ndim == 2 else root
            scores[:, number] = share + np.log(own).sum() - np.square(whitened).sum(axis=1) / 2
        return np.asarray(scores.argmax(axis=1), np.uint16)

    def arrays(self) -> Arrays:
        """All that it is."""
        return {"means": self.means, "roots": self.roots, "shares": self.shares}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The same again."""
        means, roots, shares = arrays["means"], arrays["roots"], arrays["shares"]
        square = (*means.shape, means.shape[-1])
        if means.ndim != 2 or roots.shape not in (means.shape, square) or shares.shape != means.shape[:1]:
            raise ValueError(f"a mixture of means {means.shape}, roots {roots.shape}, shares {shares.shape}")
        return cls(means, roots, shares)


def fit_mixture(rows: Floats, clusters: int, seed: int, check: Callable[[], None]) -> Mixture:
    """Expectation and maximisation by scikit-learn, from k-means, looking at Stop in every round of either.

    Covariances are full where each cluster would have two rows for each column, else diagonal. A round of 20
    full ones takes a second or more where there are hundreds of columns.

    References
    ----------
    Dempster, Laird and Rubin 1977; AILARON, section 4.3.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    columns = rows.shape[1]
    full = len(rows) >= _ROWS_PER_COLUMN * columns * clusters
    values: Doubles = rows.astype(np.float64)
    ridge = _RIDGE * float(values.var(axis=0).mean())
    shares, means, precisions = _first(rows, clusters, seed, ridge, full, check)
    mixture = GaussianMixture(
        clusters,
        covariance_type="full" if full else "diag",
        reg_covar=ridge,
        weights_init=shares,
        means_init=means,
        precisions_init=precisions,
        random_state=seed,
        max_iter=1,
        warm_start=True,  # each fit is one more round
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a hundred rounds are enough to assign by
        for _ in range(_ROUNDS):
            check()
            if mixture.fit(values).converged_:
                break
    check()
    found = mixture.means_, mixture.precisions_cholesky_, np.log(mixture.weights_)
    return Mixture(*(each.astype(np.float32) for each in found))


def _first(
    rows: Floats, clusters: int, seed: int, ridge: float, full: bool, check: Callable[[], None]
) -> tuple[Doubles, Doubles, Doubles]:
    """Shares, means and precisions of clusters by k-means, of which scikit-learn's can't be stopped."""
    from sklearn.cluster import kmeans_plusplus

    start, _ = kmeans_plusplus(rows, clusters, random_state=seed)
    found = kmeans(torch.from_numpy(rows), clusters, start=torch.from_numpy(start), check=check)
    labels, means = found.labels.numpy(), found.centroids.numpy().astype(np.float64)
    precisions = []
    for number, mean in enumerate(means):
        check()
        away = rows[labels == number].astype(np.float64) - mean
        if full:
            covariance = away.T @ away / max(len(away), 1)
            precisions.append(np.linalg.inv(covariance + ridge * np.eye(len(mean))))
        else:
            precisions.append(1 / (np.square(away).sum(axis=0) / max(len(away), 1) + ridge))
    counts = np.maximum(found.counts.numpy(), 1)
    return counts / counts.sum(), means, np.stack(precisions)

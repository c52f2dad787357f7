"""Ways of finding clusters among rows of features; `CLUSTERERS` names them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from napari_fathom.learning.clusterers.assignment import Arrays, Assignment, Floats
from napari_fathom.learning.clusterers.birch import fit_birch
from napari_fathom.learning.clusterers.centres import fit_centres
from napari_fathom.learning.clusterers.density import fit_density
from napari_fathom.learning.clusterers.mixture import Mixture, fit_mixture
from napari_fathom.learning.clusterers.nearest import Nearest
from napari_fathom.learning.clusterers.spectral import fit_spectral
from napari_fathom.learning.methods.about import About

__all__ = ["CLUSTERERS", "Arrays", "Assignment", "Clusterer", "Nearest", "fit_clusters", "restore_assignment"]

_RULES: dict[str, type[Nearest] | type[Mixture]] = {Nearest.rule: Nearest, Mixture.rule: Mixture}


@dataclass(frozen=True)
class Clusterer:
    """One way of finding clusters.

    Parameters
    ----------
    about : About
    fit : callable
        Of rows (N, D) of float32, the number of clusters, a seed, and what raises when the user pressed Stop.
    most_rows : int, optional
        Of more rows than so many a random sample is taken: time or memory grow faster than their number, and
        while scikit-learn works nobody hears Stop: by these numbers for a few seconds at most.
    """

    about: About
    fit: Callable[[Floats, int, int, Callable[[], None]], Assignment]
    most_rows: int | None = None


CLUSTERERS: dict[str, Clusterer] = {
    "kmeans": Clusterer(
        About(
            "k-means",
            "Lloyd 1982",
            "Round clusters of about one size; takes seconds for any number of images.",
        ),
        fit_centres,
    ),
    "spectral": Clusterer(
        About(
            "Spectral clustering",
            "Shi and Malik 2000",
            "Clusters of any form; the best of AILARON on five plankton classes.",
        ),
        fit_spectral,
        5_000,
    ),
    "mixture": Clusterer(
        About(
            "Gaussian mixture",
            "Dempster et al. 1977",
            "Clusters of different sizes, each long and flat in its own directions.",
        ),
        fit_mixture,
        20_000,
    ),
    "birch": Clusterer(
        About("BIRCH", "Zhang et al. 1996", "Joins small balls; AILARON's choice where speed counts."),
        fit_birch,
        20_000,
    ),
    "hdbscan": Clusterer(
        About(
            "HDBSCAN",
            "Campello et al. 2013",
            "Finds how many clusters there are by itself, where images lie densest.",
        ),
        fit_density,
        5_000,
    ),
}
"""By the name that `ImageSettings.clusterer` uses; add one by a file and an entry here."""


def fit_clusters(
    name: str, rows: Floats, clusters: int, *, seed: int = 0, check: Callable[[], None] = lambda: None
) -> Assignment:
    """Find clusters among rows.

    Parameters
    ----------
    name : str
        In `CLUSTERERS`.
    rows : ndarray of float32, shape (N, D)
        At least one.
    clusters : int
        K; of fewer different rows, each is a cluster of its own.
    seed : int
    check : callable
        Called now and then; raises when the user pressed Stop.

    Returns
    -------
    Assignment
        To ask about these rows and others.

    Raises
    ------
    ValueError
        If there is no row, or one isn't finite.
    """
    if rows.ndim != 2 or not len(rows) or not np.isfinite(rows).all():
        raise ValueError(f"clusters want finite rows (N, D) with N > 0, found {rows.shape}")
    clusterer = CLUSTERERS[name]
    if clusterer.most_rows is None:
        return clusterer.fit(rows, clusters, seed, check)
    sample = rows
    if len(rows) > clusterer.most_rows:
        chosen = np.random.default_rng([seed, 30]).permutation(len(rows))[: clusterer.most_rows]
        sample = rows[np.sort(chosen)]
    different = np.unique(sample, axis=0)
    if len(different) <= clusters:
        return Nearest.of_centres(different)
    if clusters == 1:
        return Nearest.of_centres(sample.mean(axis=0, keepdims=True))
    return clusterer.fit(sample, clusters, seed, check)


def restore_assignment(rule: str, arrays: Arrays) -> Assignment:
    """The assignment of that rule which gave these arrays.

    Raises
    ------
    KeyError, ValueError
        If there is no such rule, or the arrays aren't its own.
    """
    return _RULES[rule].from_arrays(arrays)

"""What clusters that were found without labels mean, where somebody has labelled a few of their images."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

__all__ = ["CLUSTER_CLASSES", "class_shares", "clusters_of_labelled"]

CLUSTER_CLASSES = "cluster_classes"
"""Name in a model's `method_state` of what its clusters mean: `class_shares`."""


def class_shares(
    cluster: npt.NDArray[np.integer], target: npt.NDArray[np.integer], clusters: int, classes: int
) -> npt.NDArray[np.float32]:
    """P(class | cluster), from the labelled images of each cluster.

    P(c | k) = (n_kc + 1/C) / (n_k + 1)

    A cluster is most probably what most of its labelled images are, which is FOC's map; one label more, that
    all classes share, keeps a cluster with a single labelled image from being sure of it. Where nobody has
    labelled any, all classes are as probable: its cluster is the answer.

    Parameters
    ----------
    cluster : ndarray of int, shape (N,)
        0…K−1.
    target : ndarray of int, shape (N,)
        0 = nobody has said, 1…C.
    clusters, classes : int
        K and C.

    Returns
    -------
    ndarray of float32, shape (K, C)
        Each row adds up to 1; no columns without classes.

    References
    ----------
    FOC, section 4.3; the smoothing: Laplace's rule of succession, with one observation in all.
    """
    counts = np.zeros((clusters, classes), np.float64)
    said = target > 0
    np.add.at(counts, (cluster[said], target[said] - 1), 1)
    shares = (counts + 1 / max(classes, 1)) / (counts.sum(axis=1, keepdims=True) + 1)
    return np.asarray(shares, np.float32)


def clusters_of_labelled(
    nearest: npt.NDArray[np.integer], said: npt.NDArray[np.integer], likeness: npt.NDArray[np.floating]
) -> npt.NDArray[np.int64]:
    """Clusters that labelled images are truly of, given what clusters they are nearest to.

    Clusters come to stand for classes: first one for each class, so that as many labels as possible lie in
    their own class' cluster, equals decided by likeness (Hungarian method); of the others each for what most
    of its labels are, and for no class without any. A labelled image is then of the cluster that it is most
    like among those that stand for its class.

    Parameters
    ----------
    nearest : ndarray of int, shape (N,)
        0…K−1.
    said : ndarray of int, shape (N,)
        0…C−1; −1 where nobody has.
    likeness : ndarray, shape (N, K)
        Cosine of each image and each cluster's centre.

    Returns
    -------
    ndarray of int64, shape (N,)
        0…K−1; −1 for the unlabelled, and for classes that no cluster is left for.
    """
    found = np.full(len(said), -1, np.int64)
    known = np.flatnonzero(said >= 0)
    if not len(known):
        return found
    classes = np.unique(said[known])
    counts = np.stack([np.bincount(nearest[said == each], minlength=likeness.shape[1]) for each in classes])
    alike = np.stack([likeness[said == each].mean(axis=0) for each in classes])
    stands_for = np.where(counts.any(axis=0), classes[counts.argmax(axis=0)], -1)
    rows, columns = linear_sum_assignment(counts + (1 + alike) / 4, maximize=True)
    stands_for[columns] = classes[rows]
    allowed = stands_for == said[known, None]
    best = np.where(allowed, likeness[known], -np.inf).argmax(axis=1)
    found[known] = np.where(allowed.any(axis=1), best, -1)
    return found

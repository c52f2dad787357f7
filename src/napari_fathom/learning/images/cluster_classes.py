"""What clusters that were found without labels mean, where somebody has labelled a few of their images."""

import numpy as np
import numpy.typing as npt

__all__ = ["CLUSTER_CLASSES", "class_shares"]

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

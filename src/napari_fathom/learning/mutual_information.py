"""Invariant information clustering: what two views of one thing tell of each other."""

import torch
from torch import Tensor

from napari_fathom.learning.precision import in_full_precision

__all__ = ["mutual_information_loss"]

_LEAST = 1e-8  # of a joint probability, before its logarithm is taken


def mutual_information_loss(p: Tensor, q: Tensor) -> Tensor:
    """Minus the mutual information of the clusters of paired items.

    L = −Σ_{cc'} P_{cc'} ln( P_{cc'} / (P_c P_{c'}) ), P = ½ (M + Mᵀ), M = 1/N Σ_i p_i q_iᵀ

    Least, −ln K, where both items of a pair are surely of the same cluster and all K clusters are as large.

    Parameters
    ----------
    p, q : Tensor, shape (N, K)
        Cluster probabilities of the one and the other item of each pair.

    Returns
    -------
    Tensor, scalar
        0 without pairs.

    References
    ----------
    Ji, Henriques and Vedaldi 2019 (IIC), Eq. 3; Schmarje et al. 2021 (FOC), Eq. 2 and 3.
    """
    if not len(p):
        return (p.sum() + q.sum()).float()
    with in_full_precision(p):
        joint = p.float().T @ q.float() / len(p)
    joint = ((joint + joint.T) / 2).clamp_min(_LEAST)
    joint = joint / joint.sum()
    single = joint.sum(0)
    return -(joint * (joint.log() - torch.outer(single, single).log())).sum()

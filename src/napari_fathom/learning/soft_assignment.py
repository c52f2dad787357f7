"""How much a row belongs to each cluster, and what DEC wants that to become."""

import torch
from torch import Tensor

__all__ = ["sharpened", "student_t_assignment"]


def student_t_assignment(rows: Tensor, centres: Tensor) -> Tensor:
    """Share of each cluster in a row, by Student's t with one degree of freedom around the centres.

    q_ij = (1 + |z_i − μ_j|²)⁻¹ / Σ_j' (1 + |z_i − μ_j'|²)⁻¹

    Parameters
    ----------
    rows : Tensor, shape (N, D)
        z.
    centres : Tensor, shape (K, D)
        μ.

    Returns
    -------
    Tensor, shape (N, K)
        Sums to 1 over clusters.

    References
    ----------
    Xie, Girshick and Farhadi 2016 (DEC), Eq. 1 with α = 1.
    """
    # by differences: |z|² − 2 z·μ + |μ|² is inexact near a centre, and cdist has no gradient there
    squared = torch.stack([(rows - centre).square().sum(1) for centre in centres], dim=1)
    nearness = 1 / (1 + squared)
    return nearness / nearness.sum(1, keepdim=True)


def sharpened(assignment: Tensor) -> Tensor:
    """What assignments are to become: surer, and no cluster gaining by its size.

    p_ij = (q_ij² / f_j) / Σ_j' (q_ij'² / f_j'),  f_j = Σ_i q_ij

    Parameters
    ----------
    assignment : Tensor, shape (N, K)
        q of all rows.

    Returns
    -------
    Tensor, shape (N, K)
        p; sums to 1 over clusters.

    References
    ----------
    DEC, Eq. 3.
    """
    weight = assignment.square() / assignment.sum(0)
    return weight / weight.sum(1, keepdim=True)

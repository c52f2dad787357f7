"""Losses that find an item's other view among the views of others, as pure functions of rows (N, D)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from napari_fathom.learning.precision import in_full_precision

__all__ = ["contrastive_loss", "queue_loss"]


def contrastive_loss(rows: Tensor, other: Tensor, temperature: float) -> Tensor:
    """Find each item's other view among all views of a mini-batch.

    L = 1/2N Σ_i −ln( exp(s(i, i′)/τ) / Σ_{k≠i} exp(s(i, k)/τ) ), s = cosine, over all 2N views

    Parameters
    ----------
    rows, other : Tensor, shape (N, D)
        Two views of the same items; not all zero in any row.
    temperature : float
        τ.

    Returns
    -------
    Tensor, scalar
        0 for a single item: there is nothing to tell it from.

    References
    ----------
    Chen, Kornblith, Norouzi and Hinton 2020, Eq. 1.
    """
    items = len(rows)
    views = F.normalize(torch.cat([rows, other]).float(), dim=1)
    with in_full_precision(views):
        similarity = views @ views.T / temperature
    itself = torch.eye(2 * items, dtype=torch.bool, device=rows.device)
    partner = torch.arange(2 * items, device=rows.device).roll(items)
    return F.cross_entropy(similarity.masked_fill(itself, -torch.inf), partner)


def queue_loss(rows: Tensor, keys: Tensor, queue: Tensor, itself: Tensor, temperature: float) -> Tensor:
    """Find each item's other view among that one and what waits in a queue.

    L = 1/N Σ_i −ln( exp(s(q_i, k_i)/τ) / (exp(s(q_i, k_i)/τ) + Σ_j exp(s(q_i, k_j)/τ)) ), s = cosine

    Parameters
    ----------
    rows : Tensor, shape (N, D)
        q, with gradient.
    keys : Tensor, shape (N, D)
        Of the other views, of length 1.
    queue : Tensor, shape (Q, D)
        Keys of former items, of length 1.
    itself : Tensor of bool, shape (N, Q)
        Where what waits is the item itself: no part of the sum.
    temperature : float
        τ.

    Returns
    -------
    Tensor, scalar

    References
    ----------
    He et al. 2020 (MoCo), Eq. 1.
    """
    views = F.normalize(rows.float(), dim=1)
    right = (views * keys).sum(1, keepdim=True)
    with in_full_precision(views):
        wrong = (views @ queue.T).masked_fill(itself, -torch.inf)
    target = torch.zeros(len(views), dtype=torch.int64, device=views.device)
    return F.cross_entropy(torch.cat([right, wrong], dim=1) / temperature, target)

"""Pseudo-labels without labels: centres of sure answers, what lies near them, what neighbours agree on."""

from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = [
    "PseudoLabels",
    "centres_of_sure",
    "closeness",
    "local_consistency",
    "nearest_members",
]


@dataclass(frozen=True)
class PseudoLabels:
    """Which items are taken for members of which clusters; an item may be of several, or of none.

    Parameters
    ----------
    items : Tensor of int64, shape (V,)
        Rows.
    labels : Tensor of int64, shape (V,)
        0…K−1.
    confidence : Tensor, shape (V,)
        In [0, 1].
    """

    items: Tensor
    labels: Tensor
    confidence: Tensor


def centres_of_sure(rows: Tensor, probabilities: Tensor, share: float) -> Tensor:
    """Centre of each cluster: the mean of the items that are most probably of it.

    Of N items, the γ N / K with the highest probability of a cluster, at least one.

    Parameters
    ----------
    rows : Tensor, shape (N, D)
    probabilities : Tensor, shape (N, K)
        Of the same items.
    share : float
        γ.

    Returns
    -------
    Tensor, shape (K, D)

    References
    ----------
    RPSC, Eq. 1 and 2; Niu, Shan and Wang 2022 (SPICE), section III-B.
    """
    items, clusters = probabilities.shape
    count = min(max(int(share * items / clusters), 1), items)
    return rows[probabilities.topk(count, dim=0).indices].mean(0)


def nearest_members(rows: Tensor, centres: Tensor) -> PseudoLabels:
    """Give each cluster's label to the N / K items nearest to its centre, at least one.

    So many clusters of one size: nothing can collapse into one cluster. RPSC doesn't say how many its
    neighbourhoods hold; these are SPICE's. On rows of one length the nearest items are those with the largest
    product with the centre, as SPICE takes them.

    Parameters
    ----------
    rows : Tensor, shape (N, D)
    centres : Tensor, shape (K, D)

    Returns
    -------
    PseudoLabels
        V = K · max(N // K, 1), cluster by cluster, nearest first; confidence as `closeness`.

    References
    ----------
    SPICE, section III-B; RPSC, Eq. 3.
    """
    count = min(max(len(rows) // len(centres), 1), len(rows))
    nearest = torch.cdist(centres, rows).topk(count, largest=False).indices
    items = nearest.flatten()
    labels = torch.arange(len(centres), device=rows.device).repeat_interleave(count)
    return PseudoLabels(items, labels, closeness(rows[items], labels, centres))


def closeness(rows: Tensor, labels: Tensor, centres: Tensor) -> Tensor:
    """How much a pseudo-label is to be believed, from how near the item is to its cluster's centre.

    1 − d_i, d_i = |F_i − Γ_c| / max_j |F_j − Γ_c| over the items of that label: 1 in the centre, 0 for the
    farthest. (The paper calls d itself the confidence; but "high-confidence" samples are to be those close to
    the centre.)

    Parameters
    ----------
    rows : Tensor, shape (V, D)
        F.
    labels : Tensor of int64, shape (V,)
        c, 0…K−1.
    centres : Tensor, shape (K, D)
        Γ.

    Returns
    -------
    Tensor, shape (V,)
        In [0, 1]; 1 where all items of a label lie in its centre.

    References
    ----------
    RPSC, Eq. 3.
    """
    distance = (rows - centres[labels]).norm(dim=1)
    farthest = torch.zeros(len(centres), device=rows.device, dtype=distance.dtype)
    farthest = farthest.scatter_reduce(0, labels, distance, "amax")[labels]
    return 1 - torch.where(farthest > 0, distance / farthest, torch.zeros_like(distance))


def local_consistency(labels: Tensor, neighbours: Tensor) -> Tensor:
    """Share of each item's neighbours that have its label.

    Parameters
    ----------
    labels : Tensor of int64, shape (N,)
    neighbours : Tensor of int64, shape (N, n)

    Returns
    -------
    Tensor, shape (N,)
        α.

    References
    ----------
    RPSC, Eq. 6.
    """
    return (labels[neighbours] == labels[:, None]).float().mean(1)

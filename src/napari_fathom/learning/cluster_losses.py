"""Losses that make clusters of items without labels, as pure functions of rows (N, K)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from napari_fathom.learning.precision import in_full_precision

__all__ = ["double_softmax_loss", "neighbour_loss", "soft_contrastive_loss", "spread_loss"]

_SMALLEST = 1e-8


def neighbour_loss(probabilities: Tensor, other: Tensor) -> Tensor:
    """An item and its neighbour belong in one cluster, and surely so.

    L = −1/N Σ_i ln ⟨p_i, q_i⟩

    Parameters
    ----------
    probabilities, other : Tensor, shape (N, K)
        p and q: of the items, and of a neighbour of each.

    Returns
    -------
    Tensor, scalar

    References
    ----------
    Van Gansbeke et al. 2020 (SCAN), Eq. 2, first term.
    """
    return -(probabilities * other).sum(1).clamp_min(_SMALLEST).log().mean()


def spread_loss(probabilities: Tensor) -> Tensor:
    """Items spread over all clusters: the negative entropy of their mean.

    L = Σ_k p̄_k ln p̄_k, p̄ = 1/N Σ_i p_i

    Parameters
    ----------
    probabilities : Tensor, shape (N, K)

    Returns
    -------
    Tensor, scalar
        From −ln K to 0.

    References
    ----------
    SCAN, Eq. 2, second term.
    """
    mean = probabilities.mean(0).clamp_min(_SMALLEST)
    return (mean * mean.log()).sum()


def double_softmax_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy whose logits are probabilities already: the softmax of a softmax.

    L = −1/V Σ_i ln softmax(softmax(z_i))_{y_i}. No answer can be surer than e / (e + K − 1), so that wrong
    pseudo-labels are never fitted closely.

    Parameters
    ----------
    logits : Tensor, shape (V, K)
        z.
    labels : Tensor of int64, shape (V,)
        y, 0…K−1.

    Returns
    -------
    Tensor, scalar

    References
    ----------
    Niu, Shan and Wang 2022 (SPICE), section III-B: the double softmax cross-entropy.
    """
    return F.cross_entropy(logits.float().softmax(1), labels)


def soft_contrastive_loss(
    probabilities: Tensor, labels: Tensor, confidence: Tensor, temperature: float
) -> Tensor:
    """RPSC's: towards one's pseudo-label as far as it is to be believed, away from items of other ones.

    L = −1/V Σ_i ln( exp(w_i s(p_i, e_{y_i}) / τ) / Σ_{k: y_k ≠ y_i} exp(s(p_i, p_k) / τ) ), s = cosine

    In the paper the confidence stands inside the cosine, which doesn't change by it; here it is a factor of
    the similarity, as "less driven by low-confidence pseudo-labels" asks for. Where there is no other label
    the denominator is 1.

    Parameters
    ----------
    probabilities : Tensor, shape (V, K)
        p.
    labels : Tensor of int64, shape (V,)
        y, 0…K−1.
    confidence : Tensor, shape (V,)
        w, in [0, 1]; carries no gradient.
    temperature : float
        τ.

    Returns
    -------
    Tensor, scalar
        Not bounded below by 0.

    References
    ----------
    RPSC, Eq. 4 and 5.
    """
    directions = F.normalize(probabilities.float(), dim=1)
    towards = confidence.detach() * directions.gather(1, labels[:, None])[:, 0] / temperature
    same = labels[:, None] == labels
    with in_full_precision(directions):
        apart = (directions @ directions.T / temperature).masked_fill(same, -torch.inf)
    others = ~same.all(1)
    away = torch.where(others[:, None], apart, torch.zeros_like(apart)).logsumexp(1)
    return (torch.where(others, away, torch.zeros_like(away)) - towards).mean()

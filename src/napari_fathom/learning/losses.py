"""Every loss as a pure function of rows (N, K); methods put them together."""

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = [
    "ambiguity_loss",
    "ambiguity_targets",
    "class_weights",
    "cluster_weights",
    "fairness_loss",
    "inverse_cross_entropy",
    "pseudo_label_loss",
    "similarity_loss",
    "soft_cross_entropy",
    "squared_difference",
    "weighted_cross_entropy",
]


def weighted_cross_entropy(logits: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Weighted mean of the cross-entropy over the items that have a target.

    L = Σᵢ w(yᵢ) CE(pᵢ, yᵢ) / Σᵢ w(yᵢ)

    The papers divide by N and let the weights sum to one, which makes the loss of K = 512 clusters some 500
    times smaller than that of 3 classes; under one Adam the two would not alternate, the smaller would
    drown. Dividing by the weights present keeps the proportions of Eq. 2 and 3 and brings both to the scale
    of one item.

    Parameters
    ----------
    logits : Tensor, shape (N, K)
    target : Tensor of int64, shape (N,)
        0…K−1; negative where nobody has said (such items take no part).
    weights : Tensor, shape (K,), optional
        Not negative.

    Returns
    -------
    Tensor, scalar
        0, and a gradient of 0, if no item has a target or all weights present are 0.

    Raises
    ------
    ValueError
        If rows and targets differ in number.

    References
    ----------
    PredKlus, Eq. 2 and 3.
    """
    if logits.shape[0] != target.shape[0]:
        raise ValueError(f"{logits.shape[0]} rows of logits for {target.shape[0]} targets")
    said = target >= 0
    chosen, rows = target[said], logits[said].float()
    each = F.cross_entropy(rows, chosen, reduction="none")
    weight = torch.ones_like(each) if weights is None else weights.to(each)[chosen]
    return (weight * each).sum() / weight.sum().clamp_min(torch.finfo(each.dtype).tiny)


def soft_cross_entropy(logits: Tensor, shares: Tensor, weights: Tensor | None = None) -> Tensor:
    """Weighted mean of the cross-entropy with what many people say, class by class.

    L = −Σᵢ Σ_c w(c) qᵢ(c) ln pᵢ(c) / Σᵢ Σ_c w(c) qᵢ(c)

    Where each qᵢ is of one class, that is `weighted_cross_entropy`.

    Parameters
    ----------
    logits : Tensor, shape (N, C)
    shares : Tensor, shape (N, C)
        q; each row adds up to 1.
    weights : Tensor, shape (C,), optional
        Not negative.

    Returns
    -------
    Tensor, scalar

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if logits.shape != shares.shape:
        raise ValueError(f"logits of shape {tuple(logits.shape)} for shares of shape {tuple(shares.shape)}")
    weighted = shares.float() if weights is None else shares.float() * weights.float()
    total = -(weighted * F.log_softmax(logits.float(), dim=1)).sum()
    return total / weighted.sum().clamp_min(torch.finfo(total.dtype).tiny)


def cluster_weights(counts: Tensor) -> Tensor:
    """Weights that let every cluster speak equally; a cluster without items gets 0, not 1/0.

    wₖ = ŵₖ / Σ ŵ,  ŵₖ = N / (K Nₖ)

    Parameters
    ----------
    counts : Tensor, shape (K,)
        Items in each cluster.

    Returns
    -------
    Tensor of float32, shape (K,)
        Sums to 1 if any cluster has an item.

    References
    ----------
    PredKlus, Eq. 4.
    """
    inverse = torch.where(counts > 0, 1.0 / counts.clamp_min(1), 0.0)
    return (inverse / inverse.sum().clamp_min(torch.finfo(torch.float32).tiny)).float()


def class_weights(shares: Tensor, limit: float) -> Tensor:
    """Weights from the model's own predicted class shares, never from the annotation.

    w_c = ŵ_c / Σ ŵ,  ŵ_c = N / (C N_c)

    Parameters
    ----------
    shares : Tensor, shape (C,)
        N_c / N, summing to 1; smoothed by the caller over mini-batches.
    limit : float
        Largest ŵ: a class that is never predicted would otherwise get an infinite weight.

    Returns
    -------
    Tensor of float32, shape (C,)
        Sums to 1.

    References
    ----------
    PredKlus, Eq. 5.
    """
    raw = 1.0 / (shares.shape[0] * shares.float()).clamp_min(1.0 / limit)
    return raw / raw.sum()


def inverse_cross_entropy(p: Tensor, q: Tensor) -> Tensor:
    """Push the cluster distributions of two different things apart.

    CE⁻¹(p, q) = −Σ_c p(c) · ln(1 − q(c))

    Parameters
    ----------
    p, q : Tensor, shape (N, K)
        Probabilities over K clusters; row i of `p` and of `q` belong to items of different classes.

    Returns
    -------
    Tensor, shape (N,)
        Natural-log units; 0 where the two never meet.

    Raises
    ------
    ValueError
        If the shapes differ.

    References
    ----------
    FOC, Eq. 4; DC3, Eq. 2.
    """
    if p.shape != q.shape:
        raise ValueError(f"p has shape {tuple(p.shape)}, q {tuple(q.shape)}")
    apart = (1 - q).clamp_min(1e-6)  # q = 1 would cost infinitely much
    return -(p * apart.log()).sum(1)


def ambiguity_targets(rank_by: Tensor, prior: float) -> Tensor:
    """Call the `prior` share of items that rank highest ambiguous (1), the others certain (0).

    At least one item is called ambiguous as soon as the prior isn't 0 (rounding down would leave none in a
    small batch), and never all of them unless the prior is 1.

    Parameters
    ----------
    rank_by : Tensor, shape (N,)
        The higher, the more ambiguous; carries no gradient.
    prior : float
        Expected share of ambiguous items, p_A.

    Returns
    -------
    Tensor of float32, shape (N,)

    References
    ----------
    DC3, Eq. 3 (h).
    """
    items = rank_by.shape[0]
    count = min(max(int(items * prior), 1 if prior > 0 else 0), items)
    targets = torch.zeros(items, device=rank_by.device)
    targets[rank_by.detach().topk(count).indices] = 1.0
    return targets


def ambiguity_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Binary cross-entropy between the ambiguity head and its pseudo-labels.

    Parameters
    ----------
    logits, targets : Tensor, shape (N,)

    Returns
    -------
    Tensor, scalar

    References
    ----------
    DC3, Eq. 3.
    """
    return F.binary_cross_entropy_with_logits(logits.float(), targets)


def similarity_loss(logits: Tensor, other: Tensor, ambiguity: Tensor) -> Tensor:
    """Two views of an ambiguous item belong in the same cluster.

    L = 1/N Σᵢ aᵢ · CE(p_o(xᵢ), p_o(x′ᵢ)),  CE(p, q) = −Σ p ln q; the gradient reaches both views, not a.

    Parameters
    ----------
    logits, other : Tensor, shape (N, K)
        Cluster logits of the two views.
    ambiguity : Tensor, shape (N,)
        In [0, 1].

    Returns
    -------
    Tensor, scalar

    References
    ----------
    DC3, section 2.2 (L_S).
    """
    each = -(logits.float().softmax(1) * other.float().log_softmax(1)).sum(1)
    return (ambiguity.detach() * each).mean()


def squared_difference(logits: Tensor, other: Tensor) -> Tensor:
    """How much the answers to two views of the same items differ.

    L_i = 1/C Σ_c (softmax(z_i)_c − softmax(z′_i)_c)²

    Parameters
    ----------
    logits, other : Tensor, shape (N, C)
        Class logits; detach those that no gradient shall reach.

    Returns
    -------
    Tensor, shape (N,)

    References
    ----------
    Laine and Aila 2017, section 2.1; Tarvainen and Valpola 2017, section 2.
    """
    return (logits.float().softmax(1) - other.float().softmax(1)).square().mean(1)


def pseudo_label_loss(logits: Tensor, guess: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy with the most probable class of another answer, by how much that is to be believed.

    L_i = w_i CE(softmax(z_i), argmax guess_i)

    Parameters
    ----------
    logits : Tensor, shape (N, C)
    guess : Tensor, shape (N, C)
        Logits or probabilities of the same items; carries no gradient. May be `logits`.
    weights : Tensor, shape (N,)
        As a `Certainty` gives them; carries no gradient.

    Returns
    -------
    Tensor, shape (N,)

    References
    ----------
    Lee 2013, Eq. 15; Sohn et al. 2020, Eq. 4; Chen et al. 2023, Eq. 3.
    """
    return F.cross_entropy(logits.float(), guess.argmax(1), reduction="none") * weights.detach()


def fairness_loss(logits: Tensor, sure: Tensor, shares: Tensor, found: Tensor) -> Tensor:
    """FreeMatch's fairness: keep a mini-batch's answers from running into few classes.

    L = Σ_c a_c ln b_c, a = norm(p̃ / h̃), b = norm(p̄ / h̄): p̄ the mean of the sure answers' probabilities, h̄ the
    shares of their most probable classes; norm divides by the sum. The sign is the paper's: the cross-entropy
    of the two is made large.

    Parameters
    ----------
    logits : Tensor, shape (N, C)
        Of the strong view.
    sure : Tensor of bool, shape (N,)
        Whose weak view counts.
    shares, found : Tensor, shape (C,)
        p̃ and h̃: running means of the probabilities and of the most probable classes' shares.

    Returns
    -------
    Tensor, scalar
        0 where no answer is sure.

    References
    ----------
    Wang et al. 2023 (FreeMatch), Eq. 9 to 11.
    """
    p = logits[sure].float().softmax(1)
    if not len(p):
        return logits.float().sum() * 0
    hits = torch.bincount(p.argmax(1), minlength=p.shape[1]) / len(p)
    kept, expected = hits > 0, found > 0
    b = torch.where(kept, p.mean(0) / hits.where(kept, torch.ones_like(hits)), 0)
    a = torch.where(expected, shares / found.where(expected, torch.ones_like(found)), 0)
    return (a / a.sum() * (b / b.sum()).clamp_min(1e-12).log()).sum()

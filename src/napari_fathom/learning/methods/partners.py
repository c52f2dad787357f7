"""Who is drawn for a mini-batch, and compared with whom."""

import torch
from torch import Tensor

__all__ = ["balanced", "different_partners", "same_partners"]


def different_partners(labels: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Choose for each item one of another class, uniformly at random.

    With items sorted by class, those of other classes are everything but one run: a random number below their
    count, moved past the run, is the partner. No N × N table is made.

    Parameters
    ----------
    labels : Tensor of int64, shape (N,)
    generator : torch.Generator
        On the CPU.

    Returns
    -------
    partners : Tensor of int64, shape (N,)
        Indices; meaningless where none was found.
    found : Tensor of bool, shape (N,)
        False for all where there is only one class.
    """
    items = labels.shape[0]
    order = torch.argsort(labels, stable=True)
    _, inverse, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    start = (counts.cumsum(0) - counts)[inverse]
    own = counts[inverse]
    others = items - own
    draw = (torch.rand(items, generator=generator).to(labels.device) * others).long().clamp_max(items - 1)
    draw = torch.minimum(draw, (others - 1).clamp_min(0))
    position = torch.where(draw >= start, draw + own, draw).clamp_max(max(items - 1, 0))
    return order[position], others > 0


def same_partners(labels: Tensor, generator: torch.Generator) -> Tensor:
    """Choose for each item another one of its class, at random; itself where it is the only one.

    A random number below the size of its class, less one, moved past itself, among items sorted by class.

    Parameters
    ----------
    labels : Tensor of int64, shape (N,)
    generator : torch.Generator
        On the CPU.

    Returns
    -------
    Tensor of int64, shape (N,)
        Indices.
    """
    items = labels.shape[0]
    order = torch.argsort(labels, stable=True)
    place = torch.empty_like(order)
    place[order] = torch.arange(items, device=labels.device)
    _, inverse, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    start, own = (counts.cumsum(0) - counts)[inverse], counts[inverse]
    rest = own - 1
    draw = (torch.rand(items, generator=generator).to(labels.device) * rest).long()
    draw = torch.minimum(draw, (rest - 1).clamp_min(0))
    position = start + torch.where((draw >= place - start) & (rest > 0), draw + 1, draw)
    return order[position]


def balanced(labels: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Draw items so that each label comes as often, with replacement.

    Parameters
    ----------
    labels : Tensor of int64, shape (N,)
        On the CPU; items with a negative one are never drawn.
    count : int
    generator : torch.Generator

    Returns
    -------
    Tensor of int64, shape (count,)
        Indices; none where no item has a label.

    References
    ----------
    DeepCluster, section 3.3: "sample images based on a uniform distribution over the classes".
    """
    places = torch.nonzero(labels >= 0).squeeze(1)
    if not len(places) or not count:
        return places[:0]
    _, inverse, sizes = torch.unique(labels[places], return_inverse=True, return_counts=True)
    weights = 1 / sizes[inverse].float()
    return places[torch.multinomial(weights, count, replacement=True, generator=generator)]

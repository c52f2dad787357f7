"""A running average of a network's weights."""

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import torch
from torch import nn

__all__ = ["WeightAverage"]

N = TypeVar("N", bound=nn.Module)


class WeightAverage(Generic[N]):
    """`network` holds the average; its batch-norm statistics are averaged like weights.

    Parameters
    ----------
    network : nn.Module
        Whose weights are followed.
    memory : float
        In [0, 1): how much of the average is kept at each update. Early updates use less, so that the
        random first weights are soon forgotten.
    beside : iterable of nn.Parameter
        Weights that are trained with the network but aren't its own, and are followed as well.
    """

    def __init__(self, network: N, memory: float, beside: Iterable[nn.Parameter] = ()) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._beside = [(weight, weight.detach().clone()) for weight in beside]
        self._memory, self._updates = memory, 0

    @torch.no_grad()
    def update(self, network: N) -> None:
        """Take in the weights of `network`, and those beside it."""
        self._updates += 1
        memory = min(self._memory, self._updates / (self._updates + 10))
        for mine, theirs in zip(
            self.network.state_dict().values(), network.state_dict().values(), strict=True
        ):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1 - memory)
            else:
                mine.copy_(theirs)
        for weight, average in self._beside:
            average.lerp_(weight, 1 - memory)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Let the weights beside the network be their averages for a while."""
        own = [weight.data for weight, _ in self._beside]
        try:
            for weight, average in self._beside:
                weight.data = average
            yield
        finally:
            for (weight, _), data in zip(self._beside, own, strict=True):
                weight.data = data

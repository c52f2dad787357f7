"""A network so small that it learns between two strokes."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_fathom.learning.hardware import multiplies_bfloat16

__all__ = ["QuickNetwork"]

_UNITS = 32
_LEARNING_RATE, _WEIGHT_DECAY = 0.01, 1e-4
_FIRST_STEPS, _FURTHER_STEPS = 120, 30
_NARROWEST = 1e-3  # spread of a column below which it is taken for constant


class QuickNetwork:
    """One layer of units on normalised rows; goes on from its last weights when it learns again.

    Parameters
    ----------
    columns, classes : int
        Sizes of a row and of the answer.
    seed : int
        Of its first weights.
    """

    def __init__(self, columns: int, classes: int, seed: int = 0) -> None:
        random = torch.Generator().manual_seed(seed)
        self._hidden = nn.Linear(columns, _UNITS)
        self._out = nn.Linear(_UNITS, classes)
        with torch.no_grad():
            for layer, inputs in ((self._hidden, columns), (self._out, _UNITS)):
                layer.weight.copy_(torch.randn(layer.weight.shape, generator=random) * (2 / inputs) ** 0.5)
                layer.bias.zero_()
        weights = [*self._hidden.parameters(), *self._out.parameters()]
        self._optimiser = torch.optim.Adam(weights, lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY, fused=True)
        self._middle, self._spread = torch.zeros(columns), torch.ones(columns)
        self._learned = False

    def learn(self, rows: Tensor, target: Tensor, weight: Tensor, check: Callable[[], None]) -> float:
        """Take some steps of Adam on all rows at once; the first time four times as many.

        Parameters
        ----------
        rows : Tensor of float32, shape (N, columns)
        target : Tensor of int64, shape (N,)
            0…C−1.
        weight : Tensor of float32, shape (N,)
            How much each counts.
        check : callable
            Raises when the answer isn't wanted any more.

        Returns
        -------
        float
            The last loss, nats.
        """
        if not self._learned:
            self._middle, self._spread = rows.mean(0), rows.std(0).clamp_min(_NARROWEST)
        steps = _FURTHER_STEPS if self._learned else _FIRST_STEPS
        normal = (rows - self._middle) / self._spread
        share = weight / weight.sum()
        loss = torch.zeros(())
        for _ in range(steps):
            check()
            logits = self._out(torch.relu(self._hidden(normal)))
            loss = (functional.cross_entropy(logits, target, reduction="none") * share).sum()
            self._optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            self._optimiser.step()
        self._learned = True  # not where `check` ended it: the next time begins as long again
        return float(loss.detach())

    @torch.no_grad()
    def most_probable(self, rows: Tensor) -> Tensor:
        """Class 0…C−1 of each row (N, columns), in bfloat16 where that is quicker; shape (N,) of uint8."""
        quick = rows.dtype == torch.bfloat16 and multiplies_bfloat16(rows.device)
        format_ = torch.bfloat16 if quick else torch.float32
        weight = self._hidden.weight / self._spread  # rows needn't be normalised then
        bias = self._hidden.bias - weight @ self._middle
        units = functional.linear(rows.to(format_), weight.to(format_), bias.to(format_)).relu_()
        logits = functional.linear(units, self._out.weight.to(format_), self._out.bias.to(format_))
        return logits.max(1).indices.to(torch.uint8)

"""Several heads of a kind, from different first weights; the best one answers."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from napari_fathom.learning.nets.heads import Heads

__all__ = ["HeadCopies"]

_MEMORY = 0.99  # of each head's running loss


class HeadCopies(nn.Module):
    """Copies of one of the network's heads; the first *is* the network's.

    Clustering without labels depends on its first weights; the mean loss of several heads steadies what they
    share, and the one that did best in the end is kept.

    Parameters
    ----------
    features, outputs : int
        Sizes of a row and of the logits.
    copies : int
        How many there shall be with the network's own.
    device : torch.device
    generator : torch.Generator
        On the CPU.

    References
    ----------
    Ji, Henriques and Vedaldi 2019 (IIC), section 4.1; FOC, section 4.2: five of each kind.
    """

    def __init__(
        self, features: int, outputs: int, copies: int, device: torch.device, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.others = nn.ModuleList(nn.Linear(features, outputs) for _ in range(copies - 1))
        for head in self.others:
            assert isinstance(head, nn.Linear)
            with torch.no_grad():
                head.weight.copy_(torch.randn(outputs, features, generator=generator) * features**-0.5)
                head.bias.zero_()
        self.to(device)
        self._losses = torch.zeros(copies)

    def mean(
        self, own: Callable[[Tensor], Tensor], loss: Callable[[Callable[[Tensor], Tensor]], Tensor]
    ) -> Tensor:
        """Mean loss over all heads.

        Parameters
        ----------
        own : callable
            The network's own head: rows (N, D) to logits.
        loss : callable
            The loss of one such head.
        """
        each = torch.stack([loss(head) for head in (own, *self.others)])
        self._losses = self._losses.lerp(each.detach().float().cpu(), 1 - _MEMORY)
        return each.mean()

    def best(self) -> nn.Linear | None:
        """The head with the lowest loss of late; None if that is the network's own."""
        number = int(self._losses.argmin())
        head = None if number == 0 else self.others[number - 1]
        assert head is None or isinstance(head, nn.Linear)
        return head

    def put_best(self, heads: Heads, kind: str) -> None:
        """Copy the best one over the network's own: `classes` or `clusters`."""
        best = self.best()
        if best is not None:
            heads.take(kind, best)

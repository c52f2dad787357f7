"""What the training loop asks of what is learned from: pixels of a survey, images of a collection."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor
from typing_extensions import TypeVar

from napari_fathom.events import Note
from napari_fathom.learning.evaluate import HeldOutAnswers
from napari_fathom.learning.methods.base import Method
from napari_fathom.learning.nets.network import ItemNetwork
from napari_fathom.learning.shared_settings import SharedSettings
from napari_fathom.learning.stepper import Movable

__all__ = ["Task"]

N = TypeVar("N", bound=ItemNetwork)
B = TypeVar("B", bound=Movable)
M_co = TypeVar("M_co", covariant=True)


class Task(Protocol[N, B, M_co]):
    """Batches, network, judging, and what is kept; the loop knows nothing else of what it trains on."""

    @property
    def settings(self) -> SharedSettings:
        """Of the run."""
        ...

    @property
    def main_loss(self) -> str:
        """Name of the loss that judges an epoch where nothing is held out."""
        ...

    @property
    def parent(self) -> Mapping[str, Any]:
        """Provenance of the model that the run starts from; empty without one."""
        ...

    def prepare(self) -> Iterator[Note]:
        """Look at the labels once, before anything else is asked; say what the user should know.

        Raises
        ------
        TrainingError
            If nothing can be learned from them.
        """
        ...

    def network(self) -> N:
        """The network with its first weights, on the CPU."""
        ...

    def method(self, network: N, device: torch.device, check: Callable[[], None]) -> Method[N, B]:
        """For that network, and as the start model left it; `check` raises when the user pressed Stop."""
        ...

    def draw(self, size: int, method: Method[N, B]) -> B:
        """A mini-batch with what the method needs."""
        ...

    def judge(self, network: N, device: torch.device) -> HeldOutAnswers | None:
        """What the network says of the held-out labels; None where there are none."""
        ...

    def model(
        self,
        network: N,
        state: Mapping[str, Tensor],
        answers: HeldOutAnswers | None,
        provenance: Mapping[str, Any],
    ) -> M_co:
        """The model of a network on the CPU, in evaluation mode."""
        ...

    def remarks(self, answers: HeldOutAnswers | None) -> Iterator[Note]:
        """What the user should know of the kept model."""
        ...

    def too_large(self, device: torch.device) -> str:
        """A sentence for when not even one patch or image fits into the memory of `device`."""
        ...

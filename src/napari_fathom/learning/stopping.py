"""Stop that is heard inside a long step, not after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

from torch import Tensor, nn

from napari_fathom.errors import Cancelled

__all__ = ["heeding", "raise_if_set"]


def raise_if_set(stop: Event | None) -> None:
    """Raise `Cancelled` if the user pressed Stop."""
    if stop is not None and stop.is_set():
        raise Cancelled("Stopped.")


@contextmanager
def heeding(network: nn.Module, stop: Event | None) -> Iterator[None]:
    """Ask for `stop` before every convolution, forward and backward.

    A step of the paper's network takes seconds on a CPU, one convolution a fraction of a second.

    Raises
    ------
    Cancelled
        From inside the network's forward or backward pass.
    """
    if stop is None:
        yield
        return

    def before(_module: nn.Module, _inputs: Any) -> None:
        raise_if_set(stop)

    def after(_module: nn.Module, _inputs: Any, output: Tensor) -> None:
        if output.requires_grad:
            output.register_hook(lambda _gradient: raise_if_set(stop))  # type: ignore[no-untyped-call]

    handles = []
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            handles += [module.register_forward_pre_hook(before), module.register_forward_hook(after)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()

"""Stop is heard between two convolutions, forward and backward, and leaves no hook behind."""

import threading

import pytest
import torch

from napari_fathom.errors import Cancelled
from napari_fathom.learning.nets.unet import UNet
from napari_fathom.learning.stopping import heeding


def stopping_at(call: int, network: torch.nn.Module, *, backward: bool) -> tuple[threading.Event, list[int]]:
    """Press Stop when the given convolution is reached; count how many more are."""
    stop, seen = threading.Event(), [0]

    def count(*_: object) -> None:
        seen[0] += 1
        if seen[0] == call:
            stop.set()

    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            if backward:
                module.register_forward_hook(lambda _m, _i, out: out.register_hook(count) and None)
            else:
                module.register_forward_pre_hook(count)
    return stop, seen


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("call", [1, 3, 7])
def test_no_further_convolution_runs_once_stop_is_pressed(backward: bool, call: int) -> None:
    network = UNet(2, 4, 3)
    stop, seen = stopping_at(call, network, backward=backward)
    with heeding(network, stop):
        if not backward:
            with pytest.raises(Cancelled):
                network(torch.rand(1, 2, 16, 16))
        else:
            loss = network(torch.rand(1, 2, 16, 16)).sum()
            with pytest.raises(Cancelled):
                loss.backward()
    assert seen[0] <= call + 1


def test_hooks_are_gone_afterwards() -> None:
    network, stop = UNet(2, 4, 2), threading.Event()
    with heeding(network, stop):
        pass
    stop.set()
    network(torch.rand(1, 2, 16, 16)).sum().backward()


def test_without_a_stop_nothing_is_hooked() -> None:
    network = UNet(2, 4, 2)
    with heeding(network, None):
        assert not any(module._forward_hooks for module in network.modules())

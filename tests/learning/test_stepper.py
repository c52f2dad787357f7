"""One mini-batch: step sizes along the schedule, and the optimiser that the settings name."""

import itertools
import math
from collections.abc import Iterator
from typing import Any, Self

import pytest
import torch
from tests.learning.scenes import quick

from napari_fathom.learning.methods import Loss
from napari_fathom.learning.methods.base import PlainMethod
from napari_fathom.learning.nets.heads import Heads
from napari_fathom.learning.nets.network import ItemNetwork
from napari_fathom.learning.stepper import Stepper

CPU = torch.device("cpu")


class Slope(ItemNetwork):
    """A weight that a loss of slope 1 pulls down by just the step size."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.heads = Heads(1, 2, 2)


class Nothing:
    """A mini-batch without anything in it."""

    def to(self, device: torch.device, layout: torch.memory_format) -> Self:
        return self


class Downhill(PlainMethod):
    name = "downhill"
    needs_unlabelled = needs_view = False

    def objectives(self, network: Slope, batch: Any) -> Iterator[Loss]:
        yield Loss("slope", network.weight.sum(), consistency=torch.zeros(3))


def moves(**changes: object) -> list[float]:
    settings = quick(steps=2, epochs=2, learning_rate=0.1, weight_decay=0.0, precision="float32", **changes)
    network = Slope()
    stepper: Stepper[Slope, Nothing] = Stepper(network, Downhill(), settings, CPU)
    places = [0.0]
    for index in range(4):
        stepper.step(Nothing(), index)
        places.append(float(network.weight.detach()))
    return [before - after for before, after in itertools.pairwise(places)]


@pytest.mark.parametrize(
    ("schedule", "rate"),
    [
        ("constant", lambda done: 1.0),
        ("cosine", lambda done: (1 + math.cos(math.pi * done)) / 2),
        ("gentle", lambda done: math.cos(7 / 16 * math.pi * done)),
    ],
)
@pytest.mark.parametrize("optimiser", ["adam", "nesterov"])
def test_the_step_size_follows_the_schedule(schedule: str, rate: Any, optimiser: str) -> None:
    found = moves(schedule=schedule, optimiser=optimiser, beta1=0.0)
    assert found == pytest.approx([0.1 * rate(index / 4) for index in range(4)], rel=1e-4)


def test_the_filter_bank_whose_single_layer_learns_slowly_takes_five_times_as_large_steps() -> None:
    assert moves(method="filter-bank", optimiser="nesterov", beta1=0.0)[0] == pytest.approx(0.5)


def test_nesterov_gathers_momentum() -> None:
    # v₁ = 1, v₂ = 1.5, …; a step is g + β v
    assert moves(optimiser="nesterov", beta1=0.5) == pytest.approx([0.15, 0.175, 0.1875, 0.19375])


def test_the_consistency_of_each_item_joins_the_loss_as_a_mean() -> None:
    each = torch.tensor([1.0, 2.0, 6.0])
    assert float(Loss("one", torch.tensor(0.5), consistency=each).total) == 3.5
    assert float(Loss("one", torch.tensor(0.5)).total) == 0.5

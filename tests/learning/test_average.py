import numpy as np
import pytest
import torch

from napari_fathom.learning.average import WeightAverage
from napari_fathom.learning.nets.unet import UNet


def test_the_average_is_the_running_one() -> None:
    network = torch.nn.Linear(1, 1, bias=False)
    average = WeightAverage(network, 0.5)
    expected = network.weight.item()
    for step in range(1, 40):
        network.weight.data.fill_(float(step))
        average.update(network)
        memory = min(0.5, step / (step + 10))
        expected = memory * expected + (1 - memory) * step
    assert average.network.weight.item() == pytest.approx(expected, rel=1e-5)


def test_statistics_of_batch_normalisation_are_averaged_too_and_counters_copied() -> None:
    network = UNet(2, 4, 1).train()
    average = WeightAverage(network, 0.9)
    for _ in range(60):
        network(torch.rand(2, 2, 8, 8) + 5)
        average.update(network)
    mine, theirs = average.network.state_dict(), network.state_dict()
    for name, value in theirs.items():
        np.testing.assert_allclose(mine[name], value, rtol=0.3, atol=0.1)
        assert mine[name].dtype == value.dtype


def test_the_average_is_its_own_network() -> None:
    network = torch.nn.Linear(2, 2)
    average = WeightAverage(network, 0.9)
    before = average.network.weight.clone()
    network.weight.data.add_(1)
    assert torch.equal(average.network.weight, before)
    assert not average.network.training
    assert not any(parameter.requires_grad for parameter in average.network.parameters())


def test_weights_beside_the_network_are_averaged_and_lent_for_a_while() -> None:
    network, beside = torch.nn.Linear(1, 1, bias=False), torch.nn.Parameter(torch.zeros(1))
    average = WeightAverage(network, 0.5, [beside])
    expected = 0.0
    for step in range(1, 30):
        beside.data.fill_(float(step))
        average.update(network)
        memory = min(0.5, step / (step + 10))
        expected = memory * expected + (1 - memory) * step
    with average.lent():
        assert beside.item() == pytest.approx(expected, rel=1e-5)
    assert beside.item() == 29

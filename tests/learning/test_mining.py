"""What a network surely contradicts of the strokes is found, and seen again more often."""

import numpy as np
import pytest
import torch
from tests.learning.scenes import NAMES, quick, strokes, survey, truth_map

from napari_fathom.learning.mining import Window, contradictions
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.network import Network
from napari_fathom.learning.painted import PaintedPixels
from napari_fathom.learning.train import Training

CPU = torch.device("cpu")
TRUTH = truth_map()


def one_that_says(*probabilities: float) -> Network:
    """A network that says the same of all cells."""
    network = network_for(quick(), channels=4, classes=len(probabilities))
    with torch.no_grad():
        network.heads._classes.weight.zero_()
        network.heads._classes.bias.copy_(torch.tensor(probabilities).log())
    return network


def found_in(target: np.ndarray, *probabilities: float) -> PaintedPixels:
    windows = [Window((100, 200), torch.zeros(4, *target.shape), target)] * 2
    return contradictions(one_that_says(*probabilities), windows, CPU, np.random.default_rng(0))


def test_painted_cells_surely_taken_for_another_class_are_found_once() -> None:
    target = np.full((8, 16), -1)
    target[2, 3:6], target[4, 5] = 1, 0
    found = found_in(target, 0.9, 0.1)
    assert found.counts == {2: 3}
    assert sorted(found.positions[2][0].tolist()) == [[102, 203], [102, 204], [102, 205]]


@pytest.mark.parametrize("probabilities", [(0.7, 0.3), (0.4, 0.3, 0.3), (0.02, 0.98)])
def test_who_is_not_sure_or_right_contradicts_nothing(probabilities: tuple[float, ...]) -> None:
    target = np.full((8, 16), -1)
    target[2, 3:6] = 1
    assert found_in(target, *probabilities).counts == {}


def test_the_network_goes_on_training_as_before() -> None:
    network = one_that_says(0.9, 0.1).train()
    contradictions(network, [], CPU, np.random.default_rng(0))
    assert network.training


def test_a_training_dwells_on_what_its_last_epoch_contradicted() -> None:
    def weights(mine: float) -> list[torch.Tensor]:
        settings = quick(mine=mine, epochs=3, steps=2, keep="last", held_out=0.0, learning_rate=0.05)
        training = Training(survey(TRUTH), strokes(TRUTH), NAMES, settings)
        list(training.events())
        assert training.best is not None
        return [weight.clone() for weight in training.best.network.parameters()]

    alike = [torch.equal(one, other) for one, other in zip(weights(1.0), weights(0.0), strict=True)]
    assert not all(alike)

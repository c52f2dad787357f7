"""What every method of pixels must do, whatever it learns."""

import pytest
import torch
from tests.learning.methods.test_dc3 import batch
from tests.learning.scenes import quick

from napari_fathom.learning.batch import Batch, UnlabelledPatches
from napari_fathom.learning.methods import METHODS, MethodContext, make_method
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.network import Network
from napari_fathom.learning.settings import TrainSettings

CPU = torch.device("cpu")


def one_batch(settings: TrainSettings, given: Batch) -> tuple[Network, list[float]]:
    """A network whose weights have the gradients of all losses of a mini-batch, and those losses."""
    network = network_for(settings, channels=4, classes=3).train()

    def twin(seed: int) -> Network:
        return network_for(settings.model_copy(update={"seed": seed}), channels=4, classes=3)

    method = make_method(MethodContext(settings, 3, CPU, check=lambda: None, twin=twin))
    totals = []
    for loss in method.objectives(network, given):
        loss.total.backward()
        totals.append(float(loss.total.detach()))
    return network, totals


@pytest.mark.parametrize("weights", [{}, {"mutual_weight": 0.0, "similarity_weight": 0.0}])
@pytest.mark.parametrize("name", sorted(METHODS))
def test_ambiguity_is_learned_with_every_method(name: str, weights: dict[str, float]) -> None:
    settings = quick(method=name, ambiguity=True, **weights)
    network, _ = one_batch(settings, batch(view=not weights))
    gradient = network.heads._ambiguity.weight.grad
    assert gradient is not None and float(gradient.abs().max()) > 0


@pytest.mark.parametrize("ambiguity", [False, True])
@pytest.mark.parametrize("name", sorted(METHODS))
def test_patches_of_which_nothing_was_measured_do_no_harm(name: str, ambiguity: bool) -> None:
    given = batch(view=True)
    assert given.unlabelled is not None
    nowhere = torch.zeros_like(given.unlabelled.valid)
    nothing = UnlabelledPatches(given.unlabelled.image, nowhere, given.unlabelled.view, nowhere)
    settings = quick(method=name, ambiguity=ambiguity)
    _, totals = one_batch(settings, Batch(given.labelled, nothing))
    assert totals and torch.isfinite(torch.tensor(totals)).all()

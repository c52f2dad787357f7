"""Two networks, each other's teachers, in turn."""

import pytest
import torch
import torch.nn.functional as F
from tests.learning.scenes import quick

from napari_fathom.learning.batch import Batch
from napari_fathom.learning.methods import MethodContext
from napari_fathom.learning.methods.base import features_of
from napari_fathom.learning.methods.semicps import SemiCPS
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.network import Network

SETTINGS = quick(method="semicps", ramp=0.0, pseudo_label_weight=1.5)
CPU = torch.device("cpu")


def made(seed: int) -> Network:
    return network_for(SETTINGS.model_copy(update={"seed": seed}), channels=4, classes=3).train()


def method(**changes: object) -> SemiCPS:
    settings = SETTINGS.model_copy(update=changes)
    return SemiCPS(MethodContext(settings, 3, CPU, check=lambda: None, twin=made))


def taught(learner: Network, teacher: Network, batch: Batch) -> float:
    assert batch.unlabelled is not None
    valid = batch.unlabelled.valid.reshape(-1)
    said = teacher.heads.classes(features_of(teacher, batch)[1][valid]).argmax(1)
    logits = learner.heads.classes(features_of(learner, batch)[1][valid])
    return float(1.5 * F.cross_entropy(logits, said).detach())


def test_first_the_auxiliary_then_the_main_network_learns_from_the_other(batch: Batch) -> None:
    main, auxiliary = made(0), made(1)
    steps = method().objectives(main, batch)
    first = next(steps)
    assert first.name == "auxiliary"
    supervised = next(iter(method(pseudo_label_weight=0.0).objectives(main, batch)))
    peer = taught(auxiliary, main, batch)
    assert float(first.total.detach()) == pytest.approx(float(supervised.total.detach()) + peer, rel=1e-3)
    second = next(steps)
    assert second.consistency is not None
    assert float(second.consistency.mean().detach()) == pytest.approx(
        taught(main, auxiliary, batch), rel=1e-3
    )
    assert next(steps, None) is None


def test_the_main_network_is_taught_by_the_auxiliary_as_just_updated(batch: Batch) -> None:
    learned, main = method(), made(0)
    steps = learned.objectives(main, batch)
    next(steps)
    changed = dict(zip(dict(made(1).named_parameters()), learned.parameters(), strict=True))
    with torch.no_grad():  # the optimiser's step: from now on it calls everything class 2
        changed["heads._classes.weight"].zero_()
        changed["heads._classes.bias"].copy_(torch.tensor([0.0, 0.0, 9.0]))
    second = next(steps)
    assert second.unlabelled is not None
    logits = main.heads.classes(second.unlabelled.features)
    expected = 1.5 * F.cross_entropy(logits, torch.full((len(logits),), 2), reduction="none")
    torch.testing.assert_close(second.consistency, expected, rtol=1e-4, atol=1e-5)


def test_no_gradient_reaches_the_teacher(batch: Batch) -> None:
    learned, main = method(), made(0)
    next(iter(learned.objectives(main, batch))).total.backward()
    assert all(value.grad is None for value in main.parameters())
    assert any(value.grad is not None for value in learned.parameters())


def test_a_run_goes_on_with_both(batch: Batch) -> None:
    first = method()
    with torch.no_grad():
        for value in first.parameters():
            value.add_(1.0)
    second = method()
    second.restore(first.state())
    for mine, theirs in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)

"""Painted pixels alone, or with the unpainted ones taken for the rest class."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from tests.learning.scenes import quick

from napari_fathom.learning.batch import Batch, LabelledPatches, UnlabelledPatches
from napari_fathom.learning.methods import MethodContext
from napari_fathom.learning.methods.supseg import SupSeg
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.network import Network, rows_of

SETTINGS = quick(rest_class="background", rest_weight=4.0)


def method(rest: int | None) -> SupSeg:
    return SupSeg(MethodContext(SETTINGS, 3, torch.device("cpu"), check=lambda: None, rest=rest))


@pytest.fixture
def batch() -> Batch:
    random = torch.Generator().manual_seed(0)
    image = torch.rand(4, 4, 32, 32, generator=random)
    target = torch.randint(-1, 3, (2, 32, 32), generator=random)
    valid = torch.rand(2, 32, 32, generator=random) > 0.2
    unpainted = valid & (torch.rand(2, 32, 32, generator=random) > 0.1)
    return Batch(
        LabelledPatches(image[:2], target, target > -2),
        UnlabelledPatches(image[2:], valid, unpainted=unpainted),
    )


@pytest.fixture
def network() -> Network:
    return network_for(SETTINGS, channels=4, classes=3).train()


def test_without_a_rest_class_unlabelled_patches_are_not_asked_for() -> None:
    assert not method(None).needs_unlabelled
    assert method(0).needs_unlabelled


@pytest.mark.parametrize("rest", [0, 2])
def test_unpainted_pixels_are_taken_for_the_rest_class(batch: Batch, network: Network, rest: int) -> None:
    assert batch.unlabelled is not None
    assert batch.unlabelled.unpainted is not None
    [loss] = method(rest).objectives(network, batch)
    # Brute force: both kinds of patches in one pass, a mean of each painted class, and one of the unpainted.
    logits = network.heads.classes(
        rows_of(network.features(torch.cat([batch.labelled.image, batch.unlabelled.image])))
    )
    each = -F.log_softmax(logits, dim=1)
    painted = batch.labelled.target.reshape(-1)
    of_class = [each[: len(painted)][painted == c, c].mean() for c in range(3)]
    unpainted = each[len(painted) :][batch.unlabelled.unpainted.reshape(-1), rest].mean()
    torch.testing.assert_close(loss.value, sum(of_class) / 3 + 4.0 * unpainted)


def test_painted_and_held_out_pixels_of_random_patches_are_not_taken_for_the_rest(
    batch: Batch, network: Network
) -> None:
    assert batch.unlabelled is not None
    nothing = torch.zeros_like(batch.unlabelled.valid)
    said = Batch(batch.labelled, replace(batch.unlabelled, unpainted=nothing))
    [without] = method(0).objectives(network, said)
    [with_rest] = method(0).objectives(network, batch)
    assert torch.isfinite(without.value)
    assert without.value < with_rest.value


def test_the_rows_handed_on_are_the_painted_ones(batch: Batch, network: Network) -> None:
    [loss] = method(0).objectives(network, batch)
    assert loss.painted is not None
    assert loss.painted.target is not None
    torch.testing.assert_close(loss.painted.target, batch.labelled.target[batch.labelled.target >= 0])
    assert loss.painted.features.shape == (len(loss.painted.target), SETTINGS.width)

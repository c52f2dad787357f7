"""Painted pixels alone, or with the unpainted ones taken for the rest class."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from tests.learning.scenes import quick

from napari_fathom.learning.batch import Batch, LabelledPatches, UnlabelledPatches
from napari_fathom.learning.methods import MethodContext
from napari_fathom.learning.methods.supseg import SupSeg, painted_weight
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.network import Network, rows_of

SETTINGS = quick(rest_class="background", rest_weight=0.5, rare_share=0.2)


def method(rest: int | None) -> SupSeg:
    return SupSeg(MethodContext(SETTINGS, 3, torch.device("cpu"), check=lambda: None, rest=rest))


@pytest.fixture
def batch() -> Batch:
    random = torch.Generator().manual_seed(0)
    image = torch.rand(4, 4, 32, 32, generator=random)
    target = torch.randint(-1, 3, (2, 32, 32), generator=random)
    valid = torch.rand(2, 32, 32, generator=random) > 0.2
    unpainted = valid & (torch.rand(2, 32, 32, generator=random) > 0.1)
    around = (target < 0) & (torch.rand(2, 32, 32, generator=random) > 0.1)
    painted = torch.where(unpainted, -1, torch.randint(-1, 3, (2, 32, 32), generator=random))
    return Batch(
        LabelledPatches(image[:2], target, target > -2, around),
        UnlabelledPatches(image[2:], valid, unpainted=unpainted, target=painted),
    )


@pytest.fixture
def network() -> Network:
    return network_for(SETTINGS, channels=4, classes=3).train()


def test_without_a_rest_class_unlabelled_patches_are_not_asked_for() -> None:
    assert not method(None).needs_unlabelled
    assert method(0).needs_unlabelled


@pytest.mark.parametrize("rest", [0, 2])
@pytest.mark.parametrize("steps_done", [0, 11])
def test_unpainted_pixels_are_taken_for_the_rest_class(
    batch: Batch, network: Network, rest: int, steps_done: int
) -> None:
    assert batch.unlabelled is not None
    assert batch.labelled.unpainted is not None
    assert batch.unlabelled.unpainted is not None
    assert batch.unlabelled.target is not None
    learned = method(rest)
    for _ in range(steps_done):
        next(learned.objectives(network, batch))
    [loss] = learned.objectives(network, batch)
    # Brute force: both kinds of patches in one pass, then pixel by pixel.
    images = torch.cat([batch.labelled.image, batch.unlabelled.image])
    each = -F.log_softmax(network.heads.classes(rows_of(network.features(images))), dim=1)
    target = torch.cat([batch.labelled.target, batch.unlabelled.target]).reshape(-1)
    unpainted = torch.cat([batch.labelled.unpainted, batch.unlabelled.unpainted]).reshape(-1)
    seen = batch.unlabelled.target
    others = ((seen >= 0) & (seen != rest)).sum()
    weight = 0.2 * ((seen >= 0).sum() + batch.unlabelled.unpainted.sum()) / others if steps_done else 30.0
    assert weight > 1
    total = weighed = torch.zeros(())
    for row, (kind, nobody) in enumerate(zip(target.tolist(), unpainted.tolist(), strict=True)):
        if kind >= 0:
            total, weighed = total + weight * each[row, kind], weighed + weight
        elif nobody:
            total, weighed = total + 0.5 * each[row, rest], weighed + 0.5
    torch.testing.assert_close(loss.value, total / weighed, rtol=1e-4, atol=1e-6)


def test_a_painted_pixel_outweighs_many_at_first_and_a_few_in_the_end() -> None:
    weights = [painted_weight(progress / 20, 4.0) for progress in range(21)]
    assert weights[0] == pytest.approx(30) == pytest.approx(weights[6])
    assert weights[14] == pytest.approx(4) == pytest.approx(weights[20])
    assert weights[10] == pytest.approx((30 * 4) ** 0.5)
    assert weights == sorted(weights, reverse=True)


def test_painted_and_held_out_pixels_of_random_patches_are_not_taken_for_the_rest(
    batch: Batch, network: Network
) -> None:
    assert batch.unlabelled is not None
    nothing = torch.zeros_like(batch.unlabelled.valid)
    said = Batch(replace(batch.labelled, unpainted=None), replace(batch.unlabelled, unpainted=nothing))
    [without] = method(0).objectives(network, said)
    [of_another_rest] = method(2).objectives(network, said)
    assert torch.isfinite(without.value)
    torch.testing.assert_close(without.value, of_another_rest.value)


def test_the_rows_handed_on_are_the_painted_ones(batch: Batch, network: Network) -> None:
    [loss] = method(0).objectives(network, batch)
    assert loss.painted is not None
    assert loss.painted.target is not None
    torch.testing.assert_close(loss.painted.target, batch.labelled.target[batch.labelled.target >= 0])
    assert loss.painted.features.shape == (len(loss.painted.target), SETTINGS.width)

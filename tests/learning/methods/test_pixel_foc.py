"""FOC's losses on pixels: which are drawn, and that heads learn in turn."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from tests.learning.scenes import quick

from napari_fathom.learning.batch import Batch
from napari_fathom.learning.methods import MethodContext
from napari_fathom.learning.methods.base import Loss
from napari_fathom.learning.methods.pixel_foc import PixelFOC
from napari_fathom.learning.model import network_for
from napari_fathom.learning.mutual_information import mutual_information_loss
from napari_fathom.learning.nets.network import Network

CPU = torch.device("cpu")


def made(rest: int | None = None, **changes: object) -> tuple[PixelFOC, Network]:
    settings = quick(method="foc-pixels", head_copies=2, warm_up=0.0, **changes)
    network = network_for(settings, channels=4, classes=3).train()
    return PixelFOC(MethodContext(settings, 3, CPU, check=lambda: None, rest=rest)), network


@pytest.fixture
def seen_twice(batch: Batch) -> Batch:
    assert batch.unlabelled is not None
    return replace(batch, unlabelled=replace(batch.unlabelled, view=batch.unlabelled.image.flip(1)))


def losses(method: PixelFOC, network: Network, batch: Batch, batches: int = 2) -> list[Loss]:
    return [loss for _ in range(batches) for loss in method.objectives(network, batch)]


def test_class_and_cluster_heads_learn_in_turn(seen_twice: Batch) -> None:
    method, network = made()
    assert method.needs_unlabelled and method.needs_view
    found = losses(method, network, seen_twice, 4)
    assert [loss.name for loss in found] == ["segmentation", "clustering"] * 2
    found[1].total.backward()
    assert network.heads._clusters.weight.grad is not None
    assert network.heads._classes.weight.grad is None
    assert all(value.grad is not None for value in list(method.parameters())[2:])


def test_painted_pixels_come_alike_from_every_class(batch: Batch) -> None:
    method, network = made(mutual_weight=0.0)
    assert not method.needs_view
    [loss] = losses(method, network, batch, 1)
    assert loss.painted is not None and loss.painted.target is not None
    counts = np.bincount(loss.painted.target.numpy(), minlength=3)
    assert counts.sum() == 256
    assert (np.abs(counts - 256 / 3) < 40).all()
    logits = [network.heads.classes(loss.painted.features)]
    weight, bias = list(method.parameters())[:2]
    logits.append(F.linear(loss.painted.features, weight, bias))
    expected = np.mean([float(F.cross_entropy(each, loss.painted.target).detach()) for each in logits])
    assert float(loss.value.detach()) == pytest.approx(expected, rel=1e-4)


def test_unpainted_pixels_are_of_the_class_that_nearly_everything_is(batch: Batch) -> None:
    target = batch.labelled.target.clone()
    target[target == 0] = -1
    unpainted = replace(batch.labelled, target=target, unpainted=target < 0)
    method, network = made(rest=0, mutual_weight=0.0)
    [loss] = losses(method, network, replace(batch, labelled=unpainted), 1)
    assert loss.painted is not None and loss.painted.target is not None
    assert 60 < int((loss.painted.target == 0).sum()) < 110


def test_while_warming_up_only_the_two_views_matter(seen_twice: Batch) -> None:
    settings = quick(method="foc-pixels", head_copies=1, warm_up=1.0, ambiguity_pixels=8192)
    network = network_for(settings, channels=4, classes=3).eval()
    method = PixelFOC(MethodContext(settings, 3, CPU, check=lambda: None))
    [loss] = losses(method, network, seen_twice, 1)
    assert loss.unlabelled is not None and loss.unlabelled.view is not None
    first, second = (
        network.heads.classes(rows).softmax(1) for rows in (loss.unlabelled.features, loss.unlabelled.view)
    )
    expected = float(mutual_information_loss(first, second).detach())
    assert float(loss.value.detach()) == pytest.approx(expected, rel=1e-4)
    assert seen_twice.unlabelled is not None
    assert len(first) == int(seen_twice.unlabelled.valid.sum())

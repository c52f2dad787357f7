"""Patches are clustered and classified in turn, drawn alike from each cluster and each class."""

import pytest
import torch
from pydantic import ValidationError
from tests.learning.scenes import quick

from napari_fathom.learning.batch import Batch
from napari_fathom.learning.methods import MethodContext
from napari_fathom.learning.methods.semiclf import SemiClf, patch_classes, small_patches
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.patch_network import PatchNetwork

SETTINGS = quick(method="semiclf", width=2, clusters=3, components=4)
CPU = torch.device("cpu")


def made(rest: int | None = None, **changes: object) -> tuple[SemiClf, PatchNetwork]:
    settings = SETTINGS.model_copy(update=changes)
    network = network_for(settings, channels=4, classes=3).train()
    assert isinstance(network, PatchNetwork)
    return SemiClf(MethodContext(settings, 3, CPU, check=lambda: None, rest=rest)), network


def test_a_mini_batch_is_cut_into_patches_row_by_row() -> None:
    planes = torch.arange(2 * 3 * 64 * 96.0).reshape(2, 3, 64, 96)
    found = small_patches(planes)
    assert found.shape == (2 * 6, 3, 32, 32)
    torch.testing.assert_close(found[4], planes[0, :, 32:64, 32:64])
    torch.testing.assert_close(found[6], planes[1, :, :32, :32])
    assert len(small_patches(planes[..., :40, :50])) == 2


def test_a_patch_is_of_the_class_with_most_cells_and_of_the_rest_only_where_no_other_is() -> None:
    def patch(**painted: int) -> list[int]:
        cells = [-1] * 1024
        start = 0
        for name, count in painted.items():
            cells[start : start + count] = [int(name[1])] * count
            start += count
        return cells

    targets = torch.tensor(
        [patch(), patch(c0=900, c2=20), patch(c0=100), patch(c1=30, c2=20), patch(c1=15), patch(c0=15, c1=16)]
    )
    assert patch_classes(targets, 3, rest=0).tolist() == [-1, 2, 0, 1, -1, 1]
    assert patch_classes(targets, 3, rest=None).tolist() == [-1, 0, 0, 1, -1, 1]


def test_clusters_first_then_classes(batch: Batch) -> None:
    method, network = made()
    steps = method.objectives(network, batch)
    first = next(steps)
    first.total.backward()
    assert first.name == "clustering"
    assert network.heads._clusters.weight.grad is not None
    assert network.heads._classes.weight.grad is None
    second = next(steps)
    second.total.backward()
    assert second.name == "segmentation"
    assert network.heads._classes.weight.grad is not None
    assert next(steps, None) is None


def test_patches_without_a_stroke_are_of_the_class_that_nearly_everything_is(batch: Batch) -> None:
    assert batch.unlabelled is not None
    method, network = made(rest=0)
    *_, loss = method.objectives(network, batch)
    assert loss.painted is not None and loss.painted.target is not None
    assert 0 in loss.painted.target.tolist()
    without, network = made()
    *_, loss = without.objectives(network, batch)
    assert loss.painted is not None and loss.painted.target is not None
    labelled = patch_classes(small_patches(batch.labelled.target[:, None]).flatten(1), 3, None)
    assert set(loss.painted.target.tolist()) == set(labelled.tolist())


def test_a_run_goes_on_with_its_centroids(batch: Batch) -> None:
    first, network = made()
    list(first.objectives(network, batch))
    second, _ = made()
    second.restore(first.state())
    torch.testing.assert_close(second.state()["centroids"], first.state()["centroids"])
    other, network = made(clusters=4)
    other.restore(first.state())
    assert not other.state()


def test_clusters_are_learned_in_every_mini_batch_however_soon_new_patches_replace_the_old(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("napari_fathom.learning.methods.semiclf._KEPT", 16)
    method, network = made()
    for _ in range(6):  # of an epoch of many more
        assert next(method.objectives(network, batch)).name == "clustering"


def test_a_patch_that_can_not_be_cut_up_is_refused() -> None:
    with pytest.raises(ValidationError, match="semiclf it must be a multiple of 32"):
        quick(method="semiclf", patch=48)

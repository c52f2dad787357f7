"""Patches are clustered and classified in turn, drawn alike from each cluster and each class."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from pydantic import ValidationError
from tests.learning.scenes import quick
from torch import Tensor

from napari_fathom.learning.batch import Batch
from napari_fathom.learning.methods import MethodContext
from napari_fathom.learning.methods.semiclf import UNTOLD, SemiClf, patch_classes, small_patches
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.patch_network import PatchNetwork
from napari_fathom.learning.nets.patch_votes import probabilities_of, strided_patches, votes

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


def painted(*cells: tuple[int, int], edge: int = -1) -> Tensor:
    """A patch whose middle holds so many cells of each class, all around it `edge`."""
    middle = torch.cat([torch.full((count,), value) for value, count in cells] or [torch.zeros(0)]).long()
    patch = torch.full((32, 32), edge)
    patch[8:24, 8:24] = F.pad(middle, (0, 256 - len(middle)), value=-1).reshape(16, 16)
    return patch


def test_a_patch_is_of_the_class_with_most_cells_in_its_middle_and_of_the_rest_only_where_no_other_is() -> (
    None
):
    patches = [
        painted(),
        painted((0, 200), (2, 40)),
        painted((0, 100)),
        painted((1, 50), (2, 40)),
        painted((1, 31)),
        painted((0, 200), (1, 31)),
        painted((0, 100), edge=1),
    ]
    target = torch.stack(patches)
    assert patch_classes(target, 3, rest=0).tolist() == [-1, 2, 0, 1, -1, -1, 0]
    assert patch_classes(target, 3, rest=None).tolist() == [-1, 0, 0, 1, -1, 0, 0]
    untold = torch.stack([painted((0, 200), (UNTOLD, 1)), painted((1, 200), (UNTOLD, 40))])
    assert patch_classes(untold, 3, rest=0).tolist() == [-1, 1]


def test_where_a_held_out_school_may_reach_is_not_the_sea(batch: Batch) -> None:
    assert batch.unlabelled is not None
    nobody = torch.full_like(batch.labelled.target, -1)
    nothing = replace(batch.labelled, target=nobody, unpainted=torch.zeros_like(batch.labelled.valid))
    everywhere = torch.ones_like(batch.unlabelled.valid)
    reached = torch.zeros_like(everywhere)
    reached[:, 12:20, 12:20] = True  # a quarter of the middle of every patch
    for free, expected in ((everywhere, {0}), (~reached, set())):
        method, network = made(rest=0)
        sea = replace(batch.unlabelled, valid=everywhere, unpainted=free)
        *_, loss = method.objectives(network, replace(batch, labelled=nothing, unlabelled=sea))
        assert loss.painted is not None and loss.painted.target is not None
        assert set(loss.painted.target.tolist()) == expected


def test_a_classifier_without_faults_draws_a_school_about_as_large_as_it_is() -> None:
    school = torch.zeros(128, 128, dtype=torch.int64)
    school[50:80, 40:90] = 1
    beyond = F.pad(school, (0, 24, 0, 24))
    each = beyond.unfold(0, 32, 8).unfold(1, 32, 8).reshape(-1, 32, 32)
    called = patch_classes(each, 2, rest=0).reshape(16, 16).clamp_min(0)
    drawn = votes(called, 2, 8, (128, 128)).argmax(0)
    assert float((drawn * school).sum() / drawn.sum()) > 0.75
    assert float((drawn * school).sum() / school.sum()) > 0.75


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
    labelled = patch_classes(batch.labelled.target, 3, None)
    assert set(loss.painted.target.tolist()) == set(labelled.tolist())


def test_shares_are_told_of_the_cells_it_learned_from_only_where_the_rest_is_learned(batch: Batch) -> None:
    method, network = made(rest=0)
    for _ in range(3):
        *_, loss = method.objectives(network, batch)
    seen = method.state()["seen"]
    assert loss.painted is not None and loss.painted.target is not None
    assert 256 * 3 * len(loss.painted.target) >= float(seen.sum()) > 0
    assert float(seen[0]) > float(seen[1:].max()), "most cells even of a fish's patch are sea"
    without, network = made()
    list(without.objectives(network, batch))
    assert "seen" not in without.state()


def test_cells_that_a_stroke_may_have_grown_to_are_of_no_class(batch: Batch) -> None:
    assert batch.unlabelled is not None
    method, network = made(rest=0)
    of_sea, of_strokes = (torch.zeros_like(kind.valid) for kind in (batch.unlabelled, batch.labelled))
    unsure = replace(
        batch,
        labelled=replace(batch.labelled, target=batch.labelled.target.clamp_max(-1), unpainted=of_strokes),
        unlabelled=replace(batch.unlabelled, target=None, unpainted=of_sea),
    )
    *_, loss = method.objectives(network, unsure)
    assert loss.painted is not None and not len(loss.painted.features)


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


def test_patches_vote_as_they_were_learned_unless_one_pass_is_asked_for() -> None:
    _, network = made()
    network.eval()
    image = torch.randn(1, 4, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        seen = strided_patches(network.body, image, 8)
        called = network.heads.classes(seen.features.flatten(1).T).argmax(1).reshape(8, 8)
    whole = slice(None)
    torch.testing.assert_close(
        network.answer(image, (whole, whole)).probabilities,
        probabilities_of(votes(called, 3, 8, (64, 64))),
    )

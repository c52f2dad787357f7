"""Patches vote on pixels: against loops over every patch, and in one pass as patch by patch."""

from collections import Counter

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from napari_fathom.learning.geometry import PATCH_SIDE, geometry_of
from napari_fathom.learning.model import network_for
from napari_fathom.learning.nets.patch_network import PatchNetwork
from napari_fathom.learning.nets.patch_votes import every_patch, probabilities_of, strided_patches, votes
from napari_fathom.learning.nets.plain import VGG16, PlainEncoder
from napari_fathom.learning.settings import TrainSettings


def encoder(seed: int = 0) -> PlainEncoder:
    """Random weights, and statistics that aren't the neutral ones."""
    torch.manual_seed(seed)
    made = PlainEncoder(VGG16, 2, "batch", 2)
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.uniform_(-0.3, 0.3)  # type: ignore[union-attr]
            module.running_var.uniform_(0.5, 2.0)  # type: ignore[union-attr]
    return made.eval()


def network(**changes: object) -> PatchNetwork:
    values: dict[str, object] = {"method": "semiclf", "width": 2, "clusters": 5, "patch": 64}
    made = network_for(TrainSettings.model_validate(values | changes), channels=2, classes=3)
    assert isinstance(made, PatchNetwork)
    made.body = encoder()
    torch.manual_seed(1)
    for parameter in made.heads.parameters():
        torch.nn.init.normal_(parameter, std=3.0)
    return made.eval()


@pytest.mark.parametrize("stride", [1, 2, 8])
def test_a_pixel_is_what_most_patches_over_it_are_called(stride: int) -> None:
    shape = 45, 70
    grid = tuple(-(-length // stride) for length in shape)
    classes = torch.from_numpy(np.random.default_rng(0).integers(0, 3, grid))
    found = votes(classes, 3, stride, shape)
    for row, column in [(0, 0), (3, 40), (31, 31), (32, 69), (44, 0), (44, 69)]:
        counted: Counter[int] = Counter()
        for down in range(0, shape[0], stride):
            for along in range(0, shape[1], stride):
                if 0 <= row - down < PATCH_SIDE and 0 <= column - along < PATCH_SIDE:
                    counted[int(classes[down // stride, along // stride])] += 1
        expected = [counted[value] / counted.total() for value in range(3)]
        np.testing.assert_allclose(found[:, row, column], expected, atol=1e-6)


@torch.no_grad()
def test_patches_one_by_one_see_what_each_would_alone() -> None:
    made, image = encoder(), torch.rand(1, 2, 50, 41)
    seen = strided_patches(made, image, 8)
    assert seen.features.shape == (16, 7, 6)
    alone = made(image[:, :, 8:40, 0:32])[0]
    torch.testing.assert_close(seen.features[:, 1, 0], alone)
    beyond = torch.zeros(1, 2, PATCH_SIDE, PATCH_SIDE)
    beyond[:, :, :2, :1] = image[:, :, 48:, 40:]
    torch.testing.assert_close(seen.features[:, 6, 5], made(beyond)[0])


@torch.no_grad()
def test_one_pass_is_the_strided_network_at_each_shift() -> None:
    """Away from the edges of the image, where the two are padded differently."""
    made, image = encoder(), torch.rand(1, 2, 320, 320)
    dense = every_patch(made, image).features
    assert dense.shape == (16, 320, 320)
    for down, along in [(0, 0), (5, 11), (15, 1)]:
        shifted = made.body(image[:, :, down : down + 304, along : along + 304])[0]  # one cell for each 16
        means = torch.nn.functional.avg_pool2d(shifted, 2, stride=1)  # what is left of a patch is 2 × 2
        inside = slice(7, 11)
        expected = means[:, inside, inside]
        found = dense[:, down : down + 304 : 16, along : along + 304 : 16][:, inside, inside]
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_one_pass_takes_a_twentieth_of_the_operations() -> None:
    made, image = encoder(), torch.rand(1, 2, 64, 64)
    with FlopCounterMode(display=False) as alone:
        made(image[..., :32, :32])
    with FlopCounterMode(display=False) as together:
        every_patch(made, image)
    assert 64 * 64 * alone.get_total_flops() > 20 * together.get_total_flops() > 0


@pytest.mark.parametrize("voting", ["dense", "4"])
def test_a_tile_answers_with_its_halo_as_the_whole(voting: str) -> None:
    made, settings = network(voting=voting), TrainSettings(method="semiclf", voting=voting)
    geometry = settings.geometry
    assert geometry == geometry_of("patches", 5, settings.voting)
    image = torch.rand(1, 2, 320, 310)
    rows, columns = slice(140, 172), slice(136, 176)
    whole = made.answer(image, (rows, columns))
    window = image[..., 140 - geometry.halo : 172 + geometry.halo, 136 - geometry.halo : 176 + geometry.halo]
    inner = slice(geometry.halo, geometry.halo + 32), slice(geometry.halo, geometry.halo + 40)
    tile = made.answer(window, inner)
    torch.testing.assert_close(tile.probabilities, whole.probabilities, atol=2e-3, rtol=0)
    assert (tile.clusters == whole.clusters).float().mean() > 0.99
    torch.testing.assert_close(tile.ambiguity, whole.ambiguity, atol=1e-3, rtol=0)


def test_held_out_pixels_are_judged_by_four_votes_each() -> None:
    made, image = network(), torch.rand(1, 2, 64, 96)
    found = made.probabilities(image, torch.tensor([0, 96 * 40 + 50]))
    assert found.shape == (2, 3)
    with torch.no_grad():
        corners = [
            image[..., row : row + 32, column : column + 32] for row in (16, 32) for column in (32, 48)
        ]
        called = made.heads.classes(made.body(torch.cat(corners))).argmax(1)
    expected = probabilities_of(torch.bincount(called, minlength=3) / 4)
    torch.testing.assert_close(found[1], expected)


def test_one_votes_alone_at_the_survey_s_first_cell() -> None:
    classes = torch.tensor([[2, 0], [1, 1]])
    assert votes(classes, 3, 8, (16, 16))[:, 0, 0].tolist() == [0, 0, 1]


def test_a_class_without_a_vote_is_rare_not_impossible() -> None:
    shares = torch.tensor([[1.0, 0.5], [0.0, 0.5], [0.0, 0.0]])
    found = probabilities_of(shares)
    torch.testing.assert_close(found[:, 0], torch.tensor([16.5, 0.5, 0.5]) / 17.5)
    torch.testing.assert_close(found[:, 1], torch.tensor([8.5, 8.5, 0.5]) / 17.5)

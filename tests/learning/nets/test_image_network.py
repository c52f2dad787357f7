"""Encoders of images, and what joins them to the measures and the heads."""

import pytest
import torch
import torch.nn.functional as F
from tests.learning.images.shapes import quick

from napari_fathom.learning.images.batch import Views
from napari_fathom.learning.nets.image_network import build_image_network
from napari_fathom.learning.nets.plain import VGG16, PlainEncoder
from napari_fathom.learning.nets.resnet import CompactResNet, WideResNet, _Block, _Skip


@pytest.mark.parametrize("side", [8, 24, 64, 96])
def test_the_compact_encoder_takes_any_side(side: int) -> None:
    encoder = CompactResNet(4)
    assert encoder(torch.randn(3, 1, side, side)).shape == (3, encoder.features) == (3, 32)


@pytest.mark.parametrize(("side", "features"), [(8, 4), (32, 16), (96, 64)])
def test_the_papers_encoder_has_a_scale_for_each_doubling_of_the_side(side: int, features: int) -> None:
    encoder = WideResNet(4, side)
    assert encoder.features == features
    assert encoder(torch.randn(2, 1, side, side)).shape == (2, features)


def test_the_papers_encoder_has_its_size() -> None:
    convolutions = [m for m in WideResNet(32, 96).modules() if isinstance(m, torch.nn.Conv2d)]
    assert len([m for m in convolutions if m.kernel_size == (3, 3)]) == 1 + 5 * 4 * 2


@pytest.mark.parametrize(("name", "convolutions", "features"), [("conv5", 5, 32), ("vgg16", 13, 32)])
@pytest.mark.parametrize("side", [8, 24, 64])
def test_plain_encoders_take_any_side_and_have_their_papers_layers(
    name: str, convolutions: int, features: int, side: int
) -> None:
    encoder = build_image_network(quick(encoder=name, width=4), side, 0, 2).encoder
    assert len([m for m in encoder.modules() if isinstance(m, torch.nn.Conv2d)]) == convolutions
    assert encoder(torch.randn(2, 1, side, side)).shape == (2, features)


def test_vgg16_has_its_papers_weights_but_for_the_dense_layers() -> None:
    with torch.device("meta"):
        encoder = PlainEncoder(VGG16, channels=3)
    kernels = [m.weight.numel() for m in encoder.modules() if isinstance(m, torch.nn.Conv2d)]
    biases = 2 * 64 + 2 * 128 + 3 * 256 + 6 * 512  # the paper's; here the normalisation has them
    assert sum(kernels) + biases == 14_714_688


def test_resnet_18_has_its_papers_weights_but_for_stem_and_classifier() -> None:
    with torch.device("meta"):
        encoder = CompactResNet(64, "batch", blocks=2)
    weights = sum(weight.numel() for weight in encoder.stages.parameters())
    shortcuts = 2 * (128 + 256 + 512)  # are normalised there, not here
    assert weights + shortcuts == 11_689_512 - 9_408 - 128 - 513_000


def test_group_normalisation_makes_the_answer_its_own_images_alone() -> None:
    encoder = CompactResNet(4).train()
    images = torch.randn(5, 1, 16, 16)
    torch.testing.assert_close(encoder(images)[:1], encoder(images[:1]), atol=1e-5, rtol=1e-4)
    batch = CompactResNet(4, "batch").train()
    assert not torch.allclose(batch(images)[:1], batch(images[:2])[:1], atol=1e-3)


def test_measures_reach_the_features() -> None:
    network = build_image_network(quick(), 16, 3, 4)
    pixels = torch.randn(2, 1, 16, 16)
    one = network.features(Views(pixels, torch.zeros(2, 3)))
    other = network.features(Views(pixels, torch.ones(2, 3)))
    assert one.shape == (2, 16)
    assert not torch.allclose(one, other)


def test_first_weights_depend_on_the_seed_alone() -> None:
    state = torch.random.get_rng_state()
    one, again, other = (build_image_network(quick(seed=seed), 16, 0, 4).state_dict() for seed in (0, 0, 1))
    assert torch.equal(state, torch.random.get_rng_state())
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not torch.equal(one["heads._classes.weight"], other["heads._classes.weight"])


@pytest.mark.parametrize("side", [7, 8])
def test_a_skip_sees_what_a_strided_convolution_does(side: int) -> None:
    [skip] = [module for module in _Block(4, 8, 2, "group").modules() if isinstance(module, _Skip)]
    planes = torch.randn(3, 4, side, side, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(skip(planes), F.conv2d(planes, skip.weight, stride=2))

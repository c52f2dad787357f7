"""What a turn of the image does to planes, and that it does nothing to features."""

import pytest
import torch
import torch.nn.functional as F

from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.nets.image_network import build_image_network
from napari_fathom.learning.nets.rotation import GroupConvolution, LiftingConvolution, RotationEncoder


def turned(planes: torch.Tensor, times: int) -> torch.Tensor:
    """What planes (n, O, 4, h, w) become when the image turns: each plane turns, and moves one place on."""
    return planes.rot90(times, (-2, -1)).roll(times, 2)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_planes_turn_with_the_image(times: int) -> None:
    torch.manual_seed(0)
    lift, turn = LiftingConvolution(2, 3), GroupConvolution(3, 5)
    image = torch.randn(2, 2, 9, 9)
    planes = lift(image)
    torch.testing.assert_close(
        lift(image.rot90(times, (-2, -1))), turned(planes, times), rtol=1e-4, atol=1e-5
    )
    torch.testing.assert_close(turn(turned(planes, times)), turned(turn(planes), times), rtol=1e-4, atol=1e-5)


def test_a_group_convolution_is_the_sum_its_definition_names() -> None:
    torch.manual_seed(1)
    turn = GroupConvolution(2, 3)
    planes = torch.randn(1, 2, 4, 6, 6)
    expected = torch.zeros(1, 3, 4, 6, 6)
    for out in range(4):
        for into in range(4):
            seen = turn.filters[:, :, (into - out) % 4].rot90(out, (-2, -1))
            expected[:, :, out] += F.conv2d(planes[:, :, into], seen, padding=1)
    torch.testing.assert_close(turn(planes), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("norm", ["group", "batch"])
@pytest.mark.parametrize("training", [True, False])
def test_features_do_not_know_how_the_image_is_turned(norm: str, training: bool) -> None:
    torch.manual_seed(2)
    encoder = RotationEncoder(8, norm).train(training)  # type: ignore[arg-type]
    image = torch.randn(3, 1, 64, 64)
    features = encoder(image)
    assert features.shape == (3, 64)
    assert features.std() > 0.01  # it does see something
    for times in (1, 2, 3):
        torch.testing.assert_close(encoder(image.rot90(times, (-2, -1))), features, rtol=1e-4, atol=1e-4)
    assert (encoder(image.flip(-1)) - features).abs().max() > 1e-3  # mirrored animals may be others


def test_memory_order_makes_no_difference() -> None:
    encoder = RotationEncoder(4).eval()
    image = torch.randn(2, 1, 32, 32)
    features = encoder(image)
    layout = torch.channels_last
    found = encoder.to(memory_format=layout)(image.to(memory_format=layout))  # type: ignore[call-overload]
    torch.testing.assert_close(found, features, rtol=1e-4, atol=1e-5)


def test_its_weights_are_as_many_as_in_the_papers_table() -> None:
    encoder = RotationEncoder(64)
    weights = sum(
        value.numel() for name, value in encoder.named_parameters() if "weight" in name and "norm" not in name
    )
    assert weights == 9 * (64 + 4 * (64 * 128 + 128 * 256 + 256 * 512 + 512 * 512))


def test_it_is_an_encoder_to_choose() -> None:
    network = build_image_network(ImageSettings(encoder="rotation", width=4), 32, 0, 3)
    assert isinstance(network.encoder, RotationEncoder)

"""The network of the papers: its sizes, its heads, its first weights."""

import numpy as np
import pytest
import torch

from napari_fathom.learning.nets.network import Network, build_network, rows_of
from napari_fathom.learning.nets.unet import UNet


def test_the_papers_network_has_its_size() -> None:
    with torch.device("meta"):
        network = UNet(4, 64, 5)
    weights = sum(parameter.numel() for parameter in network.parameters())
    assert weights == pytest.approx(31.04e6, rel=1e-3)
    widths = [stage[0].out_channels for stage in network.encoder]
    assert widths == [64, 128, 256, 512, 1024]


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_features_have_the_size_of_the_image(depth: int) -> None:
    assert UNet(3, 4, depth)(torch.rand(2, 3, 32, 48)).shape == (2, 4, 32, 48)


def test_sizes_that_pooling_would_cut_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 4"):
        UNet(3, 4, 3)(torch.rand(1, 3, 30, 32))


@pytest.mark.parametrize("sizes", [(0, 4, 3), (3, 0, 3), (3, 4, 0)])
def test_senseless_sizes_are_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        UNet(*sizes)


def test_he_initialisation_keeps_the_variance_of_features() -> None:
    torch.manual_seed(0)
    convolution = UNet(4, 64, 2).encoder[1][3]
    fan_in = convolution.weight[0].numel()
    assert convolution.weight.var().item() == pytest.approx(2 / fan_in, rel=0.05)


def test_heads_answer_for_every_pixel() -> None:
    out = Network(3, classes=4, clusters=9, width=4, depth=2)(torch.rand(2, 3, 16, 24))
    assert out.features.shape == (2, 4, 16, 24)
    assert out.classes.shape == (2, 4, 16, 24)
    assert out.clusters.shape == (2, 9, 16, 24)
    assert out.ambiguity.shape == (2, 16, 24)


def test_a_head_on_rows_is_a_one_by_one_convolution() -> None:
    network = Network(3, classes=4, clusters=9, width=4, depth=2).eval()
    image = torch.rand(1, 3, 16, 24)
    with torch.no_grad():
        out = network(image)
        head = network.heads._classes
        expected = torch.nn.functional.conv2d(out.features, head.weight[..., None, None], head.bias)
    np.testing.assert_allclose(out.classes, expected, atol=1e-6)


def test_rows_of_a_channels_last_tensor_share_its_memory() -> None:
    planes = torch.rand(2, 5, 4, 6).contiguous(memory_format=torch.channels_last)
    rows = rows_of(planes)
    assert rows.data_ptr() == planes.data_ptr()
    assert torch.equal(rows[4 * 6 + 7], planes[1, :, 1, 1])


def test_first_weights_depend_on_the_seed_alone() -> None:
    def weights(seed: int) -> torch.Tensor:
        return torch.cat(
            [p.flatten() for p in build_network(2, 3, 4, width=4, depth=2, seed=seed).parameters()]
        )

    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    first = weights(7)
    assert torch.equal(torch.random.get_rng_state(), before)
    torch.rand(3)
    assert torch.equal(weights(7), first)
    assert not torch.equal(weights(8), first)

"""What the filter bank sees: spelled out cell by cell, and the same in a tile as in the whole."""

import numpy as np
import torch
from scipy import ndimage

from napari_fathom.learning.geometry import FILTER_SCALES, geometry_of
from napari_fathom.learning.nets.filter_bank import RESPONSES, FilterBank, responses

IMAGE = torch.from_numpy(
    ndimage.gaussian_filter(np.random.default_rng(0).random((1, 2, 60, 70)), (0, 0, 3, 3)).astype(np.float32)
)


def expected(plane: np.ndarray, sigma: float) -> list[np.ndarray]:
    """By true Gaussians, with derivatives by numpy."""
    mean = ndimage.gaussian_filter(plane, sigma, mode="nearest", truncate=8)
    variance = ndimage.gaussian_filter(plane**2, sigma, mode="nearest", truncate=8) - mean**2
    down, along = np.gradient(mean)
    curved = np.gradient(down, axis=0) + np.gradient(along, axis=1)
    steep = np.sqrt(down**2 + along**2)
    return [mean, np.sqrt(np.maximum(variance, 1e-8)), sigma * steep, sigma**2 * curved]


def test_sixteen_responses_of_each_channel_are_what_they_are_called() -> None:
    found = responses(IMAGE)
    assert found.shape == (1, 2 * RESPONSES, 60, 70)
    assert RESPONSES == 16
    inside = np.s_[2:-2, 2:-2]  # at the edges numpy's slope is the whole difference
    for place, sigma in enumerate(FILTER_SCALES):
        of_scale = found[0, 8 * place : 8 * place + 8].reshape(4, 2, 60, 70).numpy()
        for channel in range(2):
            wanted = expected(IMAGE[0, channel].numpy().astype(float), sigma)
            for one, other in zip(of_scale[:, channel], wanted, strict=True):
                error = np.abs(one - other)[inside].max()
                assert error < 0.08 * max(np.ptp(other), 0.01), (sigma, error)


def test_a_tile_sees_with_its_halo_what_the_whole_shows() -> None:
    torch.manual_seed(0)
    bank = FilterBank(2, 8).eval()
    image = 3 * torch.rand(1, 2, 220, 230)
    margin = geometry_of("filter-bank", 5).halo
    with torch.no_grad():
        whole = bank(image)[..., 100:120, 90:130]
        tile = bank(image[..., 100 - margin : 120 + margin, 90 - margin : 130 + margin])
    torch.testing.assert_close(tile[..., margin:-margin, margin:-margin], whole, atol=5e-3, rtol=0)


def test_the_responses_are_fixed_and_the_units_learn() -> None:
    bank = FilterBank(2, 8)
    image = IMAGE.clone().requires_grad_()
    bank(image).sum().backward()
    assert image.grad is None
    assert all(value.grad is not None for value in bank.parameters())

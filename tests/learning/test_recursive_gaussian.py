"""The recursion against scipy's filters run over an endless line, and against the Gaussian itself."""

import numpy as np
import pytest
import torch
from scipy import ndimage, signal

from napari_fathom.learning import recursive_gaussian
from napari_fathom.learning.recursive_gaussian import recursion, smooth

NOISE = np.random.default_rng(0).normal(size=(2, 40, 57)).astype(np.float32)


def spelled_out(planes: np.ndarray, sigma: float) -> np.ndarray:
    """The recursion forward and backward over lines that go on for sixty standard deviations."""
    rule, beyond = recursion(sigma), int(60 * max(sigma, 1))
    values = np.pad(planes.astype(float), ((0, 0), (beyond, beyond), (beyond, beyond)), mode="edge")
    denominator = [1, *(-past for past in rule.past)]
    for axis in (1, 2):
        values = signal.lfilter([rule.gain], denominator, values, axis=axis)
        values = np.flip(signal.lfilter([rule.gain], denominator, np.flip(values, axis), axis=axis), axis)
    return values[:, beyond:-beyond, beyond:-beyond]


@pytest.mark.parametrize("sigma", [0.5, 1.0, 3.0, 8.0])
def test_edges_are_those_of_a_line_that_goes_on_for_ever(sigma: float) -> None:
    found = smooth(torch.from_numpy(NOISE), sigma).numpy()
    np.testing.assert_allclose(found, spelled_out(NOISE, sigma), atol=2e-5)


@pytest.mark.parametrize("sigma", [1.0, 2.0, 8.0])
def test_loop_and_matrix_are_the_same(sigma: float, monkeypatch: pytest.MonkeyPatch) -> None:
    planes = torch.from_numpy(NOISE)
    short = smooth(planes, sigma)
    monkeypatch.setattr(recursive_gaussian, "_SHORT", 0)
    torch.testing.assert_close(smooth(planes, sigma), short, atol=2e-5, rtol=0)


@pytest.mark.parametrize(("sigma", "within"), [(1.0, 0.04), (2.0, 0.022), (4.0, 0.013), (8.0, 0.011)])
def test_a_point_becomes_nearly_a_gaussian(sigma: float, within: float) -> None:
    line = np.zeros((1, 161), np.float32)
    line[0, 80] = 1
    expected = ndimage.gaussian_filter1d(line, sigma, axis=1, truncate=8)
    found = smooth(torch.from_numpy(line), sigma).numpy()
    assert np.abs(found - expected).max() < within * expected.max()
    assert found.sum() == pytest.approx(1, abs=1e-4)
    places = np.arange(161) - 80.0
    assert (found[0] * places**2).sum() == pytest.approx(sigma**2, rel=1e-3)


def test_what_is_even_stays_so_whatever_the_number_format_around() -> None:
    with torch.autocast("cpu", torch.bfloat16):
        even = smooth(torch.full((3, 1, 500), 2.7), 8.0)
    torch.testing.assert_close(even, torch.full((3, 1, 500), 2.7), rtol=1e-4, atol=0)


def test_nothing_stays_nothing() -> None:
    assert smooth(torch.zeros(2, 0, 5), 1.0).shape == (2, 0, 5)


@pytest.mark.parametrize("sigma", [0.0, 2000.0])
def test_a_spread_that_no_recursion_has_is_refused(sigma: float) -> None:
    with pytest.raises(ValueError, match=r"between 0\.1 and 1000"):
        recursion(sigma)

"""Texture of drawn objects: what turning can't change, and what each measure is there to tell apart."""

import numpy as np
import pytest
from numpy.typing import NDArray

from napari_fathom.plankton.texture import (
    BAND_NAMES,
    PATTERN_NAMES,
    RING_NAMES,
    bands,
    patterns,
    rings,
)

Image = NDArray[np.uint8]


def ring_measures(image: Image) -> dict[str, float]:
    return dict(zip(RING_NAMES, rings(image, image > 0).tolist(), strict=True))


def band_measures(image: Image) -> dict[str, float]:
    return dict(zip(BAND_NAMES, bands(image).tolist(), strict=True))


def star(arms: int, side: int = 81) -> Image:
    """Arms of cosine profile around a disc."""
    rows, columns = np.mgrid[:side, :side] - side // 2
    radius, angle = np.hypot(rows, columns), np.arctan2(rows, columns)
    light = (radius < 30) * (1 + np.cos(arms * angle)) * 100
    drawn: Image = light.astype(np.uint8)
    return drawn


def grains(side: int = 64) -> Image:
    return np.random.default_rng(0).integers(1, 256, (side, side)).astype(np.uint8)


@pytest.mark.parametrize("arms", [2, 3, 4, 6])
def test_a_star_has_the_order_of_its_arms(arms: int) -> None:
    found = ring_measures(star(arms))
    waves = {order: found[f"ring_0.75_order_{order}"] for order in (1, 2, 3, 4, 6)}
    assert max(waves, key=lambda order: waves[order]) == arms
    assert waves[arms] == pytest.approx(0.5, rel=0.1)  # 1 + cos has amplitude 1/2 in one-sided terms


def test_rings_of_a_disc_end_at_its_radius() -> None:
    rows, columns = np.mgrid[:81, :81] - 40
    found = ring_measures((100 * (np.hypot(rows, columns) <= 20)).astype(np.uint8))
    assert found["ring_0.5"] == found["ring_0.25"] == pytest.approx(1)
    assert found["ring_1.5"] == 0
    assert found["ring_16px_mean"] == pytest.approx(100)
    assert found["ring_32px_mean"] == found["ring_32px_std"] == 0


def test_fine_grains_and_broad_swell_differ_in_their_octaves() -> None:
    rows = np.arange(128)[:, None] * np.ones(128)
    swell = (127 + 120 * np.sin(rows * 2 * np.pi / 64)).astype(np.uint8)
    fine, broad = band_measures(grains(128)), band_measures(swell)
    assert fine["detail_energy_1px"] > 10 * broad["detail_energy_1px"]
    assert broad["detail_energy_8px"] > 2 * fine["detail_energy_8px"]


def test_openings_tell_a_thread_from_a_ball() -> None:
    thread, ball = np.zeros((64, 64), np.uint8), np.zeros((64, 64), np.uint8)
    thread[32, 5:60] = 200
    ball[20:44, 20:44] = 200
    assert band_measures(thread)["opened_1px"] == 0
    assert band_measures(ball)["opened_1px"] == pytest.approx(1, abs=1e-3)
    assert band_measures(ball)["opened_4px"] > 0.5


def test_patterns_are_what_a_loop_over_pixels_counts() -> None:
    image = grains(16)
    counts = np.zeros(10)
    padded = np.pad(image, 1, mode="edge").astype(int)
    around = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]
    for row in range(16):
        for column in range(16):
            centre = padded[row + 1, column + 1]
            bits = [int(padded[row + 1 + down, column + 1 + across] >= centre) for down, across in around]
            changes = sum(bits[k] != bits[k - 1] for k in range(8))
            counts[sum(bits) if changes <= 2 else 9] += 1
    np.testing.assert_allclose(patterns(image, image > 0)[:10], counts / counts.sum())


def test_patterns_are_shares() -> None:
    found = patterns(grains(), grains() > 100).reshape(3, 10)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert len(PATTERN_NAMES) == 30


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turning_and_mirroring_change_nothing(turns: int) -> None:
    image = np.pad(grains(33), 24)
    image[40, 30:60] = 255
    turned = np.ascontiguousarray(np.rot90(image, turns)[::-1])
    np.testing.assert_allclose(rings(turned, turned > 0), rings(image, image > 0), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(bands(turned), bands(image), rtol=1e-4)
    np.testing.assert_allclose(patterns(turned, turned > 0), patterns(image, image > 0))

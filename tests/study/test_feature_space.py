"""Angles between features, against plain loops."""

import numpy as np

from napari_fathom.study.feature_space import cosine_distance, different_directions, nearest

FEATURES = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_distance_is_one_minus_the_cosine() -> None:
    centre = FEATURES.mean(0)
    expected = [1 - cosine(row, centre) for row in FEATURES]
    np.testing.assert_allclose(cosine_distance(FEATURES), expected, atol=1e-6)
    assert cosine_distance(np.zeros((2, 3), np.float32)).tolist() == [1, 1]


def test_the_nearest_are_found_among_those_that_are_there() -> None:
    there = np.ones(30, bool)
    there[[4, 9]] = False
    others = [row for row in range(30) if row != 7 and there[row]]
    expected = sorted(others, key=lambda row: -cosine(FEATURES[row], FEATURES[7]))
    assert nearest(FEATURES, 7, there, 8).tolist() == expected[:8]
    assert nearest(FEATURES, 7, there, 100).tolist() == expected


def test_rows_that_differ_in_length_alone_have_one_direction() -> None:
    assert different_directions(np.array([[1, 2], [2, 4], [0, 1]], np.float32)) == 2

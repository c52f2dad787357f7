"""Mutual information of paired clusters, against a loop and against scikit-learn."""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import mutual_info_score

from napari_fathom.learning.mutual_information import mutual_information_loss


def soft(seed: int, pairs: int = 12, clusters: int = 4) -> torch.Tensor:
    return torch.randn(pairs, clusters, generator=torch.Generator().manual_seed(seed)).softmax(1)


def test_it_is_the_papers_double_sum() -> None:
    p, q = soft(0), soft(1)
    joint = np.zeros((4, 4))
    for one, other in zip(p.double().numpy(), q.double().numpy(), strict=True):
        joint += (np.outer(one, other) + np.outer(other, one)) / 2 / len(p)
    single = joint.sum(1)
    expected = -sum(
        joint[a, b] * math.log(joint[a, b] / single[a] / single[b]) for a in range(4) for b in range(4)
    )
    assert float(mutual_information_loss(p, q)) == pytest.approx(expected, abs=1e-6)


def test_of_hard_clusters_it_is_the_mutual_information() -> None:
    random = np.random.default_rng(2)
    one = random.integers(0, 3, 500)
    other = np.where(random.random(500) < 0.8, one, random.integers(0, 3, 500))
    # Symmetrised: each pair counts once in each direction.
    expected = mutual_info_score(np.concatenate([one, other]), np.concatenate([other, one]))
    hot = torch.eye(3)
    assert -float(mutual_information_loss(hot[one], hot[other])) == pytest.approx(expected, abs=1e-5)


def test_agreeing_on_clusters_of_one_size_is_best() -> None:
    even = torch.eye(4).repeat(5, 1)
    assert float(mutual_information_loss(even, even)) == pytest.approx(-math.log(4), abs=1e-5)
    alike = torch.eye(4)[torch.zeros(20, dtype=torch.int64)]
    assert float(mutual_information_loss(alike, alike)) == pytest.approx(0, abs=1e-5)
    nobody = torch.zeros(0, 4)
    assert float(mutual_information_loss(nobody, nobody)) == 0

"""Pseudo-labels against loops that spell out what SPICE and RPSC say."""

import numpy as np
import pytest
import torch

from napari_fathom.learning.prototypes import (
    centres_of_sure,
    closeness,
    local_consistency,
    nearest_members,
)


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("share", "each"), [(0.5, 2), (0.25, 1), (0.01, 1), (1.0, 4)])
def test_a_centre_is_the_mean_of_the_surest_items(share: float, each: int) -> None:
    rows, answers = normal(12, 5), normal(12, 3, seed=1).softmax(1)
    found = centres_of_sure(rows, answers, share)
    for cluster in range(3):
        surest = sorted(range(12), key=lambda item: -float(answers[item, cluster]))[:each]
        expected = np.mean([rows[item].numpy() for item in surest], axis=0)
        np.testing.assert_allclose(found[cluster], expected, rtol=1e-5)


def test_each_cluster_gets_the_items_nearest_to_its_centre() -> None:
    rows, centres = normal(11, 4), normal(3, 4, seed=1)
    found = nearest_members(rows, centres)
    expected = []
    for cluster in range(3):
        distances = [float((row - centres[cluster]).norm()) for row in rows]
        nearest = sorted(range(11), key=distances.__getitem__)[:3]
        far = distances[nearest[-1]]
        expected += [(item, cluster, 1 - distances[item] / far) for item in nearest]
    assert found.items.tolist() == [item for item, _, _ in expected]
    assert found.labels.tolist() == [cluster for _, cluster, _ in expected]
    np.testing.assert_allclose(found.confidence, [trust for _, _, trust in expected], atol=1e-5)


def test_on_rows_of_one_length_the_nearest_have_the_largest_product_as_spice_says() -> None:
    rows = torch.nn.functional.normalize(normal(20, 4), dim=1)
    centres = 0.3 * normal(2, 4, seed=1)
    by_product = (centres @ rows.T).topk(10).indices
    assert nearest_members(rows, centres).items.reshape(2, 10).tolist() == by_product.tolist()


def test_more_clusters_than_items_leave_one_for_each() -> None:
    found = nearest_members(normal(3, 2), normal(5, 2, seed=1))
    assert found.labels.tolist() == [0, 1, 2, 3, 4]


def test_items_in_their_centre_are_believed_and_the_farthest_is_not() -> None:
    rows = torch.tensor([[0.0, 0.0], [0.0, 1.0], [0.0, 2.0], [5.0, 5.0], [5.0, 5.0]])
    centres = torch.tensor([[0.0, 0.0], [5.0, 5.0], [9.0, 9.0]])
    found = closeness(rows, torch.tensor([0, 0, 0, 1, 1]), centres)
    assert found.tolist() == [1, 0.5, 0, 1, 1]


def test_consistency_is_the_share_of_neighbours_with_ones_label() -> None:
    labels, neighbours = torch.tensor([0, 0, 1, 1]), torch.tensor([[1, 2], [0, 2], [3, 1], [2, 3]])
    assert local_consistency(labels, neighbours).tolist() == [0.5, 0.5, 0.5, 1]

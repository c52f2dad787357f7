"""Clusters found again and again keep their meaning."""

import torch

from napari_fathom.learning.lasting_clusters import LastingClusters


def made(clusters: int, components: int, iterations: int = 1, reseed_after: int = 10) -> LastingClusters:
    return LastingClusters(
        clusters,
        components,
        iterations,
        reseed_after=reseed_after,
        device=torch.device("cpu"),
        generator=torch.Generator().manual_seed(2),
        check=lambda: None,
    )


def test_centroids_keep_their_meaning_when_the_basis_turns() -> None:
    """The same items in a basis of other signs and order get the same pseudo-labels from a warm start."""
    lasting = made(clusters=12, components=4)
    random = torch.Generator().manual_seed(0)
    groups = torch.randint(0, 12, (3000,), generator=random)
    features = torch.randn(12, 8, generator=random)[groups] * 5 + 0.1 * torch.randn(3000, 8, generator=random)
    for _ in range(20):
        first, _ = lasting.pseudo_labels(features)
    other_order = torch.tensor([1, 1.2, 0.9, 1.1, 1, 0.8, 1.3, 1.0])  # of the components
    again, _ = lasting.pseudo_labels(features * other_order)
    assert (first == again).float().mean() > 0.95


def test_a_cluster_empty_for_a_while_keeps_its_place_and_then_starts_anew() -> None:
    lasting = made(clusters=2, components=1, iterations=10, reseed_after=3)
    near, far = torch.zeros(64, 8), torch.full((64, 8), 100.0)
    lasting.pseudo_labels(torch.cat([near, far]))
    rare = int(lasting.state()["centroids"].mean(1).argmax())
    quiet = near + 0.1 * torch.randn(64, 8, generator=torch.Generator().manual_seed(0))
    for _ in range(3):
        lasting.pseudo_labels(quiet)
        assert abs(float(lasting.state()["centroids"][rare].mean()) - 100) < 1
    lasting.pseudo_labels(quiet)
    assert lasting.state()["centroids"][rare].mean().abs() < 1


def test_counts_are_of_the_labels_and_a_new_run_goes_on_from_the_centroids() -> None:
    rows = torch.randn(50, 6, generator=torch.Generator().manual_seed(1))
    lasting, again, others = made(5, 3), made(5, 3), made(4, 3)
    labels, counts = lasting.pseudo_labels(rows)
    assert counts.tolist() == torch.bincount(labels, minlength=5).tolist()
    again.restore(lasting.state())
    assert torch.equal(again.pseudo_labels(rows)[0], lasting.pseudo_labels(rows)[0])
    others.restore(lasting.state())
    assert not others.state()

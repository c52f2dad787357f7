"""Ours against scikit-learn's, on the same data from the same start."""

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from napari_fathom.errors import Cancelled
from napari_fathom.learning.kmeans import Backend, assign, faiss_available, kmeans

BACKENDS = [
    "torch",
    pytest.param("faiss", marks=pytest.mark.skipif(not faiss_available(), reason="no faiss")),
]


def blobs(count: int, groups: int, size: int = 6, seed: int = 0) -> tuple[torch.Tensor, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = random.integers(groups, size=count)
    rows = random.normal(0, 8, (groups, size))[truth] + random.normal(size=(count, size))
    return torch.from_numpy(rows.astype(np.float32)), truth


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("backend", BACKENDS)
def test_same_centroids_and_inertia_as_scikit_learn(backend: str) -> None:
    rows, _ = blobs(3000, 12)
    start = rows[:12].clone()
    ours = kmeans(rows, 12, start=start, iterations=30, backend=backend)
    theirs = KMeans(12, init=start.numpy(), n_init=1, max_iter=30, tol=0, algorithm="lloyd").fit(rows.numpy())
    np.testing.assert_allclose(ours.centroids, theirs.cluster_centers_, atol=1e-3)
    np.testing.assert_array_equal(ours.labels, theirs.labels_)
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-4)


@pytest.mark.parametrize("backend", BACKENDS)
def test_nearest_centroid_is_the_nearest(backend: str) -> None:
    rows, _ = blobs(500, 7)
    centroids = rows[::70].clone()
    distances = torch.cdist(rows.double(), centroids.double())
    found = kmeans(rows, len(centroids), start=centroids, iterations=0, backend=backend)
    np.testing.assert_array_equal(found.labels, distances.argmin(1))


@pytest.mark.parametrize("chunk", [1, 7, 500, 4096])
def test_chunks_change_nothing(chunk: int) -> None:
    rows, _ = blobs(500, 7)
    labels, distances = assign(rows, rows[:9], chunk)
    expected = torch.cdist(rows.double(), rows[:9].double()).min(1)
    np.testing.assert_array_equal(labels, expected.indices)
    np.testing.assert_allclose(distances, expected.values.square(), atol=1e-3)


def test_a_random_start_finds_well_separated_groups_nearly_as_well_as_scikit_learn() -> None:
    rows, truth = blobs(4000, 10)
    ours = kmeans(rows, 20, generator=generator(), iterations=20)
    theirs = KMeans(20, init="random", n_init=1, max_iter=20, random_state=0).fit(rows.numpy())
    assert ours.inertia < 1.5 * theirs.inertia_
    assert adjusted_rand_score(truth, ours.labels) > 0.5


def test_inertia_never_grows() -> None:
    rows, _ = blobs(2000, 9)
    start = rows[:40].clone()
    inertia = [kmeans(rows, 40, start=start, iterations=n).inertia for n in range(6)]
    assert inertia == sorted(inertia, reverse=True)


def test_a_warm_start_at_the_solution_stays_there() -> None:
    rows, _ = blobs(2000, 9)
    first = kmeans(rows, 9, start=rows[:9].clone(), iterations=50)
    again = kmeans(rows, 9, start=first.centroids, iterations=1)
    np.testing.assert_allclose(again.centroids, first.centroids, atol=1e-4)


def test_an_empty_cluster_starts_anew_at_the_farthest_row() -> None:
    rows = torch.tensor([[0.0], [0.1], [0.2], [50.0]])
    found = kmeans(rows, 2, start=torch.tensor([[0.0], [-1000.0]]), iterations=2)
    np.testing.assert_allclose(found.centroids[:, 0], [0.1, 50.0], atol=1e-6)
    assert found.counts.tolist() == [3, 1]


def test_an_empty_cluster_stays_where_it_may_not_start_anew() -> None:
    rows = torch.tensor([[0.0], [0.1], [0.2], [50.0]])
    start = torch.tensor([[0.0], [-1000.0]])
    found = kmeans(rows, 2, start=start, iterations=2, reseed=torch.tensor([True, False]))
    assert found.centroids[1].item() == -1000.0
    assert found.counts.tolist() == [4, 0]


def test_more_clusters_than_rows_leave_the_rest_empty() -> None:
    rows, _ = blobs(5, 2)
    found = kmeans(rows, 8, generator=generator())
    assert found.counts.sum() == 5
    assert found.inertia == pytest.approx(0, abs=1e-3)
    assert torch.isfinite(found.centroids).all()


def test_identical_rows_give_finite_centroids() -> None:
    found = kmeans(torch.ones(64, 3), 4, generator=generator())
    np.testing.assert_allclose(found.centroids, 1)


def test_same_seed_same_result() -> None:
    rows, _ = blobs(1000, 5)
    one, other = (kmeans(rows, 16, generator=generator(3)) for _ in range(2))
    assert torch.equal(one.labels, other.labels)


def test_stop_is_heard_between_iterations() -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        kmeans(blobs(100, 3)[0], 4, generator=generator(), iterations=50, check=check)
    assert calls == 3


@pytest.mark.parametrize(
    ("rows", "start", "message"),
    [((0, 3), None, "N > 0"), ((5,), None, "expected rows"), ((5, 3), (2, 2), "start has shape")],
)
def test_shapes_that_do_not_fit_are_refused(
    rows: tuple[int, ...], start: tuple[int, ...] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        kmeans(torch.zeros(rows), 4, start=None if start is None else torch.zeros(start))


@pytest.mark.parametrize("backend", BACKENDS)
def test_rows_that_are_not_finite_end_nothing(backend: Backend) -> None:
    """They come of weights that have just diverged: the loss that they lead to says so."""
    rows = torch.randn(20, 4, generator=torch.Generator().manual_seed(0))
    rows[3] = torch.nan
    found = kmeans(rows, 3, start=rows[4:7], iterations=1, backend=backend)
    assert int(found.labels.min()) >= 0

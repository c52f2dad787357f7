"""Clusters found among rows: each way against scikit-learn, or against what is plain to see."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.cluster import Birch, KMeans
from sklearn.datasets import load_digits, make_moons
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from napari_fathom.errors import Cancelled
from napari_fathom.learning.clusterers import (
    CLUSTERERS,
    Clusterer,
    Nearest,
    fit_clusters,
    restore_assignment,
)
from napari_fathom.learning.clusterers.mixture import Mixture

Rows = npt.NDArray[np.float32]
NAMES = list(CLUSTERERS)


def clouds(each: int = 40, clusters: int = 4, columns: int = 6) -> tuple[Rows, npt.NDArray[np.int64]]:
    """Well-separated round clouds, and which cloud each row is of."""
    random = np.random.default_rng(3)
    centres = random.normal(0, 10, (clusters, columns))
    truth = random.permutation(np.repeat(np.arange(clusters), each))
    return (centres[truth] + random.normal(0, 1, (len(truth), columns))).astype(np.float32), truth


ROWS, TRUTH = clouds()


@pytest.mark.parametrize("name", NAMES)
def test_clouds_that_lie_apart_are_told_apart_also_for_rows_that_come_later(name: str) -> None:
    found = fit_clusters(name, ROWS[:100], 4)
    assert found.of(ROWS).dtype == np.uint16
    assert adjusted_rand_score(TRUTH, found.of(ROWS)) > 0.98
    assert set(found.of(ROWS).tolist()) == {0, 1, 2, 3}
    assert found.clusters == 4


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_finds_the_same_and_a_saved_one_answers_alike(name: str) -> None:
    one, again = (fit_clusters(name, ROWS, 4, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.of(ROWS), again.of(ROWS))
    restored = restore_assignment(one.rule, one.arrays())
    np.testing.assert_array_equal(restored.of(ROWS), one.of(ROWS))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("rows", "clusters"),
    [
        (ROWS[:1], 5),  # more clusters than rows
        (ROWS[:3], 3),
        (np.repeat(ROWS[:3], 10, axis=0), 5),  # and than different rows
        (np.zeros((12, 6), np.float32), 4),  # all the same
        (ROWS[:30], 1),
        (ROWS[:30], 29),
    ],
)
def test_few_or_equal_rows_are_no_trouble(name: str, rows: Rows, clusters: int) -> None:
    numbers = fit_clusters(name, rows, clusters).of(rows)
    assert numbers.shape == (len(rows),)
    assert numbers.max() < max(clusters, 1)
    for value in np.unique(rows, axis=0):  # equal rows are in one cluster
        assert len(np.unique(numbers[(rows == value).all(axis=1)])) == 1


@pytest.mark.parametrize("name", NAMES)
def test_no_rows_or_rows_of_another_width_or_not_finite_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="finite rows"):
        fit_clusters(name, ROWS[:0], 2)
    with pytest.raises(ValueError, match="finite rows"):
        fit_clusters(name, np.full((5, 2), np.nan, np.float32), 2)
    with pytest.raises(ValueError, match="know 6 columns"):
        fit_clusters(name, ROWS, 4).of(ROWS[:, :3])


@pytest.mark.parametrize("name", NAMES)
def test_stop_is_heard(name: str) -> None:
    def stopped() -> None:
        raise Cancelled()

    with pytest.raises(Cancelled):
        fit_clusters(name, ROWS, 4, check=stopped)


def test_spectral_follows_bent_clusters_where_kmeans_does_not() -> None:
    rows, truth = make_moons(300, noise=0.05, random_state=0)
    rows = rows.astype(np.float32)
    assert adjusted_rand_score(truth, fit_clusters("spectral", rows, 2).of(rows)) > 0.95
    assert adjusted_rand_score(truth, fit_clusters("kmeans", rows, 2).of(rows)) < 0.5


@pytest.mark.parametrize(("each", "shape"), [(100, (4, 6, 6)), (10, (4, 6))])
def test_a_mixture_answers_as_scikit_learn_with_full_shapes_where_rows_suffice(
    each: int, shape: tuple[int, ...]
) -> None:
    rows, _ = clouds(each)
    found = fit_clusters("mixture", rows, 4, seed=2)
    assert isinstance(found, Mixture)
    assert found.roots.shape == shape
    ridge = 1e-3 * rows.astype(np.float64).var(axis=0).mean()
    kind = "full" if len(shape) == 3 else "diag"
    theirs = GaussianMixture(4, covariance_type=kind, reg_covar=ridge, random_state=2).fit(rows)
    elsewhere = np.random.default_rng(0).normal(0, 10, (200, 6)).astype(np.float32)
    assert (found.of(elsewhere) == theirs.predict(elsewhere)).mean() > 0.99


def test_a_mixture_asks_for_stop_in_every_round() -> None:
    rows = np.random.default_rng(0).normal(size=(400, 3)).astype(np.float32)  # no clouds: takes many rounds
    asked: list[int] = []
    fit_clusters("mixture", rows, 4, check=lambda: asked.append(1))
    theirs = GaussianMixture(4, reg_covar=1e-3 * rows.astype(np.float64).var(axis=0).mean(), random_state=0)
    assert len(asked) >= theirs.fit(rows).n_iter_ > 5


def test_birch_answers_as_scikit_learns_whole_tree() -> None:
    found = fit_clusters("birch", ROWS, 4)
    assert isinstance(found, Nearest)
    assert 20 <= len(found.points) < len(ROWS)
    theirs = Birch(threshold=2.0, n_clusters=4).fit(ROWS)
    assert adjusted_rand_score(theirs.labels_, found.of(ROWS)) == 1.0


def test_birch_gives_rows_up_that_are_too_near_to_part() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 64)).astype(np.float32)
    rows[1] = rows[0] * (1 + 1e-6)
    found = fit_clusters("birch", rows, 20)
    assert len(np.unique(found.of(rows))) > 10


def test_kmeans_is_the_best_of_several_starts() -> None:
    digits = load_digits().data.astype(np.float32)
    found = [fit_clusters("kmeans", digits, 10, seed=seed) for seed in range(4)]
    away = [
        float(((digits[:, None] - each.points[None]) ** 2).sum(2).min(1).sum())  # type: ignore[attr-defined]
        for each in found
    ]
    assert max(away) < 1.002 * KMeans(10, n_init=20, random_state=0).fit(digits).inertia_


def test_hdbscan_finds_how_many_there_are() -> None:
    found = fit_clusters("hdbscan", ROWS, 12)
    assert len(np.unique(found.of(ROWS))) == 4
    even = np.arange(12, dtype=np.float32)[:, None]
    assert set(fit_clusters("hdbscan", even, 3).of(even).tolist()) == {0}


def test_of_many_rows_a_sample_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def fit(rows: Rows, clusters: int, seed: int, check: Callable[[], None]) -> Nearest:
        seen.append(len(rows))
        return Nearest(rows[:clusters], np.arange(clusters, dtype=np.uint16))

    monkeypatch.setitem(CLUSTERERS, "spectral", Clusterer(CLUSTERERS["spectral"].about, fit, 50))
    assert fit_clusters("spectral", ROWS, 4).of(ROWS).shape == (160,)
    assert seen == [50]


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("nearest", {"labels": np.array([0, 70_000, 1, 2])}),
        ("nearest", {"labels": np.array([0])}),
        ("mixture", {"shares": np.zeros(3, np.float32)}),
        ("mixture", {"roots": np.zeros((4, 6, 5), np.float32)}),
    ],
)
def test_arrays_that_say_nothing_are_refused(rule: str, changes: dict[str, np.ndarray]) -> None:
    found = fit_clusters({"nearest": "kmeans"}.get(rule, rule), ROWS, 4)
    with pytest.raises(ValueError):
        restore_assignment(rule, {**found.arrays(), **changes})
    with pytest.raises(KeyError):
        restore_assignment("magic", found.arrays())

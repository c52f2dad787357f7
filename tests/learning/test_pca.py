"""Against scikit-learn's PCA."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from napari_fathom.learning.pca import principal_components


def rows(count: int = 400, size: int = 12) -> torch.Tensor:
    random = np.random.default_rng(0)
    mixed = random.normal(size=(count, size)) @ random.normal(size=(size, size)) + random.normal(size=size)
    return torch.from_numpy(mixed.astype(np.float32))


def test_same_variances_and_coordinates_as_scikit_learn() -> None:
    ours, theirs = principal_components(rows(), 5), PCA(5).fit(rows().numpy())
    np.testing.assert_allclose(ours.variance, theirs.explained_variance_, rtol=1e-3)
    np.testing.assert_allclose(
        ours.project(rows()).abs(), np.abs(theirs.transform(rows().numpy())), atol=2e-2
    )


def test_projecting_a_mean_is_the_mean_of_the_projections() -> None:
    """On this PredKlus' warm start rests: centroids in feature space mean the same in every basis."""
    first = principal_components(rows()[:200], 5)
    np.testing.assert_allclose(
        first.project(rows()[200:].mean(0, keepdim=True)),
        first.project(rows()[200:]).mean(0, True),
        atol=1e-4,
    )


def test_fewer_columns_than_components_keep_all() -> None:
    assert principal_components(rows(size=3), 32).basis.shape == (3, 3)


def test_constant_rows_have_no_variance_but_a_finite_basis() -> None:
    found = principal_components(torch.ones(10, 4), 2)
    assert torch.isfinite(found.basis).all()
    np.testing.assert_allclose(found.variance, 0)


def test_no_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="N > 0"):
        principal_components(torch.zeros(0, 4), 2)

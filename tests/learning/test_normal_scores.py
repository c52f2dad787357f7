"""Normal scores are ranks in standard deviations."""

import numpy as np
import pytest
from scipy.stats import norm, rankdata

from napari_fathom.learning.normal_scores import fit_quantiles, normal_scores


def test_scores_are_those_of_the_ranks() -> None:
    values = np.random.default_rng(0).lognormal(size=(5000, 1)).astype(np.float32)
    found = normal_scores(values, fit_quantiles(values))[:, 0]
    expected = norm.ppf((rankdata(values) - 0.5) / len(values))
    inner = abs(expected) < 2
    np.testing.assert_allclose(found[inner], expected[inner], atol=0.03)
    assert abs(found).max() == 3


def test_shared_values_get_the_middle_of_their_ranks() -> None:
    values = np.repeat([0.0, 1.0], [600, 400])[:, None]
    found = normal_scores(np.array([[0.0], [1.0]]), fit_quantiles(values))[:, 0]
    assert found == pytest.approx(norm.ppf([0.3, 0.8]), abs=0.02)


def test_column_of_one_value_says_nothing() -> None:
    rows = np.column_stack([np.arange(10.0), np.full(10, 5.0)])
    found = normal_scores(np.array([[3.0, 5.0], [99.0, 6.0]]), fit_quantiles(rows))
    assert not found[:, 1].any()
    assert found[1, 0] == 3


def test_order_is_kept() -> None:
    values = np.sort(np.random.default_rng(1).normal(size=(300, 1)), axis=0)
    assert (np.diff(normal_scores(values, fit_quantiles(values)), axis=0) >= 0).all()


def test_what_does_not_fit_is_refused() -> None:
    quantiles = fit_quantiles(np.zeros((3, 2)))
    with pytest.raises(ValueError, match="2 columns"):
        normal_scores(np.zeros((3, 4)), quantiles)
    with pytest.raises(ValueError, match="finite rows"):
        fit_quantiles(np.array([[np.nan]]))

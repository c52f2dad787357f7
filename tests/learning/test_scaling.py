import numpy as np
import pytest

from napari_fathom.learning.scaling import Scaling


def test_missing_and_weak_values_become_the_floor_and_strong_ones_the_ceiling() -> None:
    values = np.array([np.nan, -np.inf, -999, -75, -50, 0, 12, np.inf], np.float32)
    np.testing.assert_allclose(Scaling(-75, 0, 25).apply(values), [0, 0, 0, 0, 1, 3, 3, 3])


def test_the_papers_scaling_is_plain_decibels_above_the_floor() -> None:
    np.testing.assert_allclose(Scaling(-75, 0, 1).apply(np.array([-70.5], np.float32)), [4.5])


def test_the_input_is_left_alone() -> None:
    values = np.array([np.nan, 5.0], np.float32)
    Scaling().apply(values)
    assert np.isnan(values[0])
    assert values[1] == 5


@pytest.mark.parametrize(("floor", "ceiling", "scale"), [(0, 0, 1), (0, -75, 1), (-75, 0, 0)])
def test_senseless_scalings_are_refused(floor: float, ceiling: float, scale: float) -> None:
    with pytest.raises(ValueError, match=r"floor|scale"):
        Scaling(floor, ceiling, scale)

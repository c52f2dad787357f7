"""DC3's Eq. 4 against cases worked by hand."""

import numpy as np
import pytest

from napari_fathom.learning.inner_distance import inner_distance


def test_a_group_of_two_opposite_labels_and_one_of_equals() -> None:
    soft = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.4], [0.6, 0.4], [0.6, 0.4]])
    group = np.array([7, 7, 3, 3, 3])
    # Group 7: the centre is (1/2, 1/2), and both lie √(1/4 + 1/4) = √½ from it. Group 3: 0. Mean of the two.
    assert inner_distance(soft, group) == pytest.approx(np.sqrt(0.5) / 2)


def test_every_group_weighs_alike_however_large() -> None:
    soft = np.array([[1.0, 0, 0]] * 3 + [[0.0, 1, 0]] + [[0, 0, 1.0], [0, 1.0, 0]])
    group = np.array([0, 0, 0, 0, 1, 1])
    # Group 0: centre (3/4, 1/4, 0); three lie √(1/16 + 1/16) from it, one √(9/16 + 9/16): mean (3/8) √2.
    # Group 1: both √½ from (0, 1/2, 1/2).
    assert inner_distance(soft, group) == pytest.approx((3 / 8 * np.sqrt(2) + np.sqrt(0.5)) / 2)


def test_images_alone_are_at_their_own_centre() -> None:
    assert inner_distance(np.eye(3), np.array([0, 1, 2])) == 0


def test_nothing_has_no_distance() -> None:
    assert np.isnan(inner_distance(np.zeros((0, 2)), np.zeros(0, int)))


def test_groups_of_other_images_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) for soft labels of shape \(3, 3\)"):
        inner_distance(np.eye(3), np.array([0, 1]))

"""DC3's Eq. 4 against cases worked by hand."""

import numpy as np
import pytest

from napari_fathom.learning.inner_distance import distance_minus_f1, inner_distance


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


def test_d_minus_f1_is_of_certain_classes_and_ambiguous_clusters() -> None:
    soft = np.array([[1.0, 0], [0, 1], [1, 0], [0, 1], [0.5, 0.5], [0.7, 0.3]])
    truth, said = np.array([1, 2, 1, 2, 1, 1]), np.array([1, 2, 2, 2, 2, 2])
    ambiguous = np.array([False, False, False, False, True, True])
    found = distance_minus_f1(truth, soft, said, ambiguous, np.array([9, 9, 9, 9, 4, 4]))
    # Certain: class 1 has F1 2/3, class 2 has 4/5, two images each.
    # Ambiguous: both lie 0.1 √2 from (0.6, 0.4).
    assert found.f1 == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert found.distance == pytest.approx(0.1 * np.sqrt(2))
    assert found.difference == pytest.approx(found.distance - found.f1)


def test_without_an_ambiguity_head_all_are_certain_and_grouped_by_their_class() -> None:
    soft = np.array([[1.0, 0], [0, 1.0]])
    found = distance_minus_f1(np.array([1, 2]), soft, np.array([1, 2]))
    assert (found.f1, found.distance, found.difference) == (1, 0, -1)


@pytest.mark.parametrize("called", [0, 1, 9, 10])
def test_a_run_that_calls_nearly_all_or_none_ambiguous_has_degenerated(called: int) -> None:
    classes, soft = np.arange(10) % 2 + 1, np.full((10, 2), 0.5)
    found = distance_minus_f1(classes, soft, classes, np.arange(10) < called, np.zeros(10, int))
    assert np.isnan([found.f1, found.distance, found.difference]).all()


def test_ambiguous_images_need_clusters() -> None:
    with pytest.raises(ValueError, match="judged by their clusters"):
        distance_minus_f1(np.array([1]), np.ones((1, 1)), np.array([1]), np.array([True]))

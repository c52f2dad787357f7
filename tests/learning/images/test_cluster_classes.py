"""What clusters mean, told by a few labels."""

import numpy as np

from napari_fathom.learning.images.cluster_classes import class_shares, clusters_of_labelled


def test_a_cluster_is_most_probably_what_most_of_its_labels_are() -> None:
    cluster, target = np.array([0, 0, 0, 1, 2, 2]), np.array([1, 1, 2, 2, 0, 0])
    shares = class_shares(cluster, target, 3, 2)
    np.testing.assert_allclose(shares, [[2.5 / 4, 1.5 / 4], [0.5 / 2, 1.5 / 2], [0.5, 0.5]])


def test_without_classes_clusters_mean_nothing() -> None:
    assert class_shares(np.array([0, 1]), np.array([0, 0]), 2, 0).shape == (2, 0)


def test_labelled_images_are_of_the_nearest_cluster_that_stands_for_their_class() -> None:
    nearest = np.array([0, 0, 1, 1, 0, 2])
    said = np.array([0, 0, 1, 1, 1, -1])
    likeness = np.array(
        [[0.9, 0.1, 0], [0.9, 0.1, 0], [0.1, 0.9, 0], [0.1, 0.9, 0], [0.8, 0.3, 0.5], [0, 0, 0.9]]
    )
    found = clusters_of_labelled(nearest, said, likeness)
    assert found.tolist() == [0, 0, 1, 1, 1, -1]  # not cluster 2, which stands for nothing


def test_a_class_whose_images_are_a_minority_everywhere_gets_the_cluster_it_is_most_like() -> None:
    nearest, said = np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, -1, -1])
    likeness = np.array([[0.9, 0, 0], [0.9, 0, 0], [0.9, 0.2, 0.6], [0, 1, 0], [0, 0, 1]])
    assert clusters_of_labelled(nearest, said, likeness).tolist() == [0, 0, 2, -1, -1]


def test_more_classes_than_clusters_leave_some_without() -> None:
    likeness = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]])
    found = clusters_of_labelled(np.array([0, 0, 1]), np.array([0, 1, 2]), likeness)
    assert found.tolist() == [0, -1, 1]
    assert clusters_of_labelled(np.array([0]), np.array([-1]), likeness[:1]).tolist() == [-1]

"""What the train dock says of the labels."""

from napari_fathom.labels.classes import DEFAULT_CLASSES
from napari_fathom.viewer.readiness import readiness, readiness_of_images


def test_with_nothing_painted_it_says_what_to_do() -> None:
    state = readiness(DEFAULT_CLASSES, {}, 10**6)
    assert not state.ready
    assert "Nothing is painted yet" in state.words


def test_one_class_is_not_enough() -> None:
    state = readiness(DEFAULT_CLASSES, {1: 500, 2: 0}, 10**6)
    assert not state.ready
    assert "Only background" in state.words


def test_two_classes_are_enough_and_the_missing_one_is_named() -> None:
    state = readiness(DEFAULT_CLASSES, {1: 500, 2: 500, 3: 0}, 10**6)
    assert state.ready
    assert state.words == (
        "1,000 pixels painted (0.1 % of the survey). Nothing of other fish: the model will not know it."
    )


def test_a_class_with_hardly_a_pixel_is_named() -> None:
    assert (
        "Very little of sandeel and other fish"
        in readiness(DEFAULT_CLASSES, {1: 500, 2: 5, 3: 7}, 10**6).words
    )


def test_a_method_that_needs_no_label_can_always_start() -> None:
    assert not readiness_of_images(DEFAULT_CLASSES, {1: 7}).ready
    without = readiness_of_images(DEFAULT_CLASSES, {}, needs_labels=False)
    assert without.ready
    assert "finds clusters without labels" in without.words
    assert "would tell what they mean" in without.words
    assert "would" not in readiness_of_images(DEFAULT_CLASSES, {1: 7, 2: 9}, needs_labels=False).words


def test_a_survey_that_is_painted_all_over_is_said_so_in_plain_figures() -> None:
    said = readiness(DEFAULT_CLASSES, {1: 1_000, 2: 1_000}, 2_000).words
    assert "2,000 pixels painted (100 % of the survey)" in said

import numpy as np
import pytest

from napari_fathom.echogram.incoming import labels_from_array, value_table
from napari_fathom.errors import LabelError

CLASSES = {"background": 1, "sandeel": 2, "other fish": 3}


def test_values_are_translated_by_the_names_of_their_classes() -> None:
    table, notes = value_table({1: "Sandeel", 9: "background"}, CLASSES)

    assert table[[0, 1, 9, 2]].tolist() == [0, 2, 1, 0]
    assert notes == ()


def test_names_the_survey_lacks_stay_unlabelled_and_are_told() -> None:
    table, notes = value_table({1: "krill", 2: "sandeel"}, CLASSES)

    assert table[[1, 2]].tolist() == [0, 2]
    assert notes[0].startswith("Left unlabelled, since the survey has no such class: class krill. ")


def test_values_without_names_are_the_surveys_own() -> None:
    table, notes = value_table({}, CLASSES)

    assert table[[1, 2, 3, 4, 255]].tolist() == [1, 2, 3, 0, 0]
    assert "does not name its classes" in notes[0]


def test_an_array_is_taken_box_by_box() -> None:
    values = np.arange(12, dtype=np.int64).reshape(3, 4) % 4
    incoming = labels_from_array(values, (3, 4), CLASSES, origin="layer")

    assert incoming.read((1, 3, 1, 4)).tolist() == [[1, 2, 3], [1, 2, 3]]
    assert incoming.read((1, 3, 1, 4)).dtype == np.uint8


def test_blocks_are_cropped_to_the_labels_they_hold() -> None:
    values = np.zeros((10, 100), np.uint8)
    values[3:5, 40:44] = 2
    values[0, 99] = 1
    incoming = labels_from_array(values, values.shape, CLASSES, origin="layer")

    assert [box for box, _ in incoming.blocks(pings=50)] == [(3, 5, 40, 44), (0, 1, 99, 100)]
    assert all(
        np.array_equal(block, values[t:b, left:right]) for (t, b, left, right), block in incoming.blocks(50)
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            np.zeros((4, 3), np.uint8),
            "layer has 4 × 3 cells, the survey 3 ranges × 4 pings. It looks transposed",
        ),
        (np.zeros((9, 9), np.uint8), "must be on the survey's own grid"),
        (np.zeros((3, 4), np.float32), "float32, not whole numbers"),
    ],
)
def test_an_array_that_does_not_fit_is_refused(values: np.ndarray, told: str) -> None:
    with pytest.raises(LabelError, match=told):
        labels_from_array(values, (3, 4), CLASSES, origin="layer")


@pytest.mark.parametrize("value", [-1, 256])
def test_a_value_that_can_be_no_class_is_refused_when_it_is_met(value: int) -> None:
    values = np.zeros((3, 4), np.int32)
    values[2, 3] = value
    incoming = labels_from_array(values, (3, 4), CLASSES, origin="layer")

    with pytest.raises(LabelError, match=f"holds the value {value}"):
        incoming.read((0, 3, 0, 4))

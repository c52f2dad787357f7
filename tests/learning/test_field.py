import numpy as np
import pytest

from napari_fathom.errors import LabelError
from napari_fathom.learning.field import (
    ArrayField,
    ArrayLabels,
    Field,
    LabelField,
    connected_strokes,
    read_window,
    split_box,
)


def test_arrays_are_fields() -> None:
    assert isinstance(ArrayField(np.zeros((2, 4, 6), np.float32)), Field)
    assert isinstance(ArrayLabels(np.zeros((4, 6), np.uint8)), LabelField)


def test_a_window_beyond_the_field_is_filled_with_nothing_measured() -> None:
    field = ArrayField(np.arange(24, dtype=np.float32).reshape(1, 4, 6))
    window = read_window(field, (-1, 3, 4, 8))
    assert window.shape == (1, 4, 4)
    np.testing.assert_array_equal(window[0, 1:, :2], field.data[0, :3, 4:])
    assert np.isnan(window[0, 0]).all()
    assert np.isnan(window[0, :, 2:]).all()


def test_a_window_wholly_outside_is_empty() -> None:
    assert np.isnan(read_window(ArrayField(np.zeros((1, 4, 6), np.float32)), (10, 12, 0, 2))).all()


def test_each_connected_area_of_a_class_is_a_stroke() -> None:
    values = np.zeros((8, 12), np.uint8)
    values[1:3, 1:4], values[1:3, 4:6], values[6, 1:9] = 1, 2, 1
    strokes = connected_strokes(values)
    assert len(np.unique(strokes)) == 4
    assert (strokes > 0).tolist() == (values > 0).tolist()
    assert strokes[1, 1] != strokes[6, 1] != strokes[1, 4]


def test_painted_boxes_hold_every_painted_pixel_and_no_empty_block() -> None:
    values = np.zeros((100, 100), np.uint8)
    values[5, 5], values[60:70, 28:36] = 1, 2
    labels = ArrayLabels(values, block=32)
    boxes = labels.painted_boxes()
    assert sum(int((labels.read(box) > 0).sum()) for box in boxes) == (values > 0).sum()
    assert all(labels.read(box).any() for box in boxes)
    assert len(boxes) == 5


def test_blocks_cover_a_box_once() -> None:
    covered = np.zeros((10, 23), int)
    for top, bottom, left, right in split_box((2, 9, 1, 22), 4):
        covered[top:bottom, left:right] += 1
    assert (covered[2:9, 1:22] == 1).all()
    assert covered.sum() == 7 * 21


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="channels, rows, columns"):
        ArrayField(np.zeros((4, 6), np.float32))
    with pytest.raises(LabelError, match="rows, columns"):
        ArrayLabels(np.zeros((1, 4, 6), np.uint8))
    with pytest.raises(LabelError, match="give the same"):
        ArrayLabels(np.zeros((4, 6), np.uint8), np.zeros((4, 5), np.uint32))

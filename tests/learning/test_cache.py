"""What is remembered is what was read; what was read is read once; memory has a bound."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fathom.events import Box
from napari_fathom.learning.cache import CachedField, CachedLabels
from napari_fathom.learning.field import ArrayField, ArrayLabels, Field, LabelField

DATA = np.random.default_rng(0).normal(size=(2, 300, 700)).astype(np.float32)


class Counted(ArrayField):
    boxes: list[Box]

    def read(self, box: Box) -> np.ndarray:
        self.boxes.append(box)
        return super().read(box)


def counted() -> Counted:
    field = Counted(DATA)
    object.__setattr__(field, "boxes", [])
    return field


@given(st.integers(0, 299), st.integers(1, 300), st.integers(0, 699), st.integers(1, 700))
@settings(deadline=None, max_examples=40)
def test_every_box_is_as_the_field_has_it(top: int, height: int, left: int, width: int) -> None:
    box = (top, min(top + height, 300), left, min(left + width, 700))
    np.testing.assert_array_equal(CachedField(ArrayField(DATA)).read(box), ArrayField(DATA).read(box))


def test_what_was_read_is_not_read_again() -> None:
    field = counted()
    cached = CachedField(field)
    cached.read((10, 60, 10, 60))
    cached.read((40, 250, 30, 250))
    assert field.boxes == [(0, 256, 0, 256)]


def test_the_block_unused_for_longest_is_forgotten_first() -> None:
    field = counted()
    cached = CachedField(field, most_bytes=2 * 2 * 256 * 256 * 4)
    for left in (0, 256, 10, 512, 20, 300):
        cached.read((0, 5, left, left + 5))
    assert [box[2] for box in field.boxes] == [0, 256, 512, 256]


def test_labels_and_strokes_come_back_unchanged() -> None:
    values = np.zeros((300, 300), np.uint8)
    values[5:20, 250:270], values[280:290, 3:9] = 1, 2
    labels = ArrayLabels(values)
    cached = CachedLabels(labels)
    box = (3, 290, 2, 280)
    np.testing.assert_array_equal(cached.read(box), labels.read(box))
    np.testing.assert_array_equal(cached.read_strokes(box), labels.read_strokes(box))
    assert cached.painted_boxes() == labels.painted_boxes()


def test_cached_fields_are_fields() -> None:
    assert isinstance(CachedField(ArrayField(DATA)), Field)
    assert isinstance(CachedLabels(ArrayLabels(np.zeros((3, 3), np.uint8))), LabelField)
    assert CachedField(ArrayField(DATA)).channels == 2

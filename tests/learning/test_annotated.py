"""Some patches keep all their labels, the others none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learning.scenes import NAMES, quick, strokes, survey, truth_map

from napari_fathom.events import Note
from napari_fathom.learning.annotated import AnnotatedPatches
from napari_fathom.learning.field import ArrayLabels
from napari_fathom.learning.pixel_task import PixelTask

TRUTH = truth_map(100, 230)
FULL = ArrayLabels(TRUTH, block=64)
WHOLE = 0, 100, 0, 230


def labelled_patches(values: np.ndarray, side: int = 32) -> set[tuple[int, int]]:
    rows, columns = np.nonzero(values)
    return set(zip((rows // side).tolist(), (columns // side).tolist(), strict=True))


@pytest.mark.parametrize("ratio", [0.2, 0.4, 1.0])
def test_the_ratio_is_that_of_patches(ratio: float) -> None:
    kept = AnnotatedPatches.draw(FULL, 32, ratio, seed=0)
    values = kept.read(WHOLE)
    found = labelled_patches(values)
    assert len(found) == round(ratio * 4 * 8)
    for row, column in found:
        patch = np.s_[32 * row : 32 * row + 32, 32 * column : 32 * column + 32]
        np.testing.assert_array_equal(values[patch], TRUTH[patch])
    np.testing.assert_array_equal(kept.read_strokes(WHOLE) > 0, values > 0)


def test_a_ratio_of_few_strokes_is_that_of_the_patches_they_are_in() -> None:
    labels = strokes(TRUTH, 3)
    painted = labelled_patches(labels.values)
    kept = AnnotatedPatches.draw(labels, 32, 0.5, seed=1)
    assert len(labelled_patches(kept.read(WHOLE))) == round(len(painted) / 2)
    assert kept.chosen <= painted


def test_another_seed_chooses_others_and_the_same_the_same() -> None:
    chosen = [AnnotatedPatches.draw(FULL, 32, 0.3, seed).chosen for seed in (0, 0, 1)]
    assert chosen[0] == chosen[1] != chosen[2]


@given(st.tuples(*(st.integers(0, 60) for _ in range(4))))
@settings(deadline=None, max_examples=30)
def test_any_box_is_cut_out_of_the_whole(corner: tuple[int, int, int, int]) -> None:
    kept = AnnotatedPatches.draw(FULL, 32, 0.5, seed=0)
    box = corner[0], corner[0] + corner[1] % 40, corner[2], corner[2] + corner[3]
    part = np.s_[box[0] : box[1], box[2] : box[3]]
    np.testing.assert_array_equal(kept.read(box), kept.read(WHOLE)[part])


def test_painted_boxes_hold_all_that_is_left_once() -> None:
    kept = AnnotatedPatches.draw(FULL, 32, 0.5, seed=0)
    count = np.zeros(TRUTH.shape, int)
    for top, bottom, left, right in kept.painted_boxes():
        count[top:bottom, left:right] += 1
    np.testing.assert_array_equal(count, kept.read(WHOLE) > 0)


def test_training_says_how_many_patches_it_learns_from() -> None:
    labels = strokes(TRUTH, 12)
    task = PixelTask(survey(TRUTH), labels, NAMES, quick(annotation_ratio=0.75))
    words = [note.message for note in task.prepare() if isinstance(note, Note)]
    patches = len(labelled_patches(labels.values))
    assert f"labels of {round(0.75 * patches)} patches of 32 × 32 cells are learned from" in " ".join(words)

"""The protocol: nothing that was learned from is ever judged."""

import numpy as np
import pytest

from napari_fathom.errors import FathomError
from napari_fathom.evaluation.known import KnownImages
from napari_fathom.evaluation.labelling import draw_labels, labelled_rows, paint_patches, paint_strokes
from napari_fathom.learning.images.source import ArrayImages


def known(count: int = 60, classes: int = 3) -> KnownImages:
    truth = np.arange(count) % classes + 1
    names = tuple(f"class {value}" for value in range(classes))
    return KnownImages(ArrayImages(np.zeros((count, 8, 8), np.uint8)), truth, names)


def test_of_one_seed_fewer_labels_are_among_more() -> None:
    truth = known().truth
    few, more = labelled_rows(truth, 2, 7), labelled_rows(truth, 5, 7)
    assert set(few) < set(more)
    assert np.bincount(truth[more]).tolist() == [0, 5, 5, 5]
    assert set(labelled_rows(truth, 5, 8)) != set(more)


def test_all_images_without_a_label_are_judged_and_none_with_one() -> None:
    drawn = draw_labels(known(), 4, 0.0, 1)
    assert (drawn.judged == (drawn.target == 0)).all()
    assert drawn.judged.sum() == 60 - 12
    assert drawn.shown.all()


def test_unseen_images_are_neither_labelled_nor_looked_at() -> None:
    drawn = draw_labels(known(), 4, 0.25, 1)
    assert drawn.judged.sum() == 15
    assert not (drawn.judged & drawn.shown).any()
    assert (drawn.target[drawn.judged] == 0).all()
    assert (drawn.target > 0).sum() == 12


def test_without_labels_everything_is_judged() -> None:
    drawn = draw_labels(known(), 0, 0.0, 1)
    assert drawn.judged.all()
    assert not drawn.target.any()


def test_labels_that_leave_nothing_to_judge_are_refused() -> None:
    with pytest.raises(FathomError, match="20 labels a class leave none of 60"):
        draw_labels(known(), 20, 0.0, 1)


def test_annotated_patches_are_whole_and_as_many_as_the_ratio_says() -> None:
    truth = np.random.default_rng(0).integers(1, 4, (20, 100)).astype(np.uint8)
    painting, held_out = paint_patches(truth, 0.5, 10, seed=3, also=4)
    # 2 × 10 patches, 4 of them for validation: half of 16 and these 4.
    assert len(np.unique(painting.strokes[painting.strokes > 0])) == 12
    assert held_out == pytest.approx(4 / 12)
    grid = painting.labels.reshape(2, 10, 10, 10).swapaxes(1, 2)
    filled = (grid > 0).mean(axis=(2, 3))
    assert set(filled.ravel().tolist()) == {0.0, 1.0}
    assert (painting.labels == truth)[painting.labels > 0].all()


def test_patches_and_strokes_are_counted_where_classes_are_known() -> None:
    truth = np.ones((10, 60), np.uint8)
    truth[:, 20:40] = 0
    painting, _ = paint_patches(truth, 0.5, 10, seed=0)
    assert len(np.unique(painting.strokes[painting.strokes > 0])) == 2
    assert (paint_strokes(truth, 0.1, 0).labels > 0).sum() == 40


def test_a_ratio_of_one_annotates_all() -> None:
    truth = np.ones((10, 30), np.uint8)
    painting, held_out = paint_patches(truth, 1.0, 10, seed=0)
    assert (painting.labels > 0).all()
    assert held_out == 0


def test_what_can_not_be_annotated_is_told() -> None:
    with pytest.raises(FathomError, match="of 3 patches of 10 × 10 cells, 0 of them held out, is none"):
        paint_patches(np.ones((10, 30), np.uint8), 0.1, 10, seed=0)
    with pytest.raises(FathomError, match=r"1 of the cells can't be painted: share is 1"):
        paint_strokes(np.ones((10, 30), np.uint8), 1.0, 0)

"""A stroke tells of the school around it; of what is like it elsewhere it tells nothing."""

import numpy as np
import pytest
import torch
from scipy import ndimage
from tests.learning.scenes import NAMES, quick, strokes, survey, truth_map

from napari_fathom.learning.field import ArrayField, ArrayLabels
from napari_fathom.learning.growth import UNSURE, Growth, dissimilarity_db, region, smooth_db
from napari_fathom.learning.holdout import hold_out
from napari_fathom.learning.pixel_task import PixelTask

TRUTH = truth_map(192, 768, seed=3)
FIELD, LABELS = survey(TRUTH), strokes(TRUTH, each=6)
WHOLE = (0, *TRUTH.shape[:1], 0, TRUTH.shape[1])


def growth(
    labels: ArrayLabels = LABELS, field: ArrayField = FIELD, *, held: float = 0.0, share: float = 0.05
) -> Growth:
    return Growth(field, labels, hold_out(labels, held, 0, 64), (2, 3), share, seed=0)


def test_strokes_grow_to_their_schools_and_hardly_beyond() -> None:
    grown = growth().read(WHOLE)
    schools, _ = ndimage.label(TRUTH > 1)
    touched = np.isin(schools, np.unique(schools[LABELS.values > 1])) & (LABELS.values == 0)
    said = (grown > 0) & (grown != UNSURE)
    assert (grown == TRUTH)[said].mean() > 0.95
    assert said[touched].mean() > 0.6


def test_painted_cells_are_left_to_the_painter() -> None:
    assert not growth().read(WHOLE)[LABELS.values > 0].any()


def test_any_part_reads_as_the_whole_does() -> None:
    whole, parts = growth().read(WHOLE), growth()
    for box in [(10, 74, 500, 564), (0, 64, 0, 64), (100, 192, 200, 700)]:
        np.testing.assert_array_equal(parts.read(box), whole[box[0] : box[1], box[2] : box[3]])


def test_a_held_out_school_is_neither_its_class_nor_the_sea() -> None:
    held_out = hold_out(LABELS, 0.5, 0, 64)
    held = held_out.mask(LABELS.values, LABELS.strokes, WHOLE) & (LABELS.values > 1)
    kept = (LABELS.values > 1) & ~held
    schools, _ = ndimage.label(TRUTH > 1)
    alone = np.isin(schools, np.setdiff1d(schools[held], schools[kept])) & (LABELS.values == 0)
    assert alone.sum() > 50
    grown = growth(held=0.5).read(WHOLE)[alone]
    assert (grown == UNSURE).mean() > 0.6
    assert ((grown == 2) | (grown == 3)).mean() < 0.15  # reached from a school beside it


def test_what_was_painted_otherwise_stops_it() -> None:
    fenced = LABELS.values.copy()
    school, _ = ndimage.label(TRUTH > 1)
    number = school[LABELS.values > 1][0]
    inside = school == number
    fenced[inside & (LABELS.values == 0)] = 1
    grown = growth(ArrayLabels(fenced, LABELS.strokes)).read(WHOLE)
    assert not grown[inside].any()


def test_where_two_classes_meet_nothing_is_said() -> None:
    decibels = np.full((2, 64, 256), -90, np.float32)
    decibels[:, 20:40, 100:140] = -50
    values = np.zeros((64, 256), np.uint8)
    values[25:30, 102:106], values[25:30, 132:136] = 2, 3
    grown = growth(ArrayLabels(values), ArrayField(decibels), share=0.3).read((0, 64, 0, 256))
    assert (grown[22:38, 108:130] == UNSURE).all()


def test_the_commoner_its_like_the_less_it_grows() -> None:
    cells = [
        ((found := growth(share=share).read(WHOLE)) > 0).sum() - (found == UNSURE).sum()
        for share in (0.005, 0.02, 0.08)
    ]
    assert cells[0] < cells[1] < cells[2]


def test_a_dab_is_no_sample_of_a_school() -> None:
    values = np.zeros(TRUTH.shape, np.uint8)
    row, column = np.argwhere(ndimage.binary_erosion(TRUTH == 2, iterations=3))[0]
    values[row : row + 2, column : column + 2] = 2
    assert not growth(ArrayLabels(values)).read(WHOLE).any()


@pytest.mark.parametrize(("rest", "grows"), [("background", True), ("", False)])
def test_strokes_grow_only_where_the_unpainted_is_taken_for_something(rest: str, grows: bool) -> None:
    def targets(grow: float) -> int:
        task = PixelTask(FIELD, LABELS, NAMES, quick(rest_class=rest, grow=grow, held_out=0.0))
        list(task.prepare())
        batch = task.draw(24, task.method(task.network(), torch.device("cpu"), lambda: None))
        return int((batch.labelled.target >= 0).sum())

    assert (targets(0.05) > 1.5 * targets(0.0)) == grows


def test_beyond_its_edge_a_layer_that_resembles_it_is_sea() -> None:
    random = np.random.default_rng(0)
    decibels = random.normal(-90, 1, (2, 64, 256)).astype(np.float32)
    decibels[:, 40:60] = random.normal(
        -55.5, 0.1, (2, 20, 256)
    )  # a layer, commoner than what it may grow over
    decibels[:, 24:40, 100:140] = random.normal(-50, 0.1, (2, 16, 40))
    values = np.zeros((64, 256), np.uint8)
    values[30:34, 110:120] = 2
    grown = growth(ArrayLabels(values), ArrayField(decibels), share=0.12).read((0, 64, 0, 256))
    assert (grown[26:38, 102:138][values[26:38, 102:138] == 0] == 2).all()
    assert (grown[40:42, 105:135] == UNSURE).any()
    assert not grown[46:].any()


def test_smoothing_is_the_mean_of_measured_neighbours_in_the_linear_domain() -> None:
    random = np.random.default_rng(0)
    decibels = random.uniform(-80, -30, (2, 6, 7)).astype(np.float32)
    decibels[:, 2:4, 3] = np.nan
    found = smooth_db(decibels)
    for channel, row, column in np.ndindex(decibels.shape):
        near = decibels[channel, max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        expected = 10 * np.log10(np.nanmean(10 ** (near.astype(float) / 10)))
        if np.isnan(decibels[channel, row, column]):
            assert np.isnan(found[channel, row, column])
        else:
            assert found[channel, row, column] == pytest.approx(expected, abs=1e-3)


def test_dissimilarity_counts_measured_channels_alone() -> None:
    smoothed = np.array([[-50.0, np.nan, np.nan], [-60.0, -64.0, np.nan]], np.float32)
    np.testing.assert_allclose(dissimilarity_db(smoothed, np.array([-52.0, -60.0])), [1.0, 4.0, np.inf])


def test_a_region_is_connected_and_has_no_holes() -> None:
    near = np.zeros((9, 20), bool)
    near[2:7, 2:7], near[4, 4], near[2:7, 12:15] = True, False, True
    painted = np.zeros_like(near)
    painted[3, 3] = True
    expected = np.zeros_like(near)
    expected[2:7, 2:7] = True
    np.testing.assert_array_equal(region(near, painted), expected)

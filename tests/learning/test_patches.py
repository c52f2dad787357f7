"""What mini-batches hold: painted pixels where there are any, held-out ones nowhere."""

import numpy as np
import pytest
import torch
from tests.learning.scenes import NAMES, quick, strokes, survey, truth_map

from napari_fathom.errors import TrainingError
from napari_fathom.events import Box
from napari_fathom.learning.augment import Augmentation
from napari_fathom.learning.field import ArrayField, ArrayLabels
from napari_fathom.learning.growth import UNSURE, Growth
from napari_fathom.learning.holdout import hold_out
from napari_fathom.learning.painted import PaintedPixels, find_painted, require_enough, unpainted_classes
from napari_fathom.learning.patches import PatchSampler
from napari_fathom.learning.settings import TrainSettings

TRUTH = truth_map()


def sampler(field: ArrayField, labels: ArrayLabels, settings: TrainSettings) -> PatchSampler:
    held_out = hold_out(labels, settings.held_out, settings.seed, settings.patch)
    return PatchSampler(field, labels, find_painted(labels, held_out, settings.seed), held_out, settings)


def position_field() -> ArrayField:
    """A field whose value tells where it is, so that a patch can be traced."""
    return ArrayField(np.arange(TRUTH.size, dtype=np.float32).reshape(1, *TRUTH.shape))


def places(image: torch.Tensor) -> np.ndarray:
    return image.numpy().astype(int).ravel()


TRACE = {"floor_db": 0.0, "ceiling_db": 1e6, "scale_db": 1.0}


def test_every_labelled_patch_has_a_painted_pixel_and_its_targets_are_the_labels() -> None:
    labels = strokes(TRUTH)
    batch = sampler(position_field(), labels, quick(held_out=0, **TRACE)).draw(16, unlabelled=False)
    assert batch.unlabelled is None
    for image, target in zip(batch.labelled.image, batch.labelled.target, strict=True):
        assert (target >= 0).any()
        np.testing.assert_array_equal(labels.values.ravel()[places(image)], target.numpy().ravel() + 1)


@pytest.mark.parametrize(("mine", "around"), [(0.0, 0.1), (0.5, 0.5), (1.0, 1.0)])
def test_a_share_of_a_class_s_patches_lies_where_strokes_were_contradicted(
    mine: float, around: float
) -> None:
    labels = strokes(TRUTH)
    draws = sampler(position_field(), labels, quick(held_out=0, mine=mine, patch=8, **TRACE))
    row, column = np.argwhere(labels.values == 2)[0]
    draws.dwell_on(PaintedPixels({2: 1}, {2: (np.array([[row, column]]),)}, {2: np.ones(1)}))
    batch = draws.draw(300, unlabelled=False).labelled
    of_class = [places(image) for image, target in zip(batch.image, batch.target, strict=True) if 1 in target]
    there = [row * TRUTH.shape[1] + column in image for image in of_class]
    # every third patch is of class 2; others happen to hold it too
    assert sum(there) / 100 == pytest.approx(around, abs=0.2)


def test_windows_show_strokes_alone_as_they_lie_in_the_survey() -> None:
    labels, settings = strokes(TRUTH), quick(held_out=0, flip=True, **TRACE)
    held_out = hold_out(labels, 0, settings.seed, settings.patch)
    painted, growth = (
        find_painted(labels, held_out, 0),
        Growth(survey(TRUTH), labels, held_out, (2, 3), 0.05, 0),
    )
    draws = PatchSampler(position_field(), labels, painted, held_out, settings, growth)
    for window in draws.windows(12):
        assert window.target.max() >= 0
        assert places(window.image[0, 0, 0]) == window.corner[0] * TRUTH.shape[1] + window.corner[1]
        np.testing.assert_array_equal(labels.values.ravel()[places(window.image)], window.target.ravel() + 1)


def test_held_out_pixels_are_in_no_target_and_no_valid_mask() -> None:
    labels, settings = strokes(TRUTH), quick(held_out=0.4, **TRACE)
    held_out = hold_out(labels, 0.4, settings.seed, settings.patch)
    held = held_out.mask(labels.values, labels.strokes, (0, *TRUTH.shape[:1], 0, TRUTH.shape[1])).ravel()
    assert held.sum() > 50
    draws, seen = sampler(position_field(), labels, settings), 0
    for _ in range(20):
        batch = draws.draw(8, unlabelled=True)
        assert batch.unlabelled is not None
        here = held[places(batch.labelled.image)]
        assert (batch.labelled.target.numpy().ravel()[here] == -1).all()
        there = held[places(batch.unlabelled.image)]
        assert not batch.unlabelled.valid.numpy().ravel()[there].any()
        seen += here.sum() + there.sum()
    assert seen > 100


@pytest.mark.parametrize("grow", [False, True])
def test_a_pixel_has_a_target_or_is_unpainted_or_nothing_is_said_of_it(grow: bool) -> None:
    labels, settings = strokes(TRUTH), quick(held_out=0.3, flip=True, **TRACE)
    held_out = hold_out(labels, 0.3, settings.seed, settings.patch)
    growth = Growth(survey(TRUTH), labels, held_out, (2, 3), 0.05, seed=0)
    draws = PatchSampler(
        position_field(),
        labels,
        find_painted(labels, held_out, settings.seed),
        held_out,
        settings,
        growth if grow else None,
    )
    whole = (0, TRUTH.shape[0], 0, TRUTH.shape[1])
    held = held_out.mask(labels.values, labels.strokes, whole).ravel()
    said = np.maximum(labels.values, growth.read(whole) if grow else 0).ravel()
    assert ((said > 0).sum() > 1.3 * (labels.values > 0).sum()) == grow
    batch = draws.draw(12, unlabelled=True)
    assert batch.unlabelled is not None
    for patches in (batch.labelled, batch.unlabelled):
        assert patches.target is not None
        assert patches.unpainted is not None
        here = places(patches.image)
        expected = np.where(held[here] | (said[here] == UNSURE), 0, said[here]).astype(int) - 1
        np.testing.assert_array_equal(patches.target.numpy().ravel(), expected)
        nobody = (said[here] == 0) & ~held[here]
        np.testing.assert_array_equal(patches.unpainted.numpy().ravel(), nobody)


def test_classes_are_drawn_in_equal_parts_though_one_is_painted_much_more() -> None:
    values = np.zeros((64, 640), np.uint8)
    values[10:50, :500], values[30:33, 600:604] = 1, 2
    patches = sampler(survey(np.ones_like(values)), ArrayLabels(values), quick(held_out=0))
    targets = patches.draw(40, unlabelled=False).labelled.target
    with_rare = (targets == 1).flatten(1).any(1).sum()
    assert 16 <= with_rare <= 24


def test_mirrored_patches_keep_targets_on_their_pixels() -> None:
    labels = strokes(TRUTH)
    batch = sampler(position_field(), labels, quick(held_out=0, flip=True, **TRACE)).draw(16, unlabelled=True)
    for image, target in zip(batch.labelled.image, batch.labelled.target, strict=True):
        np.testing.assert_array_equal(labels.values.ravel()[places(image)], target.numpy().ravel() + 1)
    falling = [bool(image[0, 0, 0] > image[0, 0, 1]) for image in batch.labelled.image]
    assert 0 < sum(falling) < 16


def test_a_survey_smaller_than_a_patch_is_filled_up() -> None:
    values = np.zeros((10, 20), np.uint8)
    values[2:6, 2:8], values[6:9, 10:18] = 1, 2
    patches = sampler(survey(np.ones((10, 20), np.uint8)), ArrayLabels(values), quick(held_out=0))
    batch = patches.draw(3, unlabelled=True)
    assert batch.unlabelled is not None
    assert batch.labelled.image.shape == (3, 4, 32, 32)
    assert not batch.unlabelled.valid[:, 10:].any()
    assert batch.unlabelled.valid[:, :10, :20].all()
    assert (batch.labelled.target[:, 10:] == -1).all()


def test_unlabelled_patches_keep_away_from_where_nothing_was_measured() -> None:
    data = survey(np.ones((64, 640), np.uint8)).data.copy()
    data[:, :, 64:] = np.nan
    values = np.zeros((64, 640), np.uint8)
    values[10:20, 10:20], values[30:40, 10:20] = 1, 2
    batch = sampler(ArrayField(data), ArrayLabels(values), quick(held_out=0)).draw(12, unlabelled=True)
    assert batch.unlabelled is not None
    assert batch.unlabelled.valid.float().mean() > 0.3


def test_two_views_show_the_same_pixels() -> None:
    settings = quick(held_out=0, flip=True, gain_db=2.0)
    unlabelled = (
        sampler(survey(TRUTH), strokes(TRUTH), settings).draw(4, unlabelled=True, view=True).unlabelled
    )
    assert unlabelled is not None
    assert unlabelled.view is not None
    loud = (unlabelled.image > 0.3) & (unlabelled.view > 0.3)
    shift = (unlabelled.view - unlabelled.image)[loud]
    assert shift.abs().max() > 0
    assert len(torch.unique((shift * 100).round())) <= 3 * 4  # one gain for each patch, up to rounding


def test_reads_only_the_patches_it_draws() -> None:
    class Watched(ArrayField):
        cells = 0

        def read(self, box: Box) -> np.ndarray:
            Watched.cells += (box[1] - box[0]) * (box[3] - box[2])
            return super().read(box)

    patches = sampler(Watched(survey(TRUTH).data), strokes(TRUTH), quick())
    assert Watched.cells == 0
    patches.draw(4, unlabelled=False)
    assert Watched.cells == 4 * 32 * 32


def test_same_seed_same_patches() -> None:
    settings = quick(gain_db=1.0, flip=True)
    one, other = (sampler(survey(TRUTH), strokes(TRUTH), settings).draw(4, unlabelled=True) for _ in range(2))
    assert one.unlabelled is not None
    assert other.unlabelled is not None
    assert torch.equal(one.labelled.image, other.labelled.image)
    assert torch.equal(one.unlabelled.image, other.unlabelled.image)


def test_gain_and_noise_leave_the_floor_and_the_ceiling_where_they_are() -> None:
    image = torch.tensor([0.0, 0.5, 2.9]).reshape(1, 1, 1, 3).expand(64, 2, 1, 3)
    changed = Augmentation(6.0, 1.0, 1.0, scale_db=25.0, top=3.0).apply(
        image, torch.Generator().manual_seed(0)
    )
    assert (changed[..., 0] == 0).all()
    assert changed.min() >= 0
    assert changed.max() <= 3
    shift = (changed - image)[..., 1] * 25
    assert shift.std().item() == pytest.approx((6**2 + 1 + 1) ** 0.5, rel=0.25)


def test_no_augmentation_changes_nothing() -> None:
    image = torch.rand(2, 3, 4, 4)
    assert torch.equal(Augmentation(0, 0, 0, 1.0, 1.0).apply(image, torch.Generator()), image)


@pytest.mark.parametrize(
    ("painted", "message"),
    [
        ({}, "0 painted pixels to learn from; at least 20"),
        ({2: 5}, "5 painted pixels"),
        ({2: 300}, "Only sandeel is painted .300 pixels.*background, other fish"),
        ({1: 30, 7: 30}, "class value 7, but there are 3 classes"),
    ],
)
def test_labels_that_teach_nothing_are_refused_with_advice(painted: dict[int, int], message: str) -> None:
    values = np.zeros((20, 400), np.uint8)
    for row, (value, count) in enumerate(painted.items()):
        values[2 * row, :count] = value
    labels = ArrayLabels(values)
    with pytest.raises(TrainingError, match=message):
        require_enough(find_painted(labels, hold_out(labels, 0, 0, 32), 0), NAMES)


def test_classes_without_a_painted_pixel_are_named() -> None:
    values = np.zeros((20, 400), np.uint8)
    values[2, :50], values[8, :50] = 1, 3
    labels = ArrayLabels(values)
    assert unpainted_classes(find_painted(labels, hold_out(labels, 0, 0, 32), 0), NAMES) == ("sandeel",)


def test_a_painted_box_with_many_pixels_is_sampled_but_fully_counted() -> None:
    values = np.ones((200, 200), np.uint8)
    values[:100] = 2
    labels = ArrayLabels(values, block=200)
    painted = find_painted(labels, hold_out(labels, 0, 0, 32), 0)
    assert painted.counts == {1: 20000, 2: 20000}
    assert all(len(place) <= 512 for each in painted.positions.values() for place in each)
    random = np.random.default_rng(0)
    assert all(values[painted.draw(value, random)] == value for value in (1, 2) for _ in range(50))

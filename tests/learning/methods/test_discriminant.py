"""The discriminant: what scikit-learn's is, better for the unlabelled, honest about how sure it is."""

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import NearestNeighbors
from tests.learning.images.shapes import NAMES, collection, quick, some

from napari_fathom.errors import Cancelled
from napari_fathom.events import Done
from napari_fathom.learning.images.predict import predict_images
from napari_fathom.learning.images.training import ImageTraining
from napari_fathom.learning.methods.discriminant import Discriminant, _clouds, _linear
from napari_fathom.learning.methods.row_method import KnownRows

Rows = npt.NDArray[np.float32]
Target = npt.NDArray[np.int64]


def clouds(count: int = 600, apart: float = 1.6, seed: int = 0) -> tuple[Rows, Target]:
    """Rows of three long overlapping clouds in six dimensions, and their classes 1…3."""
    random = np.random.default_rng(seed)
    truth = random.integers(1, 4, count)
    centres = apart * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    rows = random.normal(size=(count, 6))
    rows[:, 3:] = 2 * rows[:, 3:] + 1.5 * rows[:, :3]  # what says nothing alone, but explains the noise
    rows[:, :3] += centres[truth]
    return rows.astype(np.float32), truth


def some_labels(truth: Target, each: int, seed: int = 0) -> Target:
    return some(truth, each, seed).target.astype(np.int64)


def fitted(rows: Rows, target: Target, classes: int = 3) -> Discriminant:
    return Discriminant.fit(KnownRows(rows, target, classes), quick(), lambda: None)


def accuracy(found: Discriminant, rows: Rows, truth: Target) -> float:
    return float((found.probabilities(rows).argmax(axis=1) + 1 == truth).mean())


def test_parts_clouds_as_scikit_learn_does() -> None:
    rows, truth = clouds()
    means, spread = _clouds(rows.astype(np.float64), np.eye(3)[truth - 1])
    shares = np.bincount(truth)[1:] / len(truth)
    weights, offset = _linear(means, spread, 0.0, np.zeros(6), shares)
    theirs = LinearDiscriminantAnalysis(solver="lsqr").fit(rows, truth)
    ours = rows @ weights + offset
    expected = theirs.decision_function(rows)
    np.testing.assert_allclose(ours - ours[:, :1], expected - expected[:, :1], rtol=0.03, atol=0.05)


def test_where_all_agree_shares_change_nothing() -> None:
    rows, truth = clouds()
    target = some_labels(truth, 5)
    soft = np.eye(4, 3, -1, dtype=np.float32)[target]
    again = Discriminant.fit(KnownRows(rows, target, 3, soft), quick(), lambda: None)
    assert np.array_equal(again.probabilities(rows), fitted(rows, target).probabilities(rows))


def test_shares_tell_more_than_the_class_of_most() -> None:
    errors = []
    for seed in range(6):
        rows, _ = clouds(seed=seed)
        logits = rows[:, :3].astype(np.float64) @ np.random.default_rng(seed).normal(size=(3, 3))
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        target = np.where(np.arange(len(rows)) < 60, shares.argmax(axis=1) + 1, 0)
        each = []
        for soft in (None, shares.astype(np.float32)):
            found = Discriminant.fit(KnownRows(rows, target, 3, soft), quick(), lambda: None)
            each.append(np.abs(found.probabilities(rows)[60:] - shares[60:]).mean())
        errors.append(each)
    hard, soft_ones = np.mean(errors, axis=0)
    assert soft_ones < hard


@pytest.mark.parametrize("each", [2, 4])
def test_the_unlabelled_help(each: int) -> None:
    alone, helped = [], []
    for seed in range(8):
        rows, truth = clouds(seed=seed)
        target = some_labels(truth, each, seed)
        said = target > 0
        alone.append(accuracy(fitted(rows[said], target[said]), rows[~said], truth[~said]))
        helped.append(accuracy(fitted(rows, target), rows[~said], truth[~said]))
    assert np.mean(helped) > np.mean(alone) + 0.02


@pytest.mark.parametrize(("each", "within"), [(1, 0.25), (10, 0.12), (40, 0.08)])
def test_is_as_sure_as_it_is_right(each: int, within: float) -> None:
    gaps = []
    for seed in range(5):
        rows, truth = clouds(seed=seed, apart=1.0)
        target = some_labels(truth, each, seed)
        rest = target == 0
        answers = fitted(rows, target).probabilities(rows[rest])
        gaps.append(answers.max(axis=1).mean() - (answers.argmax(axis=1) + 1 == truth[rest]).mean())
    assert abs(np.mean(gaps)) < within


def test_units_and_scales_of_columns_change_nothing() -> None:
    rows, truth = clouds()
    target = some_labels(truth, 5)
    other = rows.copy()
    other[:, 0] = np.exp(2 * rows[:, 0])
    other[:, 1] = 1e4 * rows[:, 1] - 7
    left, right = fitted(rows, target).probabilities(rows), fitted(other, target).probabilities(other)
    assert np.abs(left - right).max() < 0.05
    assert (left.argmax(axis=1) == right.argmax(axis=1)).mean() > 0.98


def test_class_without_a_label_is_never_proposed_and_empty_columns_do_no_harm() -> None:
    rows, truth = clouds()
    rows = np.column_stack([rows, np.full(len(rows), 7, np.float32)])
    answers = fitted(rows, some_labels(truth, 5), classes=5).probabilities(rows)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)
    assert np.isfinite(answers).all()
    assert not answers[:, 3:].any()


def test_comes_back_from_arrays() -> None:
    rows, truth = clouds()
    found = fitted(rows, some_labels(truth, 5))
    again = Discriminant.from_arrays(dict(found.arrays()))
    assert np.array_equal(again.probabilities(rows), found.probabilities(rows))
    assert np.array_equal(again.seen(rows), found.seen(rows))


def test_neighbours_are_of_one_class_more_often_than_by_what_was_measured() -> None:
    rows, truth = clouds()
    rows = np.column_stack([rows, np.random.default_rng(1).normal(size=(len(rows), 20))]).astype(np.float32)
    seen = fitted(rows, some_labels(truth, 10)).seen(rows)
    assert seen.shape == (600, 3 + 26)
    assert of_one_class(seen, truth) > of_one_class(rows, truth) + 0.05


def test_a_class_that_nobody_has_named_stays_together() -> None:
    rows, truth = clouds(apart=4.0)
    target = some_labels(truth, 10)
    found = fitted(rows, np.where(target == 3, 0, target))
    unnamed = truth == 3
    says = found.probabilities(rows)[:, :2].astype(np.float32)  # nothing lies between two classes but in here
    assert of_one_class(found.seen(rows), truth, unnamed) > of_one_class(says, truth, unnamed) + 0.1


def test_classes_and_scores_count_half_each() -> None:
    rows, truth = clouds()
    seen = fitted(rows, some_labels(truth, 10)).seen(rows)
    classes, scores = (np.square(part).sum(axis=1).mean() for part in (seen[:, :3], seen[:, 3:]))
    assert classes == pytest.approx(1, abs=0.01)
    assert scores == pytest.approx(1, abs=0.05)


def of_one_class(rows: Rows, truth: Target, some: npt.NDArray[np.bool_] | slice = slice(None)) -> float:
    """Share of the eight nearest that are of one's own class."""
    nearest = NearestNeighbors(n_neighbors=9).fit(rows).kneighbors(rows[some], return_distance=False)[:, 1:]
    return float((truth[nearest] == truth[some][:, None]).mean())


def test_what_does_not_fit_is_refused() -> None:
    rows, truth = clouds()
    found = fitted(rows, some_labels(truth, 5))
    with pytest.raises(ValueError, match="6 columns"):
        found.probabilities(rows[:, :4])
    assert found.probabilities(rows[:0]).shape == (0, 3)
    with pytest.raises(ValueError, match="don't fit"):
        Discriminant.from_arrays(dict(found.arrays()) | {"offset": np.zeros(2, np.float32)})
    with pytest.raises(ValueError, match="don't fit"):
        Discriminant.from_arrays(dict(found.arrays()) | {"middle": np.zeros(2, np.float32)})


def test_one_of_an_older_version_says_so() -> None:
    rows, truth = clouds()
    arrays = dict(fitted(rows, some_labels(truth, 5)).arrays())
    del arrays["middle"], arrays["spread"]
    with pytest.raises(ValueError, match="made by an older version"):
        Discriminant.from_arrays(arrays)


def test_stop_is_heard_between_rounds() -> None:
    rows, truth = clouds()
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        Discriminant.fit(KnownRows(rows, some_labels(truth, 5), 3), quick(), check)
    assert len(calls) == 3


def test_learns_a_collection_by_name() -> None:
    images, truth = collection()
    labels = some(truth, 4)
    settings = quick(method="discriminant", measures=True, held_out=0.0)
    *_, done = ImageTraining(images, labels, NAMES, settings, device="cpu").events()
    assert isinstance(done, Done)
    *_, answered = predict_images(done.result, images, device="cpu")
    assert isinstance(answered, Done)
    rest = labels.target == 0
    assert (answered.result.most_probable[rest] == truth[rest]).mean() > 0.8

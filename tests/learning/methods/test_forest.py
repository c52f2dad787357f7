"""A forest as arrays answers what scikit-learn's does, and nothing else gets in from a file."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from tests.learning.images.shapes import quick

from napari_fathom.errors import Cancelled
from napari_fathom.learning.methods.forest import Forest
from napari_fathom.learning.methods.row_method import KnownRows

RANDOM = np.random.default_rng(0)
ROWS = np.round(RANDOM.normal(size=(300, 4)), 1).astype(np.float32)  # rounded: many lie on a threshold
TARGET = np.where(RANDOM.random(300) < 0.5, 1 + 2 * (ROWS[:, 0] + ROWS[:, 1] > 0), 0).astype(np.int64)


def grown(trees: int = 30) -> Forest:
    return Forest.fit(KnownRows(ROWS, TARGET, 4), quick(trees=trees, seed=3), lambda: None)


@pytest.mark.parametrize("trees", [1, 30])
def test_answers_as_scikit_learn_does(trees: int) -> None:
    said = TARGET > 0
    theirs = RandomForestClassifier(trees, class_weight="balanced", random_state=3)
    theirs.fit(ROWS[said], TARGET[said])
    found = grown(trees).probabilities(ROWS)
    np.testing.assert_allclose(found[:, [0, 2]], theirs.predict_proba(ROWS), atol=1e-6)
    assert not found[:, [1, 3]].any()  # classes without a label


def test_where_all_agree_shares_change_nothing() -> None:
    soft = np.eye(5, 4, -1, dtype=np.float32)[TARGET]
    again = Forest.fit(KnownRows(ROWS, TARGET, 4, soft), quick(trees=30, seed=3), lambda: None)
    assert np.array_equal(again.probabilities(ROWS), grown().probabilities(ROWS))


def test_what_people_disagree_about_is_answered_by_their_shares() -> None:
    rows = np.repeat(np.float32([[0], [1], [2]]), 200, axis=0)
    shares = np.repeat(np.float32([[1, 0], [0.5, 0.5], [0, 1]]), 200, axis=0)
    target = np.repeat([1, 1, 2], 200)  # of two with as many votes, one
    found = Forest.fit(KnownRows(rows, target, 2, shares), quick(trees=50), lambda: None)
    np.testing.assert_allclose(found.probabilities(rows[::200]), shares[::200], atol=0.03)


def test_comes_back_from_arrays() -> None:
    forest = grown()
    again = Forest.from_arrays(dict(forest.arrays()))
    assert np.array_equal(again.probabilities(ROWS), forest.probabilities(ROWS))


def test_sees_rows_as_they_are() -> None:
    assert grown(2).seen(ROWS) is ROWS


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("left", 10**6, "outside"), ("right", 0, "lead back"), ("feature", 99, "columns there aren't")],
)
def test_arrays_that_lead_nowhere_are_refused(name: str, value: int, message: str) -> None:
    arrays = {key: array.copy() for key, array in grown(2).arrays().items()}
    arrays[name][0] = value
    if name == "right":
        arrays[name][1] = value
    with pytest.raises(ValueError, match=message):
        Forest.from_arrays(arrays)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match="knows 4 columns"):
        grown(2).probabilities(ROWS[:, :3])
    assert grown(2).probabilities(ROWS[:0]).shape == (0, 4)


def test_stop_is_heard_between_trees() -> None:
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        Forest.fit(KnownRows(ROWS, TARGET, 4), quick(trees=1000), check)

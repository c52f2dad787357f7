"""Votes as learning reads them."""

from pathlib import Path

import numpy as np

from napari_fathom.labels import LARGEST_VOTE, Classes, VoteStore
from napari_fathom.study.collection_arrays import labelled_classes, soft_targets, targets_of

CLASSES = Classes((), LARGEST_VOTE).with_all_added(["copepod", "detritus", "never", "egg"])
COPEPOD, DETRITUS, NEVER, EGG = CLASSES.values
ALL = np.arange(5)


def voted(path: Path, said: dict[str, dict[int, int]]) -> VoteStore:
    votes = VoteStore.create(path / "votes", [f"o{row}" for row in ALL], CLASSES)
    for annotator, each in said.items():
        votes.cast(list(each), list(each.values()), annotator=annotator)
    return votes


def test_classes_are_counted_from_one_in_their_order() -> None:
    hard = np.uint16([EGG, 0, COPEPOD, EGG, 0])
    classes = labelled_classes(CLASSES, hard)
    assert classes.names == ("copepod", "egg")
    assert targets_of(hard, classes).tolist() == [2, 0, 1, 2, 0]


def test_shares_are_those_of_the_classes_that_are_learned(tmp_path: Path) -> None:
    said = {
        "ada": {0: COPEPOD, 1: EGG, 2: COPEPOD},
        "bob": {0: EGG, 1: EGG, 2: NEVER},
        "eve": {0: EGG, 2: COPEPOD},
    }
    with voted(tmp_path, said) as votes:
        classes = labelled_classes(votes.classes, votes.hard())
        assert classes.names == ("copepod", "egg")  # never is what most say of nothing
        shares = soft_targets(votes, classes, ALL)
        assert shares is not None
        np.testing.assert_allclose(shares, [[1 / 3, 2 / 3], [0, 1], [1, 0], [0, 0], [0, 0]], rtol=1e-6)
        part = soft_targets(votes, classes, ALL[:1])
        assert part is not None
        np.testing.assert_array_equal(part, shares[:1])


def test_where_all_agree_there_are_none(tmp_path: Path) -> None:
    with voted(tmp_path, {"ada": {0: COPEPOD, 1: EGG}, "bob": {0: COPEPOD, 3: EGG}}) as votes:
        assert soft_targets(votes, labelled_classes(votes.classes, votes.hard()), ALL) is None

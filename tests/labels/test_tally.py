"""What voices add up to, against the plainest loops that say the same."""

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.labels.tally import agreement, entropy_bits, latest_of_each, soft_labels, tally, winners

OBJECTS = 5
some_votes = st.lists(st.tuples(st.integers(0, OBJECTS - 1), st.integers(1, 4)), max_size=40)


def columns(votes: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(votes, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1].astype(np.uint16)


@given(some_votes)
def test_most_votes_win_and_of_several_with_as_many_the_latest(votes: list[tuple[int, int]]) -> None:
    counted = tally(*columns(votes), OBJECTS)
    won = winners(counted)
    for row in range(OBJECTS):
        said = [value for place, value in votes if place == row]
        if not said:
            assert won[row] == -1
            continue
        most = max(Counter(said).values())
        expected = next(value for value in reversed(said) if said.count(value) == most)
        assert counted.values[won[row]] == expected
        assert votes[counted.latest[won[row]]] == (row, expected)


@given(some_votes)
def test_soft_labels_are_shares_of_the_voices(votes: list[tuple[int, int]]) -> None:
    soft = soft_labels(tally(*columns(votes), OBJECTS), (4, 1, 2, 3))
    for row in range(OBJECTS):
        said = [value for place, value in votes if place == row]
        expected = [said.count(value) / len(said) if said else 0 for value in (4, 1, 2, 3)]
        np.testing.assert_allclose(soft[row], expected, rtol=1e-6)


@given(some_votes)
def test_agreement_is_the_share_of_pairs_of_annotators_that_say_the_same(
    votes: list[tuple[int, int]],
) -> None:
    found = agreement(tally(*columns(votes), OBJECTS))
    for row in range(OBJECTS):
        pairs = list(combinations([value for place, value in votes if place == row], 2))
        if pairs:
            assert found[row] == pytest.approx(sum(a == b for a, b in pairs) / len(pairs))
        else:
            assert np.isnan(found[row])


@given(some_votes)
def test_entropy_is_told_in_bits(votes: list[tuple[int, int]]) -> None:
    found = entropy_bits(tally(*columns(votes), OBJECTS))
    for row in range(OBJECTS):
        said = [value for place, value in votes if place == row]
        shares = [count / len(said) for count in Counter(said).values()]
        if said:
            assert found[row] == pytest.approx(sum(-p * math.log2(p) for p in shares), abs=1e-6)
        else:
            assert np.isnan(found[row])


def test_two_who_disagree_make_one_bit_and_one_voice_alone_makes_none() -> None:
    counted = tally(np.array([0, 0, 1]), np.array([1, 2, 3], np.uint16), 2)
    np.testing.assert_allclose(entropy_bits(counted), [1, 0])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30))
def test_only_the_last_vote_of_each_annotator_on_each_object_is_kept(votes: list[tuple[int, int]]) -> None:
    rows, annotators = columns(votes)
    expected = sorted({vote: place for place, vote in enumerate(votes)}.values())
    assert latest_of_each(rows, annotators).tolist() == expected

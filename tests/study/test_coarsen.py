"""Coarser views of an answer, against a loop over their blocks."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_fathom.study.coarsen import majority, mean, nearest

shapes = st.tuples(st.integers(1, 7), st.integers(1, 7))
factors = st.sampled_from([(1, 2), (2, 2)])


def blocks(values: np.ndarray, factors: tuple[int, int]):
    down, along = factors
    for row in range(-(-values.shape[0] // down)):
        for column in range(-(-values.shape[1] // along)):
            yield (
                row,
                column,
                values[down * row : down * (row + 1), along * column : along * (column + 1)].ravel(),
            )


@given(hnp.arrays(np.uint8, shapes, elements=st.integers(0, 3)), factors)
def test_the_commonest_class_wins_and_the_larger_value_a_tie(
    values: np.ndarray, factors: tuple[int, int]
) -> None:
    coarse = majority(values, factors)
    for row, column, block in blocks(values, factors):
        counts = Counter(int(value) for value in block if value)
        expected = max(counts, key=lambda value: (counts[value], value), default=0)
        assert coarse[row, column] == expected


def test_a_class_that_fills_a_large_block_wins() -> None:
    assert majority(np.full((16, 32), 2, np.uint8), (16, 16)).tolist() == [[2, 2]]


@given(hnp.arrays(np.uint16, shapes), factors)
def test_the_first_cluster_stands_for_its_block(values: np.ndarray, factors: tuple[int, int]) -> None:
    coarse = nearest(values, factors)
    for row, column, block in blocks(values, factors):
        assert coarse[row, column] == block[0]


@given(hnp.arrays(np.float16, shapes, elements=st.sampled_from([0.0, 0.25, 0.5, 1.0, float("nan")])), factors)
def test_ambiguity_is_the_mean_of_what_is_known(values: np.ndarray, factors: tuple[int, int]) -> None:
    coarse = mean(values, factors)
    for row, column, block in blocks(values, factors):
        known = block[np.isfinite(block)].astype(float)
        assert coarse[row, column] == pytest.approx(
            known.mean() if len(known) else np.nan, abs=1e-3, nan_ok=True
        )

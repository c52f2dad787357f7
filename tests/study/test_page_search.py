"""The limit is where going through page by page would find it, and soon."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.study.page_search import PagedRows, PageSearch


def searched(right: list[bool]) -> tuple[PageSearch, list[int]]:
    search, seen = PageSearch(len(right)), []
    while not search.found:
        seen.append(search.page)
        search = search.matches() if right[search.page] else search.is_wrong()
    return search, seen


@given(good=st.integers(0, 300), bad=st.integers(0, 300))
def test_it_ends_where_a_linear_scan_does(good: int, bad: int) -> None:
    right = [True] * good + [False] * bad
    search, seen = searched(right)
    assert search.matching == next((page for page, fits in enumerate(right) if not fits), len(right))
    assert len(seen) == len(set(seen))  # nobody is asked twice
    assert len(seen) <= 2 * math.log2(len(right) + 1) + 2


@given(st.lists(st.booleans(), max_size=80))
def test_whatever_the_order_the_last_page_was_said_to_match_and_the_next_not(right: list[bool]) -> None:
    search, seen = searched(right)
    assert 0 <= search.matching <= len(right)
    if search.matching:
        assert right[search.matching - 1] and search.matching - 1 in seen
    if search.matching < len(right):
        assert not right[search.matching] and search.matching in seen


def test_leaps_double_while_pages_match() -> None:
    search, pages = PageSearch(100), []
    for _ in range(5):
        pages.append(search.page)
        search = search.matches()
    assert pages == [0, 2, 6, 14, 30]


def test_answers_after_the_end_change_nothing() -> None:
    search = PageSearch(1).matches()
    assert search.found and search.page == 0
    assert search.is_wrong() is search and search.matches() is search
    assert PageSearch(0).found


@given(good=st.integers(0, 90), bad=st.integers(0, 90), size=st.integers(1, 20))
def test_of_rows_in_pages_those_before_the_first_wrong_page_are_right(good: int, bad: int, size: int) -> None:
    rows = np.random.default_rng(good).permutation(max(good + bad, 1)).astype(np.int64)
    wrong = set(rows[good:].tolist())
    paged = PagedRows.begin(rows, size)
    while not paged.search.found:
        assert 0 < len(paged.shown) <= size
        paged = paged.answered(not wrong & set(paged.shown.tolist()))
    assert paged.right.tolist() == rows[: good // size * size if good < len(rows) else good].tolist()


def test_an_answer_can_be_taken_back() -> None:
    first = PagedRows.begin(np.arange(100), 10)
    second = first.answered(True)
    assert second.answered(False).former is second and second.former is first and first.former is None

"""The next window to look at is the least certain one that was not looked at yet."""

import numpy as np

from napari_fathom.viewer.ambiguous import most_ambiguous_window


def contains(box: tuple[int, int, int, int] | None, row: int, ping: int) -> bool:
    return box is not None and box[0] <= row < box[1] and box[2] <= ping < box[3]


def test_it_holds_the_ambiguous_spot() -> None:
    ambiguity = np.zeros((20, 100))
    ambiguity[12:15, 70:74] = 1.0
    box = most_ambiguous_window(ambiguity, (20, 100), (10, 20))
    assert contains(box, 13, 72)
    assert box is not None and (box[1] - box[0], box[3] - box[2]) == (10, 20)


def test_a_coarse_level_gives_a_box_of_the_survey() -> None:
    ambiguity = np.zeros((20, 100))
    ambiguity[12:15, 70:74] = 1.0
    box = most_ambiguous_window(ambiguity, (160, 1600), (80, 320))
    assert contains(box, 13 * 8, 72 * 16)


def test_what_was_shown_is_not_shown_again_until_nothing_is_left() -> None:
    rng = np.random.default_rng(0)
    ambiguity = rng.random((16, 64))
    shown = []
    while (box := most_ambiguous_window(ambiguity, (16, 64), (16, 16), shown)) is not None:
        shown.append(box)
    lefts = sorted(box[2] for box in shown)
    assert len(shown) == len(set(shown)) >= 4
    assert lefts[0] == 0 or lefts[0] <= 8
    means = [ambiguity[:, left:right].mean() for _, _, left, right in shown]
    assert means[0] == max(means)


def test_where_nothing_is_predicted_there_is_nothing_to_look_at() -> None:
    ambiguity = np.full((8, 8), np.nan)
    assert most_ambiguous_window(ambiguity, (8, 8), (4, 4)) is None
    ambiguity[0, 0] = 0.1
    assert contains(most_ambiguous_window(ambiguity, (8, 8), (4, 4)), 0, 0)


def test_a_window_larger_than_the_survey_is_the_survey() -> None:
    assert most_ambiguous_window(np.ones((8, 8)), (8, 8), (100, 100)) == (0, 8, 0, 8)

"""A job's events in plain words."""

import pytest

from napari_fathom.events import Epoch, Note, Progress, Step, Tile
from napari_fathom.viewer.progress_words import JobState, after, duration_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59.4, "59 s"), (75, "1 min 15 s"), (1800, "30 min"), (7500, "2 h 5 min")],
)
def test_durations_are_said_as_one_says_them(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


def test_time_left_is_extrapolated_once_it_is_no_guess() -> None:
    state = after(JobState(), Tile(1, 10, (0, 1, 0, 1)), now_s=100.0)
    assert state.left_s is None
    state = after(state, Tile(5, 10, (0, 1, 0, 1)), now_s=110.0)
    assert state.fraction == 0.5
    assert state.left_s == pytest.approx(10.0)
    assert "tile 5 of 10, about 10 s left" in state.text


def test_a_new_stage_starts_its_own_clock() -> None:
    state = after(JobState(), Progress("Reading", 9, 10), now_s=50.0)
    state = after(state, Progress("Writing", 1, 10), now_s=60.0)
    state = after(state, Progress("Writing", 2, 10), now_s=64.0)
    assert state.left_s == pytest.approx(16.0)


def test_stages_are_said_in_words_and_large_numbers_are_grouped() -> None:
    assert after(JobState(), Progress("pings", 2048, 10000), now_s=0.0).text == (
        "Converting pings: 2,048 of 10,000"
    )
    assert after(JobState(), Progress("pyramid", 1, 3), now_s=0.0).text == "Building the views: 1 of 3"


def test_training_tells_the_best_kappa_not_the_last() -> None:
    state = after(JobState(), Epoch(1, 5, kappa=0.8, best=True), now_s=1.0)
    state = after(state, Epoch(2, 5, kappa=0.3), now_s=2.0)
    state = after(state, Step(30, 75), now_s=3.0)
    assert state.kappa == 0.8
    assert state.text.startswith("Training: epoch 3 of at most 5, kappa 0.80 on held-out strokes")


def test_what_judges_a_training_is_called_by_its_name() -> None:
    state = after(JobState(judged_by="images"), Epoch(1, 5, kappa=0.8, best=True), now_s=1.0)
    assert state.text.endswith("kappa 0.80 on held-out images")


def test_a_note_is_shown_as_it_is() -> None:
    assert after(JobState(), Note("smaller batches"), now_s=0.0).text == "smaller batches"


def test_nothing_to_count_means_no_fraction() -> None:
    assert after(JobState(), Progress("Searching", 3, 0), now_s=0.0).fraction is None

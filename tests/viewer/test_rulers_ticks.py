from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_fathom.viewer.rulers_ticks import (
    DEPTH_SPACING_PX,
    PingClock,
    Tick,
    Weight,
    clock_step_s,
    depth_ticks,
    nice_step,
    without_overlap,
)


def clock(*seconds: float, start: str = "2018-06-12T10:00:00") -> PingClock:
    return PingClock(
        np.datetime64(start, "ns") + (np.array(seconds) * 1e9).astype(np.int64).astype("timedelta64[ns]")
    )


@given(st.floats(1e-6, 1e9))
def test_a_nice_step_is_the_least_of_1_2_5_and_their_powers(least: float) -> None:
    nice = sorted(factor * 10.0**power for factor in (1, 2, 5) for power in range(-7, 11))
    assert nice_step(least) == pytest.approx(next(step for step in nice if step >= least * (1 - 1e-9)))


def test_a_step_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        nice_step(0.0)


@pytest.mark.parametrize(
    ("least_s", "step_s"),
    [(1e-9, 0.001), (0.3, 0.5), (1, 1), (7, 10), (16, 30), (61, 120), (1801, 3600), (4 * 3600, 6 * 3600),
     (50_000, 86_400), (90_000, 2 * 86_400), (40 * 86_400, 50 * 86_400)],
)  # fmt: skip
def test_time_is_counted_as_clocks_do(least_s: float, step_s: float) -> None:
    assert clock_step_s(least_s) == pytest.approx(step_s)


@given(st.floats(-50, 1000), st.floats(0.5, 5000), st.floats(100, 2000))
def test_every_depth_stands_where_it_lies_and_none_crowd(top: float, height: float, length: float) -> None:
    ticks = depth_ticks(top, top + height, length, (0.0, 800.0))
    places = np.array([tick.at_px for tick in ticks])
    told = np.array([float(tick.text) for tick in ticks])
    assert told == pytest.approx(top + places / length * height, abs=1e-6 * height + 1e-9)
    assert ((told >= -1e-6) & (told <= 800.0 + 1e-6)).all()
    assert (np.diff(places) >= DEPTH_SPACING_PX * (1 - 1e-6)).all()


def test_depths_have_the_decimals_of_their_step_and_zero_no_sign() -> None:
    assert [tick.text for tick in depth_ticks(-0.4, 1.1, 150, (-1, 9))] == ["0.0", "0.5", "1.0"]
    assert [tick.text for tick in depth_ticks(0, 400, 200, (8.2, 310))] == ["100", "200", "300"]


def test_an_axis_without_length_has_no_ticks() -> None:
    assert depth_ticks(0, 10, 0, (0, 10)) == ()
    assert clock(0, 1, 2).ticks(0, 2, 0) == ()


def test_a_minute_stands_at_the_first_ping_at_or_after_it() -> None:
    pings = clock(*np.arange(0, 300, 1.7))
    ticks = pings.ticks(-0.5, 176.5, 177 * 3)
    assert [tick.text for tick in ticks] == ["10:01", "10:02", "10:03", "10:04"]
    first = np.ceil(60 * np.arange(1, 5) / 1.7)
    assert [tick.at_px for tick in ticks] == pytest.approx(3 * first)  # where that ping's cell begins


@given(st.lists(st.floats(0.5, 90.0), min_size=2, max_size=80), st.integers(4, 12))
def test_uneven_pings_get_a_tick_wherever_the_clock_passes_a_step(steps: list[float], px: int) -> None:
    seconds = np.floor(np.cumsum(steps))
    ticks = clock(*seconds).ticks(-0.5, len(steps) - 0.5, len(steps) * px)
    at = [round(tick.at_px / px) for tick in ticks]
    assert len(set(at)) == len(at)
    typical = float(np.median(np.diff(seconds)))
    if typical > 0:
        counted = seconds // clock_step_s(typical * 96 / px)
        assert at == [index for index in range(1, len(seconds)) if counted[index] > counted[index - 1]]


def test_the_first_ping_after_a_pause_tells_its_own_time() -> None:
    ticks = clock(*range(300), *range(8000, 8300)).ticks(0, 600, 1200)
    assert Tick(599.0, "12:13", Weight.GAP) in ticks


def test_a_new_day_is_named_and_its_hour_too_where_it_began_in_a_pause() -> None:
    night = clock(*range(0, 1200, 2), start="2018-06-30T23:50:00")
    assert [tick.text for tick in night.ticks(0, 600, 900)] == ["23:55", "1 Jul", "00:05"]
    paused = clock(*range(300), *range(8000, 8300), start="2018-06-30T23:50:00")
    assert "1 Jul 02:03" in [tick.text for tick in paused.ticks(0, 600, 1200)]


def test_weeks_are_told_by_day_and_fractions_of_a_second_by_their_own() -> None:
    weeks = clock(*np.arange(0, 21 * 86_400, 3600))
    assert [tick.text for tick in weeks.ticks(0, 504, 700)][:3] == ["13 Jun", "18 Jun", "23 Jun"]
    quick = clock(*np.arange(0, 2, 0.02))
    assert [tick.text for tick in quick.ticks(0, 100, 1000)] == [
        f"10:00:0{t:.1f}" for t in np.arange(0.2, 2, 0.2)
    ]


def test_a_ping_wider_than_its_time_is_told_once() -> None:
    assert [tick.text for tick in clock(0, 10, 20, 30).ticks(-0.5, 3.5, 4000)] == [
        "10:00:10",
        "10:00:20",
        "10:00:30",
    ]


def test_beside_the_survey_there_is_no_time() -> None:
    pings = clock(*range(100))
    assert pings.ticks(-50, -10, 400) == () == pings.ticks(120, 200, 400)
    assert pings.day_at(-1000) == "2018-06-12" == pings.day_at(1e9)


def test_where_time_runs_backwards_the_latest_so_far_counts() -> None:
    ticks = clock(*range(90), *range(30, 200)).ticks(0, 260, 780)
    assert [tick.text for tick in ticks] == ["10:01", "10:02", "10:03"]


spans = st.tuples(st.floats(0, 500), st.floats(1, 80)).map(lambda pair: (pair[0], sum(pair)))


@given(st.lists(st.tuples(spans, st.sampled_from(Weight)), max_size=20))
def test_labels_never_overlap_and_only_others_as_heavy_push_one_out(
    labels: list[tuple[tuple[float, float], Weight]],
) -> None:
    places, weights = [span for span, _ in labels], [weight for _, weight in labels]
    kept = without_overlap(places, weights, 6.0)
    shown = sorted(places[index] for index in kept)
    assert all(end + 6.0 <= begin for (_, end), (begin, _) in pairwise(shown))
    for index in set(range(len(labels))) - set(kept):
        begin, end = places[index]
        rivals = [other for other in kept if places[other][0] < end + 6.0 and begin < places[other][1] + 6.0]
        assert any(weights[other] >= weights[index] for other in rivals)

import numpy as np
import pytest

from napari_fathom.echogram.plan import plan_survey
from napari_fathom.echogram.readers.base import Channel, Part, Source
from napari_fathom.errors import FormatError


def never_read():
    raise AssertionError("a plan reads no Sv")


def part(name, times_s, channels=((38e3, 0.2, 100.0),)):
    times = (np.array(times_s, dtype=np.float64) * 1e9).astype("datetime64[ns]")
    found = tuple(Channel(frequency, times, step, 0.0, last) for frequency, step, last in channels)
    return Part(name, found, never_read)


def seconds(plan):
    return (plan.ping_time.astype(np.int64) / 1e9).tolist()


def test_parts_are_joined_in_the_order_of_time_whatever_order_they_come_in():
    plan = plan_survey(Source("s", (part("late", [10, 11]), part("early", [0, 1])), ()))
    assert seconds(plan) == [0, 1, 10, 11]
    assert [planned.part.name for planned in plan.parts] == ["early", "late"]
    assert plan.notes == ()


def test_pings_that_another_file_covers_are_left_out_and_it_is_said():
    plan = plan_survey(Source("s", (part("a", [0, 1, 2]), part("b", [2, 3]), part("again", [0, 1, 2])), ()))
    assert seconds(plan) == [0, 1, 2, 3]
    assert plan.notes == ("again, b: 4 pings are from a time that another file covers; they are left out.",)


def test_pings_stay_when_time_runs_backwards_in_a_file_and_it_is_said():
    plan = plan_survey(Source("s", (part("a", [5, 6, 7, 2, 3, 3]),), ()))
    assert seconds(plan) == [5, 6, 7, 8, 9, 10]
    assert "a: time stands still or runs backwards 2 times" in plan.notes[0]


@pytest.mark.parametrize(
    ("channels", "main"),
    [
        (((18e3, 0.2, 100.0), (38e3, 0.2, 100.0), (120e3, 0.2, 100.0)), 38e3),
        (((18e3, 0.2, 100.0), (120e3, 0.2, 100.0)), 18e3),
        (((38e3, 0.2, 100.0), (200e3, 0.05, 100.0)), 200e3),
    ],
)
def test_the_finest_frequency_is_the_grid_and_38_khz_among_equals(channels, main):
    plan = plan_survey(Source("s", (part("a", [0, 1], channels),), ()))
    assert plan.main_frequency_hz == main


def test_what_lies_below_the_main_frequency_is_left_out_and_it_is_said():
    plan = plan_survey(Source("s", (part("a", [0, 1], ((38e3, 0.2, 500.0), (333e3, 0.01, 45.0))),), ()))
    assert plan.range_m[-1] == pytest.approx(45)
    assert "38 kHz reach deeper (to 500.0 m)" in plan.notes[0]


def test_a_main_frequency_that_is_not_there_names_those_that_are():
    with pytest.raises(FormatError, match=r"no 200 kHz channel \(found 38 kHz\)"):
        plan_survey(Source("s", (part("a", [0]),), ()), 200e3)


def test_a_file_without_the_main_frequency_keeps_its_pings():
    low, high = (38e3, 0.1, 100.0), (120e3, 0.2, 100.0)
    plan = plan_survey(Source("s", (part("a", [0, 1], (low, high)), part("b", [2, 3], (high,))), ()))
    assert seconds(plan) == [0, 1, 2, 3]
    assert plan.parts[1].axis_frequency_hz == 120e3
    assert plan.notes == ("b: no 38 kHz; missing there (its pings follow its finest channel).",)


def test_a_grid_that_no_sounder_has_is_refused():
    with pytest.raises(FormatError, match=r"cells of 0.0001 m down to 750 m"):
        plan_survey(Source("s", (part("a", [0], ((38e3, 1e-4, 750.0),)),), ()))


def test_one_ping_is_a_survey_and_none_is_not():
    assert seconds(plan_survey(Source("s", (part("a", [7]),), ()))) == [7]
    with pytest.raises(FormatError, match="no ping in any file"):
        plan_survey(Source("s", (part("a", []),), ()))

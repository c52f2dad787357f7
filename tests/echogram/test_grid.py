import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_fathom.echogram.grid import FLOOR_DB, grid_block, resample, to_db
from napari_fathom.echogram.readers.base import Block, ChannelBlock


def cells(first, step, count):
    return first + step * np.arange(count)


def brute_force(sv, range_m, target_m):
    """Mean over each target cell by walking both lists of edges."""
    source_step, target_step = np.diff(range_m).mean(), np.diff(target_m).mean()
    result = np.full(len(target_m), np.nan)
    for row, middle in enumerate(target_m):
        total = cover = 0.0
        for value, source in zip(sv, range_m, strict=True):
            low = max(middle - target_step / 2, source - source_step / 2)
            high = min(middle + target_step / 2, source + source_step / 2)
            if high > low and np.isfinite(value):
                total += value * (high - low)
                cover += high - low
        if cover / target_step >= 0.5 - 1e-9:
            result[row] = total / cover
    return result


@settings(deadline=None, max_examples=40)
@given(
    step=st.floats(0.02, 3),
    target_step=st.floats(0.02, 3),
    first=st.floats(0, 2),
    seed=st.integers(0, 99),
)
def test_each_cell_is_the_mean_of_what_it_covers(step, target_step, first, seed):
    rng = np.random.default_rng(seed)
    sv = 10 ** rng.uniform(-9, -2, 23)
    sv[rng.random(23) < 0.2] = np.nan
    source, target = cells(first, step, 23), cells(0.5, target_step, 31)
    expected = brute_force(sv, source, target)
    found = resample(sv[np.newaxis], source, target)[0]
    both = np.isfinite(expected) & np.isfinite(found)
    # at exactly half cover, rounding decides whether a cell is known
    assert np.sum(np.isfinite(expected) != np.isfinite(found)) <= 1
    # cells that agree to 1 % of a step are taken as they are
    tolerance = 1e-9 if not np.isclose(step, target_step, rtol=0.01) else np.nanmax(sv) * 0.02
    np.testing.assert_allclose(found[both], expected[both], rtol=1e-9, atol=tolerance)


@pytest.mark.parametrize("target_step", [0.05, 0.31, 2.0])
def test_the_integral_over_the_water_is_conserved_both_ways(target_step):
    sv = 10 ** np.random.default_rng(1).uniform(-9, -2, (4, 400))
    source = cells(0.1, 0.2, 400)
    target = cells(target_step / 2, target_step, round(80 / target_step))
    whole = round(80 / target_step) * target_step <= 80
    ratio = (resample(sv, source, target).sum(axis=1) * target_step) / (sv.sum(axis=1) * 0.2)
    np.testing.assert_allclose(ratio, 1, rtol=1e-9 if whole and target_step != 0.31 else 1e-2)


def test_the_same_cells_stay_bit_for_bit_wherever_they_start():
    sv = 10 ** np.random.default_rng(2).uniform(-9, -2, (3, 50))
    found = resample(sv, cells(1.0, 0.2, 50), cells(0.0, 0.2, 100))
    np.testing.assert_array_equal(found[:, 5:55], sv)
    assert np.isnan(found[:, :5]).all()
    assert np.isnan(found[:, 55:]).all()


def test_means_are_taken_of_sv_not_of_decibels():
    two_cells = 10 ** (np.array([[-40.0, -80.0]]) / 10)
    found = to_db(resample(two_cells, np.array([0.5, 1.5]), np.array([1.0, 3.0])))
    assert found[0, 0] == pytest.approx(-43.01, abs=0.01)


def test_no_echo_at_all_is_very_quiet_but_known():
    assert to_db(np.array([0.0])) == FLOOR_DB
    assert np.isnan(to_db(np.array([np.nan])))


def block(ping_s, channels):
    return Block.without_track((np.array(ping_s) * 1e9).astype("datetime64[ns]"), tuple(channels))


def channel(frequency, pings, value, range_m=(0.5, 1.5, 2.5)):
    sv = np.full((len(pings), len(range_m)), 1.0) * np.array(value)[:, np.newaxis]
    return ChannelBlock(frequency, np.array(pings), np.array(range_m), sv)


def test_a_channel_that_pings_in_turn_is_matched_to_the_nearest_ping_or_missing():
    in_turn = block(
        [0.0, 0.3, 1.0, 1.3, 2.0],
        [channel(38e3, [0, 2, 4], [1e-4, 1e-5, 1e-6]), channel(70e3, [1, 3], [1e-7, 1e-8])],
    )
    columns = grid_block(
        in_turn, np.array([38e3, 70e3]), cells(0.5, 1, 3), np.array([0, 2, 4]), np.timedelta64(500, "ms")
    )
    np.testing.assert_allclose(columns.sv_db[:, 0], [[-40, -50, -60], [-70, -80, np.nan]], rtol=1e-6)


def test_one_channel_may_change_its_cells_on_the_way():
    changed = block(
        [0, 1],
        [channel(38e3, [0], [1e-4]), channel(38e3, [1], [1e-5], range_m=np.arange(0.25, 3, 0.5))],
    )
    columns = grid_block(
        changed, np.array([38e3]), cells(0.5, 1, 3), np.array([0, 1]), np.timedelta64(500, "ms")
    )
    np.testing.assert_allclose(columns.sv_db[0], [[-40, -50]] * 3, rtol=1e-6)

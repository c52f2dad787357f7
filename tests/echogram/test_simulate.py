"""The simulated survey: its physics against formulas, its truth against what it shows."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from napari_fathom.echogram.simulate import (
    BLOCK,
    Simulation,
    SimulationSettings,
    simulate,
    simulate_blocks,
    write_simulation,
)
from napari_fathom.echogram.simulate_physics import absorption_db_per_m, noise_db, speckle


@pytest.fixture(scope="module")
def survey() -> Simulation:
    return simulate(SimulationSettings(pings=2 * BLOCK + 100, seed=3))


def mean_db(sv_db: np.ndarray) -> float:
    return float(10 * np.log10(np.nanmean(10 ** (sv_db / 10))))


def test_absorption_agrees_with_published_values() -> None:
    # Ainslie & McColm's formula is within 10 % of Francois & Garrison 1982, whose table for 10 °C, 35 psu,
    # pH 8 near the surface gives these dB/km.
    found = absorption_db_per_m(np.array([38e3, 120e3, 200e3]), temperature_c=10, depth_m=10) * 1e3
    np.testing.assert_allclose(found, [9.7, 38, 54], rtol=0.1)


def test_noise_rises_with_range_as_spreading_and_absorption() -> None:
    noise = noise_db(
        np.array([10.0, 100.0]), np.array([38e3, 200e3]), np.array([-120.0, -115.0]), np.array([0.01, 0.05])
    )
    np.testing.assert_allclose(noise[:, 1] - noise[:, 0], 20 + 2 * np.array([0.01, 0.05]) * 90)


def test_speckle_is_exponential_and_correlated_over_the_pulse() -> None:
    drawn = speckle(np.random.default_rng(0), (2, 300, 2000), 4)
    assert drawn.mean() == pytest.approx(1, abs=0.02)
    assert drawn.var() == pytest.approx(1, abs=0.05)
    assert np.median(drawn) == pytest.approx(np.log(2), abs=0.02)

    def correlation(lag: int, axis: int) -> float:
        one, other = (np.take(drawn, np.arange(a, drawn.shape[axis] - lag + a), axis) for a in (0, lag))
        return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])

    for lag in (1, 2, 3):
        assert correlation(lag, 1) == pytest.approx((1 - lag / 4) ** 2, abs=0.03)
    assert correlation(4, 1) == pytest.approx(0, abs=0.03)
    assert correlation(1, 2) == pytest.approx(0, abs=0.03)


def test_equal_settings_give_equal_surveys_and_another_seed_another() -> None:
    settings = SimulationSettings(pings=200, samples=64, seed=5)
    one, other = simulate(settings), simulate(settings)
    np.testing.assert_array_equal(one.sv_db, other.sv_db)
    np.testing.assert_array_equal(one.truth, other.truth)
    assert not np.array_equal(one.sv_db, simulate(settings.model_copy(update={"seed": 6})).sv_db)


def test_blocks_join_without_a_seam(survey: Simulation) -> None:
    blocks = list(simulate_blocks(SimulationSettings(pings=2 * BLOCK + 100, seed=3)))
    assert [b.first_ping for b in blocks] == [0, BLOCK, 2 * BLOCK]
    np.testing.assert_array_equal(np.concatenate([b.sv_db for b in blocks], axis=-1), survey.sv_db)
    assert (np.diff(survey.ping_time) == np.timedelta64(1, "s")).all()
    jump = np.abs(np.diff(survey.seabed_range_m))
    assert jump[BLOCK - 1] <= jump.max()
    assert jump.max() < 1


def test_about_the_wanted_share_is_fish_and_both_kinds_are_there(survey: Simulation) -> None:
    shares = np.bincount(survey.truth.ravel(), minlength=4) / survey.truth.size
    assert shares[0] == 0
    assert shares[2] + shares[3] == pytest.approx(0.01, rel=0.35)
    assert min(shares[2], shares[3]) > 0.002


def test_sandeel_is_stronger_at_200_than_at_38_and_fish_with_a_swim_bladder_weaker(
    survey: Simulation,
) -> None:
    difference = [
        mean_db(survey.sv_db[3][survey.truth == kind]) - mean_db(survey.sv_db[1][survey.truth == kind])
        for kind in (2, 3)
    ]
    assert 3 < difference[0] < 8
    assert -7 < difference[1] < -1


def test_the_seabed_is_where_it_says(survey: Simulation) -> None:
    depth = survey.seabed_range_m
    range_m = survey.range_m[:, None]
    just_below = (range_m > depth + 0.8) & (range_m < depth + 2)
    above = (range_m < depth - 1.5) & (range_m > depth - 3)
    assert mean_db(survey.sv_db[1][just_below]) > mean_db(survey.sv_db[1][above]) + 15
    assert (survey.truth[just_below] == 1).all()


def test_noise_hides_deep_water_at_200_but_not_at_38() -> None:
    quiet = simulate(SimulationSettings(pings=400, samples=800, seed=1, fish_share=0.0, spike_share=0.0))
    window = (quiet.range_m > 115) & (quiet.range_m < 140)
    assert mean_db(quiet.sv_db[3][window]) > mean_db(quiet.sv_db[1][window]) + 5
    assert (quiet.truth == 1).all()


def test_lost_pings_are_missing_at_every_frequency(survey: Simulation) -> None:
    lost = np.isnan(survey.sv_db)
    assert 0 < lost.any(axis=(0, 1)).mean() < 0.02
    assert (lost.all(axis=(0, 1)) == lost.any(axis=(0, 1))).all()


def test_memory_is_a_block_not_the_survey() -> None:
    settings = SimulationSettings(pings=8 * BLOCK, samples=64, seed=0)
    tracemalloc.start()
    cells = sum(block.truth.size for block in simulate_blocks(settings))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert cells == settings.pings * settings.samples
    assert (
        peak < 60 * 8 * BLOCK * 64
    )  # several copies of one block; the survey alone is 8.9 MB of Sv and truth


def test_what_is_written_needs_no_question(tmp_path: Path) -> None:
    settings = SimulationSettings(pings=50, samples=64, seed=2)
    file = write_simulation(tmp_path, settings)
    survey = simulate(settings)
    with (
        np.load(file, allow_pickle=False) as stored,
        np.load(tmp_path / "truth.npz", allow_pickle=False) as truth,
    ):
        np.testing.assert_array_equal(stored["sv_db"], survey.sv_db)
        np.testing.assert_allclose(stored["frequency_hz"], [18e3, 38e3, 120e3, 200e3])
        np.testing.assert_allclose(stored["range_m"], survey.range_m)
        assert stored["ping_time_s"].shape == (50,)
        np.testing.assert_array_equal(truth["labels"], survey.truth)
        assert dict(zip(truth["class_values"], truth["class_names"], strict=True)) == {
            1: "background",
            2: "sandeel",
            3: "other fish",
        }
    assert SimulationSettings.model_validate_json((tmp_path / "settings.json").read_text()) == settings


def test_other_channels_than_the_papers_can_be_asked_for() -> None:
    two = simulate(SimulationSettings(pings=40, samples=64, frequency_hz=(70_000.0, 333_000.0)))
    assert two.sv_db.shape == (2, 64, 40)


@pytest.mark.parametrize(
    "wrong", [{"frequency_hz": (200e3, 38e3)}, {"fish_share": 0.5}, {"pings": 0}, {"speed": 1}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SimulationSettings(**wrong)

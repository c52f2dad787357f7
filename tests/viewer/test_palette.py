import numpy as np
import pytest

from napari_fathom.viewer.palette import DEFAULT_LIMITS_DB, PALETTE, echosounder_colormap, to_rgba


def test_each_colour_stands_for_three_decibels_by_default() -> None:
    low, high = DEFAULT_LIMITS_DB
    assert (high - low) / len(PALETTE) == 3.0


def test_missing_and_too_faint_echoes_are_transparent() -> None:
    colours = echosounder_colormap().map(np.array([np.nan, -0.01]))
    assert (colours[:, 3] == 0).all()


def test_colours_step_instead_of_blending() -> None:
    middles = (np.arange(len(PALETTE)) + 0.5) / len(PALETTE)
    mapped = np.round(echosounder_colormap().map(middles) * 255).astype(int)
    assert [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue, _ in mapped] == list(PALETTE)


def test_the_composite_shows_three_frequencies_as_red_green_and_blue() -> None:
    sv_db = np.array([-40.0, -80.0, -60.0], np.float32).reshape(3, 1, 1)
    assert to_rgba(sv_db, (-80.0, -40.0))[0, 0] == pytest.approx([255, 0, 127, 255], abs=1)


def test_the_composite_is_transparent_where_nothing_was_measured() -> None:
    assert to_rgba(np.full((3, 1, 1), np.nan, np.float32), (-80.0, -40.0))[0, 0, 3] == 0


def test_one_missing_frequency_leaves_the_others_their_colour() -> None:
    sv_db = np.array([-40.0, np.nan, -40.0], np.float32).reshape(3, 1, 1)
    assert to_rgba(sv_db, (-80.0, -40.0))[0, 0].tolist() == [255, 0, 255, 255]

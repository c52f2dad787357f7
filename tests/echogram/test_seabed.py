import shutil

import numpy as np
import pytest
from tests.echogram.surveys import finish, made_source

from napari_fathom.echogram import Echogram, convert_source, set_seabed
from napari_fathom.events import Note, Progress

FILES_OWN = 9  # the seabed of every ping of `made_source`, m


def converted(source, store):
    """The survey, and what the user is told about its seabed."""
    echogram, said = finish(convert_source(source, store))
    return echogram, [e.message for e in said if isinstance(e, Note) and "edited by hand" in e.message]


def stopped_at_the_last_renames(source, store):
    events = convert_source(source, store)
    next(event for event in events if isinstance(event, Note) and "edited by hand" in event.message)
    events.close()


@pytest.fixture
def store(tmp_path):
    return converted(made_source(100), tmp_path / "a.sv.zarr")[0].path


@pytest.fixture
def line():
    """As a hand leaves it: a slope, and a few pings where there is no seabed."""
    drawn = np.linspace(50, 60, 100)
    drawn[7:9] = np.nan
    return drawn


def test_an_edited_seabed_is_kept_and_is_no_other_survey(store, line):
    former = Echogram.open(store)
    set_seabed(store, line)
    reopened = Echogram.open(store)
    np.testing.assert_array_equal(reopened.seabed_range_m, line)
    assert reopened.fingerprint == former.fingerprint


def test_a_seabed_that_does_not_fit_is_refused(store):
    with pytest.raises(ValueError, match="100 pings"):
        set_seabed(store, np.zeros(5))
    with pytest.raises(ValueError, match="negative"):
        set_seabed(store, np.full(100, -1.0))
    np.testing.assert_array_equal(Echogram.open(store).seabed_range_m, FILES_OWN)


def test_to_convert_changed_files_keeps_the_edited_line_where_it_was(store, line):
    set_seabed(store, line)
    echogram, told = converted(made_source(250), store)
    np.testing.assert_array_equal(echogram.seabed_range_m[:100], line)
    np.testing.assert_array_equal(echogram.seabed_range_m[100:], FILES_OWN)
    kept = "The seabed that had been edited by hand is kept at 100 pings"
    assert told == [f"{kept}; the other 150 have the files' own."]


def test_the_line_survives_being_carried_twice(store, line):
    set_seabed(store, line)
    converted(made_source(250), store)
    echogram, told = converted(made_source(60), store)
    np.testing.assert_array_equal(echogram.seabed_range_m, line[:60])
    assert told == ["The seabed that had been edited by hand is kept at 60 pings."]


def test_a_line_that_nobody_edited_follows_the_files(store):
    echogram, told = converted(made_source(250), store)
    np.testing.assert_array_equal(echogram.seabed_range_m, FILES_OWN)
    assert told == []


@pytest.mark.parametrize("moved", [False, True])
def test_a_crash_at_the_last_renames_costs_no_edited_line(store, line, moved):
    """The new store lies finished beside the old one, or the old one is aside already."""
    set_seabed(store, line)
    stopped_at_the_last_renames(made_source(250), store)
    if moved:
        store.rename(store.with_name("a.sv.zarr.former"))
    echogram, _ = converted(made_source(250), store)
    np.testing.assert_array_equal(echogram.seabed_range_m[:100], line)
    again, _ = converted(made_source(100), store)  # and it is still known to be the user's
    np.testing.assert_array_equal(again.seabed_range_m, line)
    assert [path.name for path in store.parent.iterdir()] == ["a.sv.zarr"]


def test_a_damaged_survey_hands_on_its_edited_line_all_the_same(store, line):
    set_seabed(store, line)
    (store / "range_m" / "zarr.json").unlink()
    echogram, told = converted(made_source(100), store)
    np.testing.assert_array_equal(echogram.seabed_range_m, line)
    assert told == ["The seabed that had been edited by hand is kept at 100 pings."]


def test_an_edited_line_that_is_itself_damaged_is_told_of(store, line):
    set_seabed(store, line)
    (store / "seabed_range_m" / "zarr.json").unlink()
    echogram, told = converted(made_source(100), store)
    np.testing.assert_array_equal(echogram.seabed_range_m, FILES_OWN)
    assert len(told) == 1
    assert "is damaged and could not be kept" in told[0]


def test_an_edit_between_a_crash_and_the_next_try_counts(store, line):
    set_seabed(store, line)
    stopped_at_the_last_renames(made_source(250), store)
    set_seabed(store, line + 1)
    echogram, _ = converted(made_source(250), store)
    np.testing.assert_array_equal(echogram.seabed_range_m[:100], line + 1)


def test_a_crash_while_the_draft_is_removed_costs_no_seabed(tmp_path):
    store, work, draft = (tmp_path / name for name in ("a.sv.zarr", "a.sv.zarr.part", "draft"))
    events = convert_source(made_source(3000), store)
    next(event for event in events if isinstance(event, Progress) and event.stage == "pyramid")
    events.close()
    shutil.copytree(work / "seabed_draft_m", draft)
    shutil.copy(work / "progress.json", tmp_path)
    finish(convert_source(made_source(3000), store))
    store.rename(work)  # as it was when half of the draft was gone
    shutil.move(tmp_path / "progress.json", work)
    shutil.rmtree(draft / "c")
    shutil.move(draft, work / "seabed_draft_m")
    echogram, _ = converted(made_source(3000), store)
    np.testing.assert_array_equal(echogram.seabed_range_m, FILES_OWN)
    assert not (store / "seabed_draft_m").exists()


@pytest.mark.parametrize("impossible_m", [-3.0, np.inf])
def test_a_seabed_that_no_sounder_can_see_is_unknown(tmp_path, impossible_m):
    echogram, _ = converted(made_source(20, seabed_m=impossible_m), tmp_path / "a.sv.zarr")
    assert np.isnan(echogram.seabed_range_m).all()

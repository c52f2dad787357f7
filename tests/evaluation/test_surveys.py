"""A survey to learn from and another to be judged by, or a stretch apart of one's own."""

from pathlib import Path

import numpy as np
import pytest

from napari_fathom.echogram.simulate import SimulationSettings, write_simulation
from napari_fathom.errors import FathomError
from napari_fathom.evaluation.surveys import SimulatedSurvey, SurveyFile, stretch


def test_a_stretch_has_its_length_and_pings_apart_from_all_others() -> None:
    for seed in range(20):
        unseen, others = stretch(100, 0.3, 5, seed)
        assert len(unseen) == 30
        assert np.abs(unseen[:, None] - others).min() > 5
        assert len(others) >= 60


def test_the_judged_survey_is_another_one_and_the_same_for_the_same_seed() -> None:
    source = SimulatedSurvey(source="simulated", pings=64, unseen_pings=80, samples=64)
    one, again = source.read(0), source.read(0)
    assert one.unseen_truth.shape == (64, 80)
    assert not np.array_equal(one.sv_db, one.unseen_db[..., :64])
    np.testing.assert_array_equal(one.unseen_db, again.unseen_db)
    assert source.fingerprint(0) == source.fingerprint(0) != source.fingerprint(1)


def test_a_survey_of_ones_own_is_cut(tmp_path: Path) -> None:
    write_simulation(tmp_path, SimulationSettings(pings=100, samples=64, frequency_hz=(38e3, 200e3)))
    source = SurveyFile(
        source="file",
        survey=str(tmp_path / "survey.npz"),
        truth=str(tmp_path / "truth.npz"),
        unseen_share=0.2,
        gap_pings=10,
    )
    known = source.read(4)
    assert known.unseen_db.shape == (2, 64, 20)
    assert known.sv_db.shape[-1] == known.truth.shape[-1] <= 70
    assert known.names == ("background", "sandeel", "other fish")


def test_what_is_no_survey_is_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "survey.npz", other=np.zeros(3))
    both = str(tmp_path / "survey.npz")
    with pytest.raises(FathomError, match=r"survey.npz: no array 'sv_db'"):
        SurveyFile(source="file", survey=both, truth=both).read(0)
    with pytest.raises(FathomError, match="set this environment variable"):
        SurveyFile(source="file", survey="${FATHOM_NO_SUCH}/a.npz", truth=both).read(0)

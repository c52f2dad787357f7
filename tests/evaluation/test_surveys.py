"""A survey to learn from and another to be judged by, or a stretch apart of one's own."""

from pathlib import Path

import numpy as np
import pytest

from napari_fathom.echogram.conversion import convert
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
    assert known.sv_db.shape[-1] == known.truth.shape[-1] == 60 + 256
    missing = np.flatnonzero(np.isnan(known.sv_db).all(axis=(0, 1)))
    assert len(missing) == 256 and not known.truth[:, missing].any()
    assert missing[0] > 0 and (np.diff(missing) == 1).all() and missing[-1] < 315
    assert known.names == ("background", "sandeel", "other fish")

    for _ in convert([tmp_path / "survey.npz"], tmp_path / "store"):
        pass
    converted = source.model_copy(update={"survey": str(tmp_path / "store")})
    np.testing.assert_array_equal(converted.read(4).unseen_truth, known.unseen_truth)
    np.testing.assert_allclose(converted.read(4).sv_db, known.sv_db, atol=1e-3)
    assert converted.fingerprint(0) == converted.fingerprint(1) != source.fingerprint(0)


def test_classes_are_counted_from_one_whatever_their_values_in_the_file(tmp_path: Path) -> None:
    labels = np.tile(np.array([0, 4, 9, 9], np.uint8), (8, 25))
    np.savez(tmp_path / "sv.npz", sv_db=np.zeros((1, 8, 100), np.float32))
    np.savez(tmp_path / "truth.npz", labels=labels, class_values=[4, 9], class_names=["sea", "fish"])
    source = SurveyFile(source="file", survey=str(tmp_path / "sv.npz"), truth=str(tmp_path / "truth.npz"))
    with pytest.raises(FathomError, match="100 pings, of which the judged stretch and its gaps leave none"):
        source.model_copy(update={"gap_pings": 100}).read(0)
    known = source.model_copy(update={"gap_pings": 2}).read(0)
    assert set(np.unique(known.truth)) == {0, 1, 2}
    assert known.names == ("sea", "fish")


def test_what_is_no_survey_is_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "survey.npz", other=np.zeros(3))
    both = str(tmp_path / "survey.npz")
    with pytest.raises(FathomError, match=r"survey.npz: no array 'sv_db'"):
        SurveyFile(source="file", survey=both, truth=both).read(0)
    with pytest.raises(FathomError, match="set this environment variable"):
        SurveyFile(source="file", survey="${FATHOM_NO_SUCH}/a.npz", truth=both).read(0)

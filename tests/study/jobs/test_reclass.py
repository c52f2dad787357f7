"""Classes with and without correction for the survey's class shares."""

import numpy as np
import pytest
from tests.study.surveys import WHOLE, finish

from napari_fathom.errors import StudyError
from napari_fathom.events import Progress
from napari_fathom.study import Study
from napari_fathom.study.jobs import export_job, reclass_job


def test_the_estimate_and_its_evidence_are_kept_with_the_answer(answered: Study) -> None:
    shares = answered.prediction().record.shares  # type: ignore[union-attr]
    assert shares is not None
    assert sum(shares.target) == pytest.approx(1)
    assert len(shares.source_shares) == 3
    assert shares.reason


def test_correction_is_bayes_rule_on_every_cell(answered: Study) -> None:
    store, _ = finish(reclass_job(answered, "on"))
    assert store.record.corrected
    shares = store.record.shares
    raw = store.read_probabilities(WHOLE).astype(float)
    moved = raw * (np.array(shares.target) / np.array(shares.source_shares))[:, None, None]
    moved /= moved.sum(axis=0)
    np.testing.assert_allclose(store.read_answer(WHOLE), moved, atol=1e-5)
    best = np.sort(moved, axis=0)
    clear = best[-1] - best[-2] > 1e-4
    np.testing.assert_array_equal(store.read("class", WHOLE)[clear], (moved.argmax(axis=0) + 1)[clear])


def test_switching_it_on_and_off_comes_back_to_the_same_classes(answered: Study) -> None:
    finish(reclass_job(answered, "off"))
    before = answered.prediction().read("class", WHOLE)  # type: ignore[union-attr]
    on, _ = finish(reclass_job(answered, "on"))
    assert answered.document.shares == "on"
    assert on.read("class", WHOLE).all()
    off, _ = finish(reclass_job(answered, "off"))
    np.testing.assert_array_equal(off.read("class", WHOLE), before)
    assert len(list(off.generations())) <= 2


def test_closing_half_way_leaves_the_former_classes(answered: Study) -> None:
    finish(reclass_job(answered, "off"))
    before = answered.prediction().read("class", WHOLE)  # type: ignore[union-attr]
    job = reclass_job(answered, "on")
    while not isinstance(next(job), Progress):
        pass
    job.close()
    store = answered.prediction()
    assert store is not None
    assert not store.record.corrected
    np.testing.assert_array_equal(store.read("class", WHOLE), before)
    assert answered.document.shares == "off"


def test_exports_follow_what_is_in_force(answered: Study, tmp_path) -> None:
    finish(reclass_job(answered, "on"))
    path, _ = finish(export_job(answered, "npz", tmp_path / "answer.npz"))
    with np.load(path) as stored:
        store = answered.prediction()
        assert store is not None
        np.testing.assert_array_equal(stored["labels"], store.read("class", WHOLE))
        np.testing.assert_allclose(stored["probabilities"], store.read_answer(WHOLE), atol=1e-3)


def test_without_an_answer_one_is_told(study: Study) -> None:
    with pytest.raises(StudyError, match="Predict first"):
        finish(reclass_job(study))

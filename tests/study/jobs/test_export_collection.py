"""What keeps all chosen exports of a collection from being written, found before the first is."""

from pathlib import Path

import numpy as np
import pytest

from napari_fathom.errors import FathomError, StudyError
from napari_fathom.events import Done
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import CollectionStudy
from napari_fathom.study.answers import AnswerRecord, Answers
from napari_fathom.study.jobs import collect_job, look_job, require_collection_exportable


@pytest.fixture
def flat(tmp_path: Path) -> CollectionStudy:
    """Twelve drawn animals that nobody has labelled."""
    write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=12))
    *_, made = collect_job(tmp_path / "drawn" / "images", tmp_path / "drawn.fathom")
    assert isinstance(made, Done)
    study: CollectionStudy = made.result
    for _ in look_job(study):
        pass
    study.votes.cast(np.arange(12), 0, annotator="as filed")
    return study


def test_folders_of_classes_are_refused_where_nothing_has_a_class_or_one_is_there(
    flat: CollectionStudy, tmp_path: Path
) -> None:
    with flat as study:
        with pytest.raises(StudyError, match="no object has a class"):
            require_collection_exportable(study, {"ecotaxa": tmp_path / "a.zip", "folders": tmp_path / "b"})
        study.votes.cast([0], study.classes.values[0], annotator="ada")
        require_collection_exportable(study, {"folders": tmp_path / "b"})
        with pytest.raises(FathomError, match="something in that folder already"):
            require_collection_exportable(study, {"dcic": study.folder})


def test_class_scores_are_refused_where_no_object_is_of_a_bin(flat: CollectionStudy, tmp_path: Path) -> None:
    with flat as study, study.prediction_shelf.new() as (number, folder):
        Answers.save(
            folder,
            AnswerRecord(model=1, objects=12, classes=study.classes.to_json()),
            probabilities=np.full((12, len(study.classes)), 1 / len(study.classes), np.float16),
            cluster=np.ones(12, np.uint16),
            ambiguity=np.zeros(12, np.float32),
            features=np.zeros((12, 4), np.float16),
        )
    study.prediction_shelf.set_current(number)
    with pytest.raises(FathomError, match="no object is named as IFCB names them"):
        require_collection_exportable(study, {"ecotaxa": tmp_path / "a.zip", "ifcb": tmp_path / "scores"})

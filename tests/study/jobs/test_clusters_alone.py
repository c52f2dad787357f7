"""A collection in which nobody has labelled anything: clusters are the answer, and no class is invented."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from napari_fathom.errors import StudyError
from napari_fathom.events import Done
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import CollectionStudy
from napari_fathom.study.cluster_order import FirstClusters
from napari_fathom.study.cluster_review import ClusterReview
from napari_fathom.study.jobs import (
    collect_job,
    export_collection_job,
    look_job,
    predict_collection_job,
    train_job,
)
from napari_fathom.study.object_table import object_table

BLIND = ImageSettings(
    method="autoencoder", clusterer="birch", clusters=6, width=4, features=8, batch=8, steps=2, epochs=1
)


def result(events: Any) -> Any:
    *_, done = events
    assert isinstance(done, Done)
    return done.result


@pytest.fixture
def study(tmp_path: Path) -> Iterator[CollectionStudy]:
    drawn = write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=60, ambiguous_share=0.0))
    flat = tmp_path / "unnamed"
    flat.mkdir()
    for path in drawn.rglob("*.png"):
        shutil.copy(path, flat / f"{path.parent.name}_{path.name}")
    with result(collect_job(flat, tmp_path / "unnamed.fathom")) as made:
        for _ in look_job(made):
            pass
        yield made


def test_without_a_label_all_objects_have_a_cluster_and_none_a_class(
    study: CollectionStudy, tmp_path: Path
) -> None:
    assert not study.votes.hard().any()
    record = result(train_job(study, BLIND, device="cpu"))
    assert (record.classes, record.kappa) == ([], None)
    answers = result(predict_collection_job(study, device="cpu"))
    assert answers.probabilities.shape == (60, 0)
    assert set(np.asarray(answers.cluster).tolist()) == {1, 2, 3, 4, 5, 6}
    assert not answers.values().any()
    assert not answers.certain().any()
    table = object_table(study, answers)
    assert set(table["predicted"]) == {""}
    assert set(table["probability"]) == {0.0}
    first, *_ = ClusterReview(study).clusters(FirstClusters.LARGEST)
    assert first.open == first.members
    exported = result(export_collection_job(study, "table", tmp_path / "unnamed.csv"))
    told = pd.read_csv(exported)
    assert "dc3_cluster" in told
    assert "dc3_class" not in told


def test_class_scores_of_clusters_alone_are_refused(study: CollectionStudy, tmp_path: Path) -> None:
    result(train_job(study, BLIND, device="cpu"))
    result(predict_collection_job(study, device="cpu"))
    with pytest.raises(StudyError, match="knows clusters alone"):
        result(export_collection_job(study, "ifcb", tmp_path / "D20200101T000000_IFCB1_class.csv"))

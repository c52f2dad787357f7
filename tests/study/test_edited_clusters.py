"""What people make of a model's clusters is the same everywhere: table, mosaic, exports, and reopened."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from napari_fathom.events import Done, Note
from napari_fathom.plankton import read_tables
from napari_fathom.plankton.simulate import PlanktonSettings, write_simulated_plankton
from napari_fathom.study import Answers, CollectionStudy
from napari_fathom.study.answers import AnswerRecord
from napari_fathom.study.cluster_review import ClusterReview
from napari_fathom.study.jobs import collect_job, export_collection_job, look_job
from napari_fathom.study.object_table import object_table
from napari_fathom.viewer.mosaic.board import Board, Wish, board_job

OBJECTS = 12
CLUSTER = np.array([1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3], np.uint16)
FAR = np.array([8, 9])
"""Of cluster 3, those whose features lie apart from the others'."""
EDITED = np.array([1, 1, 1, 1, 1, 1, 1, 1, 4, 4, 3, 3])


def result(events: Any) -> Any:
    *_, done = events
    assert isinstance(done, Done)
    return done.result


@pytest.fixture
def study(tmp_path: Path) -> Iterator[CollectionStudy]:
    """Twelve animals in three clusters; then 2 is merged into 1, and 3 is split."""
    drawn = write_simulated_plankton(tmp_path / "drawn", PlanktonSettings(objects=OBJECTS))
    with result(collect_job(drawn, tmp_path / "drawn.fathom")) as study:
        for _ in look_job(study):
            pass
        angle = np.zeros(OBJECTS)
        angle[FAR] = 1.0
        angle[11] = 0.01
        with study.prediction_shelf.new() as (number, folder):
            Answers.save(
                folder,
                AnswerRecord(model=1, objects=OBJECTS, classes=study.classes.to_json()),
                probabilities=np.full((OBJECTS, len(study.classes)), 1 / len(study.classes), np.float16),
                cluster=CLUSTER,
                ambiguity=np.full(OBJECTS, 0.7, np.float32),
                features=np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float16),
            )
        study.prediction_shelf.set_current(number)
        review = ClusterReview(study)
        review.merge(2, 1)
        review.split(3)
        review.send_back(1)
        yield study


def same_groups(found: Any) -> bool:
    """Whether objects are together as edited; which part of a split keeps the number is its own matter."""
    values = np.asarray(found)
    pairs = values[:, None] == values[None, :]
    return bool((pairs == (EDITED[:, None] == EDITED[None, :])).all() and set(values) == {1, 3, 4})


def test_one_answer_everywhere(study: CollectionStudy, tmp_path: Path) -> None:
    edited = ClusterReview(study).partition.cluster
    assert same_groups(edited)
    assert object_table(study, study.answers())["cluster"].tolist() == edited.tolist()
    board: Board = result(board_job(study, Wish(group_by="cluster")))
    assert board.answered is not None and board.answered.cluster.tolist() == edited.tolist()
    assert sorted(board.arrangement.groups) == [1, 3, 4]

    table = pd.read_parquet(result(export_collection_job(study, "table", tmp_path / "all.parquet")))
    assert table["dc3_cluster"].tolist() == edited.tolist()
    tables = result(read_tables(result(export_collection_job(study, "ecotaxa", tmp_path / "set.zip"))))
    again = tables.objects.set_index("object_id").loc[study.collection.objects["object_id"]]
    assert again["object_dc3_cluster"].astype(float).tolist() == edited.tolist()

    study.close()
    with CollectionStudy.open(study.folder, "r") as reader:
        answers = reader.answers()
        assert answers is not None
        assert answers.edits().partition.cluster.tolist() == edited.tolist()
        assert answers.edits().partition.sent_back == {1}
        assert answers.cluster.tolist() == CLUSTER.tolist()  # what the model said is still known


def test_an_edit_that_can_not_be_read_is_told_with_the_export(study: CollectionStudy, tmp_path: Path) -> None:
    answers = study.answers()
    assert answers is not None
    path = answers.path / "cluster_edits.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"into":1', b'"into":3'))
    told = [
        one for one in export_collection_job(study, "table", tmp_path / "all.csv") if isinstance(one, Note)
    ]
    assert ["line 1: damaged" in one.message for one in told] == [True]

"""A study with strokes, a model and an answer: real, and as small as can be."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
from tests.viewer.surveys import make_echogram

from napari_fathom.events import Done
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.study import Study
from napari_fathom.study.jobs import predict_job, train_job

ROWS, PINGS = 96, 400
LAYER, WATER = 2, 1

TINY: dict[str, Any] = {
    "method": "supseg",
    "width": 4,
    "depth": 2,
    "patch": 32,
    "batch": 2,
    "steps": 8,
    "epochs": 2,
    "learning_rate": 0.01,
    "scale_db": 25.0,
    "clusters": 8,
    "components": 4,
    "cluster_pixels": 512,
    "ambiguity_pixels": 256,
    "tile": 256,
}


def tiny(**changes: Any) -> TrainSettings:
    """Settings that train in a second."""
    return TrainSettings.model_validate({**TINY, **changes})


def make_study(folder: Path) -> Study:
    """A study of a survey with one swinging layer; two classes painted in six strokes."""
    folder.mkdir(parents=True, exist_ok=True)
    echogram = make_echogram(folder, ROWS, PINGS)
    study = Study.create(folder / "study.fathom", echogram.path)
    for left in (20, 160, 300):
        middle = int(ROWS / 2 + ROWS / 8 * np.sin((left + 10) / 200))
        study.labels.write((middle - 2, middle + 2, left, left + 20), LAYER, origin="paint")
        study.labels.write((10, 14, left, left + 20), WATER, origin="paint")
    return study


def make_answered(folder: Path) -> Path:
    """Such a study, trained and predicted, and closed again: its folder."""
    with make_study(folder) as study:
        for job in (train_job(study, tiny(), device="cpu"), predict_job(study, device="cpu")):
            *_, last = job
            assert isinstance(last, Done)
        return study.folder


def copy_of(study_folder: Path, to: Path) -> Study:
    """A copy that a test may change, with the survey store beside it."""
    shutil.copytree(study_folder.parent, to, dirs_exist_ok=True)
    return Study.open(to / study_folder.name)

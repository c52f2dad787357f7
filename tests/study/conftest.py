"""A small survey with two schools that anybody can tell apart, a study of it, and a network for it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.study.surveys import SHAPE, finish, paint

from napari_fathom.learning.settings import TrainSettings
from napari_fathom.study import Study
from napari_fathom.study.jobs import convert_job, predict_job, train_job


@pytest.fixture(scope="session")
def survey_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sv_db = np.random.default_rng(0).normal(-80, 3, (2, *SHAPE)).astype(np.float32)
    sv_db[:, 30:50, 100:200] += 25
    sv_db[:, 60:80, 300:380] += np.array([15, 30], np.float32)[:, None, None]
    path = tmp_path_factory.mktemp("survey") / "two schools.npz"
    np.savez(
        path,
        sv_db=sv_db,
        frequency_hz=np.array([38e3, 120e3]),
        range_m=0.1 + 0.2 * np.arange(SHAPE[0]),
        ping_time_s=np.arange(SHAPE[1], dtype=float),
    )
    return path


@pytest.fixture(scope="session")
def survey_store(survey_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from napari_fathom.echogram import convert

    echogram, _ = finish(convert(survey_file, tmp_path_factory.mktemp("store") / "two schools.sv.zarr"))
    return echogram.path


@pytest.fixture(scope="session")
def tiny() -> TrainSettings:
    """Learns the two schools in about a second."""
    return TrainSettings(
        method="supseg",
        ambiguity=False,
        width=4,
        depth=2,
        patch=16,
        batch=4,
        steps=6,
        epochs=3,
        learning_rate=0.01,
        scale_db=25.0,
        clusters=8,
        components=4,
        tile=128,
        held_out=0.3,
    )


@pytest.fixture
def study(survey_store: Path, tmp_path: Path) -> Iterator[Study]:
    """Painted, nothing else yet."""
    with Study.create(tmp_path / "schools.fathom", survey_store) as study:
        paint(study)
        yield study


@pytest.fixture(scope="session")
def answered_folder(
    survey_store: Path, tiny: TrainSettings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("answered") / "schools.fathom"
    with Study.create(folder, survey_store) as study:
        paint(study)
        finish(train_job(study, tiny))
        finish(predict_job(study))
    return folder


@pytest.fixture
def answered(answered_folder: Path, tmp_path: Path) -> Iterator[Study]:
    """Painted, trained and predicted."""
    folder = shutil.copytree(answered_folder, tmp_path / "schools.fathom")
    with Study.open(folder) as study:
        yield study


@pytest.fixture
def studied_raw(shared_data: Path, tmp_path: Path) -> Iterator[Study]:
    """A study made from a sounder's own file."""
    raw = shared_data / "echo" / "ek60_hake2017" / "Summer2017-D20170615-T212933.raw"
    study, _ = finish(convert_job(raw, tmp_path / "hake.fathom"))
    with study:
        yield study

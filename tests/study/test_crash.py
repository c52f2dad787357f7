"""`kill -9` while painting, training or saving: the study opens with all that was acknowledged.

FATHOM_CRASH_ROUNDS sets the number of rounds of each kind (32 in all by default).
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.study import victim
from tests.study.surveys import paint

from napari_fathom.learning.model_file import load_model
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.study import Study

ROUNDS = int(os.environ.get("FATHOM_CRASH_ROUNDS", "0"))
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="rounds are forked, which Windows can't"),
    # a round waits for the disk some twenty times: 4 s where it is busy, seen from outside as a hang
    pytest.mark.timeout(300 + 20 * ROUNDS),
]


class Victim:
    """The process that works and is killed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def round(
        self, what: str, folder: Path, settings: str, patience: int, delay_s: float
    ) -> list[tuple[str, int]]:
        """Let it work until it has said `patience` things and `delay_s` more have passed; what it said."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        print(what, folder, settings, sep="\t", file=stdin, flush=True)
        said: list[tuple[str, int]] = []
        child = 0
        for line in iter(stdout.readline, ""):
            word, number = line.split()
            if word == "dead":
                return said
            if word == "begun":
                child = int(number)
            else:
                said.append((word, int(number)))
            if len(said) == patience:
                threading.Event().wait(delay_s)  # somewhere within the next few writes
                os.kill(child, signal.SIGKILL)
                patience = -1
        raise AssertionError("the victim ended by itself")


@pytest.fixture(scope="module")
def worker() -> Iterator[Victim]:
    with subprocess.Popen(
        [sys.executable, victim.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},  # no threads before the forks
        start_new_session=True,
    ) as process:
        try:
            yield Victim(process)
        finally:  # also where a test fails in the midst of a round, with a fork still at work
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def folder(survey_store: Path, tmp_path: Path) -> Path:
    Study.create(tmp_path / "crash.fathom", survey_store).close()
    return tmp_path / "crash.fathom"


def test_no_acknowledged_stroke_is_lost_when_painting_is_killed(worker: Victim, folder: Path) -> None:
    random = np.random.default_rng(1)
    plain, strokes = np.zeros(victim.SHAPE, np.uint8), np.zeros(victim.SHAPE, np.uint32)
    drawn = 0
    for _ in range(ROUNDS or 20):
        said = worker.round("paint", folder, "", int(random.integers(0, 60)), random.uniform(0, 0.02))
        with Study.open(folder) as study:
            kept = study.labels.last_event
            acknowledged = max((number for _, number in said), default=drawn)
            assert acknowledged <= kept <= acknowledged + 1  # the last may be safe before it was said
            while drawn < kept:
                drawn += 1
                victim.draw(plain, strokes, drawn)
            whole = (0, victim.SHAPE[0], 0, victim.SHAPE[1])
            np.testing.assert_array_equal(study.labels.read(whole), plain)
            np.testing.assert_array_equal(study.labels.read_strokes(whole), strokes)
            assert study.labels.counts() == {value: int((plain == value).sum()) for value in (1, 2, 3)}
            assert [event.number for event in study.journal] == list(range(1, kept + 1))
    assert drawn > 50


def test_the_last_whole_model_is_there_when_training_is_killed(
    worker: Victim, folder: Path, tiny: TrainSettings
) -> None:
    with Study.open(folder) as study:
        paint(study)
        painted = study.labels.counts()
    quick = tiny.model_copy(update={"steps": 1, "epochs": 1}).model_dump_json()
    random = np.random.default_rng(2)
    last = 0
    for _ in range(ROUNDS or 6):
        said = worker.round("train", folder, quick, int(random.integers(0, 3)), random.uniform(0, 0.4))
        with Study.open(folder) as study:
            last = max([last, *(number for _, number in said)])
            current = study.current_model
            assert study.labels.counts() == painted
            if current is None:
                assert last == 0
                continue
            assert current.number in (last, last + 1)
            last = current.number
            assert load_model(study.model_folder(last)).class_names == ("background", "sandeel", "other fish")
            assert [record.number for record in study.models()] == list(range(1, len(study.models()) + 1))
            assert not [path for path in (folder / "models").iterdir() if path.name.startswith(".")]
    assert last > 0


def test_classes_and_settings_are_whole_when_saving_is_killed(worker: Victim, folder: Path) -> None:
    random = np.random.default_rng(3)
    last = 0
    for _ in range(ROUNDS or 6):
        said = worker.round("save", folder, "", int(random.integers(0, 40)), random.uniform(0, 0.02))
        last = max([last, *(number for _, number in said)])
        with Study.open(folder) as study:
            saved = int(study.settings.get("round", 0))
            assert saved in (last, last + 1)
            assert study.classes[3].name in (f"fish {saved}", f"fish {saved - 1}", "other fish")
            assert not list(folder.rglob(".*.part"))
            last = saved
    assert last > 20

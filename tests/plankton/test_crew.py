"""Helpers in processes of their own see what one process sees, and may be killed at any time."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.plankton.sets import drawn, encoded, result, write

from napari_fathom.events import Progress
from napari_fathom.plankton import Collection, crew, lay_out_collection
from napari_fathom.plankton import look as looking
from napari_fathom.plankton.crew import look_in_crew
from napari_fathom.plankton.look import look
from napari_fathom.plankton.store import look_arrays

COUNT = 70
CHUNKS = [(0, 16), (16, 32), (32, 48), (48, 64), (64, 70)]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    for number in range(COUNT):
        write(tmp_path / "set" / f"{number:02d}.png", drawn(number))
    write(tmp_path / "set" / "17.png", encoded(drawn(1))[:60])
    return tmp_path / "set"


@pytest.fixture
def collection(images: Path, tmp_path: Path) -> Collection:
    made = result(lay_out_collection(images, tmp_path / "crew.collection"))
    assert isinstance(made, Collection)
    return made


@pytest.fixture
def _few_are_enough(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(looking, "FEW", 20)
    yield


@pytest.mark.usefixtures("_few_are_enough")
def test_two_helpers_see_what_one_process_sees(collection: Collection, images: Path, tmp_path: Path) -> None:
    events = list(look(collection, helpers=2))
    progress = [event.done for event in events if isinstance(event, Progress)]
    assert progress == sorted(progress) and progress[-1] == COUNT
    alone = result(look(result(lay_out_collection(images, tmp_path / "alone.collection")), helpers=0))
    together = Collection.open(collection.path)
    assert together.looked_at.all()
    np.testing.assert_array_equal(together.vignettes[:], alone.vignettes[:])
    np.testing.assert_array_equal(together.measures, alone.measures)
    assert together.objects.equals(alone.objects)
    assert together.faults == alone.faults != ()


def test_a_stopped_crew_is_gone_and_what_it_wrote_stays(collection: Collection) -> None:
    work = look_in_crew(collection.path, CHUNKS, 1)
    seen = 0
    while seen <= 16:
        seen += next(work)
    work.close()
    there = Collection.open(collection.path).looked_at
    assert there[:16].all() and not there[48:].any()
    assert result(look(collection, helpers=0)).looked_at.all()


def test_chunks_of_helpers_that_die_are_given_back(collection: Collection) -> None:
    (collection.path / "images.parquet").rename(collection.path / "away")
    work = look_in_crew(collection.path, CHUNKS, 2)
    with pytest.raises(StopIteration) as ended:
        while True:
            next(work)
    assert sorted(ended.value.value) == CHUNKS


@pytest.mark.usefixtures("_few_are_enough")
def test_where_no_process_can_be_had_this_one_does_it(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(collection.path / "no-python"))
    assert result(look(collection, helpers=2)).looked_at.all()


def test_helpers_end_with_the_program_that_called_them(collection: Collection) -> None:
    helper = subprocess.Popen(
        [sys.executable, "-m", crew.__name__, str(collection.path)], stdin=subprocess.PIPE
    )
    assert helper.stdin is not None
    helper.stdin.close()  # as it is when the other end was killed
    assert helper.wait(timeout=60) == 0
    assert not np.asarray(look_arrays(collection.path)["looked_at"][:]).any()

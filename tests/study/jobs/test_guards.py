"""Work inside work: what is passed on, what is closed first, what a Stop still may undo."""

import threading
from collections.abc import Generator, Iterator

import pytest

from napari_fathom.errors import Cancelled, StudyError
from napari_fathom.events import Done, Event, Progress
from napari_fathom.study.jobs.guards import heeding, relay, require_device, saving


def counting(log: list[str]) -> Iterator[Event[str]]:
    try:
        yield Progress("inner", 1, 2)
        yield Progress("inner", 2, 2)
        yield Done("whole")
    finally:
        log.append("inner closed")


def outer(log: list[str]) -> Generator[Event[str], None, None]:
    try:
        result = yield from relay(counting(log))
        yield Done(result.upper())
    finally:
        log.append("outer closed")


def test_inner_work_is_passed_on_and_its_result_handed_up() -> None:
    assert list(outer([])) == [Progress("inner", 1, 2), Progress("inner", 2, 2), Done("WHOLE")]


def test_whoever_closes_the_outer_work_closes_the_inner_first() -> None:
    log: list[str] = []
    job = outer(log)
    next(job)
    job.close()
    assert log == ["inner closed", "outer closed"]


def test_work_that_ends_without_a_result_is_a_fault() -> None:
    with pytest.raises(RuntimeError, match="without Done"):
        list(relay(iter([Progress("inner", 1, 1)])))


def test_a_stop_ends_the_work_and_lets_it_clean_up() -> None:
    log: list[str] = []
    stop = threading.Event()
    job = heeding(counting(log), stop, "nothing is lost")
    next(job)
    stop.set()
    with pytest.raises(Cancelled, match="nothing is lost"):
        next(job)
    assert log == ["inner closed"]


def test_a_stop_that_comes_when_all_is_done_does_not_deny_it() -> None:
    stop = threading.Event()
    stop.set()
    assert list(heeding(iter([Done("written")]), stop, "the former file is as it was")) == [Done("written")]


def test_what_the_disk_refuses_is_told_with_what_is_kept() -> None:
    told = r"The answer could not be saved \(No space left.*in force.*room"
    with pytest.raises(StudyError, match=told), saving("The answer", "the former one is in force"):
        raise OSError(28, "No space left on device")


def test_a_device_that_is_not_there_is_told_before_anything_is_begun() -> None:
    require_device(None)
    require_device("cpu")
    for name in ("tricorder", "cuda:77"):
        with pytest.raises(StudyError, match=f"No device '{name}' .* Say cpu"):
            require_device(name)

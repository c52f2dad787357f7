"""One thread runs the jobs; whoever watches is told in the GUI thread."""

import gc
import os
import sys
import threading
from collections.abc import Callable, Generator, Iterator

import pytest
from pytestqt.qtbot import QtBot

from napari_fathom.errors import Cancelled, TrainingError
from napari_fathom.events import Done, Event, Note, Progress
from napari_fathom.viewer.worker import JobHandle, Worker

Job = Generator[Event, None, None]


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[Worker]:
    worker = Worker("test")
    yield worker
    assert worker.close()


def counting(n: int) -> Callable[[threading.Event], Job]:
    def job(stop: threading.Event) -> Job:
        for k in range(n):
            yield Progress("count", k + 1, n)
        yield Done(n)

    return job


def endless(stop: threading.Event) -> Job:
    k = 0
    while True:
        k += 1
        stop.wait(0.005)
        yield Progress("on and on", k, 0)


def heard(handle: JobHandle) -> list[tuple[str, object]]:
    said: list[tuple[str, object]] = []
    handle.started.connect(lambda: said.append(("started", None)))
    handle.progressed.connect(lambda event: said.append(("progressed", event)))
    handle.finished.connect(lambda result: said.append(("finished", result)))
    handle.failed.connect(lambda error: said.append(("failed", str(error))))
    handle.stopped.connect(lambda: said.append(("stopped", None)))
    handle.ended.connect(lambda: said.append(("ended", None)))
    return said


def test_every_event_arrives_in_order_and_in_the_gui_thread(qtbot: QtBot, worker: Worker) -> None:
    handle = worker.submit("Counting", counting(3))
    said = heard(handle)
    threads: set[threading.Thread] = set()
    handle.progressed.connect(lambda _: threads.add(threading.current_thread()))
    with qtbot.waitSignal(handle.ended):
        pass
    steps = [("progressed", Progress("count", k, 3)) for k in (1, 2, 3)]
    assert said == [("started", None), *steps, ("finished", 3), ("ended", None)]
    assert threads == {threading.main_thread()}


def test_the_window_gets_python_back_sooner_while_torch_works_and_all_is_as_before_then(
    qtbot: QtBot, worker: Worker
) -> None:
    before, during = sys.getswitchinterval(), []

    def job(stop: threading.Event) -> Job:
        during.append(sys.getswitchinterval())
        yield Done(None)

    with qtbot.waitSignal(worker.submit("torch", job, torch=True).ended):
        pass
    assert during[0] < before == sys.getswitchinterval()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere priority is a whole process' own")
def test_the_window_goes_before_its_jobs_however_nice_the_program_is(qtbot: QtBot, worker: Worker) -> None:
    during: list[int] = []

    def job(stop: threading.Event) -> Job:
        during.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        yield Done(None)

    with qtbot.waitSignal(worker.submit("any", job).ended):
        pass
    window = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert during[0] == min(window + 10, 19)


def test_garbage_is_not_sought_among_what_was_there_while_torch_works(qtbot: QtBot, worker: Worker) -> None:
    during: list[int] = []

    def job(stop: threading.Event) -> Job:
        during.append(gc.get_freeze_count())
        yield Done(None)

    with qtbot.waitSignal(worker.submit("torch", job, torch=True).ended):
        pass
    assert during[0] > 0 == gc.get_freeze_count()


def test_jobs_run_one_after_the_other_in_one_thread(qtbot: QtBot, worker: Worker) -> None:
    where: list[threading.Thread] = []

    def job(stop: threading.Event) -> Job:
        where.append(threading.current_thread())
        yield Done(None)

    first, second = worker.submit("one", job), worker.submit("two", job)
    assert second.number > first.number
    with qtbot.waitSignal(second.ended):
        pass
    assert where[0] is where[1] is not threading.main_thread()
    assert not worker.busy


def test_stop_ends_a_job_that_never_would(qtbot: QtBot, worker: Worker) -> None:
    handle = worker.submit("Endless", endless)
    said = heard(handle)
    qtbot.waitUntil(lambda: len(said) > 3)
    handle.stop()
    with qtbot.waitSignal(handle.ended, timeout=1000):
        pass
    assert said[-2:] == [("stopped", None), ("ended", None)]


def test_a_stopped_job_may_still_hand_over_what_it_keeps(qtbot: QtBot, worker: Worker) -> None:
    def job(stop: threading.Event) -> Job:
        yield Progress("work", 1, 2)
        stop.wait()
        yield Note("keeping the best so far")
        yield Done("best")

    handle = worker.submit("Training", job)
    said = heard(handle)
    handle.started.connect(handle.stop)
    with qtbot.waitSignal(handle.ended):
        pass
    assert ("finished", "best") in said


def test_a_job_that_raises_cancelled_is_stopped_not_failed(qtbot: QtBot, worker: Worker) -> None:
    def job(stop: threading.Event) -> Job:
        yield Note("on")
        raise Cancelled("stopped in the middle of a step")

    handle = worker.submit("Training", job)
    said = heard(handle)
    with qtbot.waitSignal(handle.ended):
        pass
    assert said[-2:] == [("stopped", None), ("ended", None)]


def test_a_failure_is_told_with_its_advice_and_the_next_job_runs(qtbot: QtBot, worker: Worker) -> None:
    def job(stop: threading.Event) -> Job:
        yield Note("on")
        raise TrainingError("one class only. Paint a second one.")

    failed: list[str] = []
    worker.jobFailed.connect(lambda handle, error: failed.append(f"{handle.title}: {error}"))
    worker.submit("Training", job)
    after = worker.submit("Counting", counting(1))
    with qtbot.waitSignal(after.finished):
        pass
    assert failed == ["Training: one class only. Paint a second one."]


def test_a_result_whose_study_is_gone_is_dropped(qtbot: QtBot, worker: Worker) -> None:
    class Study:
        pass

    gone = threading.Event()

    def job(stop: threading.Event) -> Job:
        gone.wait()
        yield Done("stale")

    study = Study()
    handle = worker.submit("Predicting", job, owner=study)
    said = heard(handle)
    del study
    gone.set()
    with qtbot.waitSignal(handle.ended):
        pass
    assert ("finished", "stale") not in said


def test_a_dropped_job_is_heard_no_more(qtbot: QtBot, worker: Worker) -> None:
    handle = worker.submit("Endless", endless)
    said = heard(handle)
    qtbot.waitUntil(lambda: ("started", None) in said)
    handle.drop()
    before = len(said)
    with qtbot.waitSignal(handle.ended, timeout=1000):
        pass
    assert said[before:] == [("ended", None)]


def test_closing_ends_the_running_job_and_its_generator(qtbot: QtBot) -> None:
    closed = threading.Event()

    def job(stop: threading.Event) -> Job:
        try:
            yield from endless(stop)
        finally:
            closed.set()

    worker = Worker("test")
    handle = worker.submit("Endless", job)
    with qtbot.waitSignal(handle.started):
        pass
    assert worker.close()
    assert closed.is_set()
    with pytest.raises(RuntimeError, match="closed"):
        worker.submit("late", endless)

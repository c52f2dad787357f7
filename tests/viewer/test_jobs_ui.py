"""The bar under a job, and the curves of a training."""

import threading
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QProgressBar

from napari_fathom.errors import TrainingError
from napari_fathom.events import Done, Epoch, Event, Progress, Step
from napari_fathom.viewer.curves import CurveData, TrainingCurves
from napari_fathom.viewer.jobs_ui import JobBar, failure_words
from napari_fathom.viewer.worker import Worker

Job = Generator[Event[Any], None, None]


@pytest.fixture
def worker(qtbot: QtBot) -> Iterator[Worker]:
    worker = Worker("test")
    yield worker
    worker.close()


@pytest.fixture
def bar(qtbot: QtBot) -> JobBar:
    bar = JobBar("Paint two classes first.")
    qtbot.addWidget(bar)
    bar.show()
    return bar


def endless(stop: threading.Event) -> Job:
    while not stop.wait(0.005):
        yield Progress("Reading", 1, 4)


def test_with_no_job_the_bar_says_what_to_do_next(bar: JobBar) -> None:
    assert bar.text() == "Paint two classes first."
    assert not bar.stop_button.isVisible()


def test_a_running_job_has_a_determinate_bar_and_a_stop_that_works(
    bar: JobBar, worker: Worker, qtbot: QtBot
) -> None:
    job = worker.submit("Converting", endless)
    bar.watch(job)
    qtbot.waitUntil(lambda: bar.findChild(QProgressBar).value() == 250)
    assert bar.text() == "Reading: 1 of 4"
    with qtbot.waitSignal(bar.ended, timeout=1000):
        qtbot.mouseClick(bar.stop_button, Qt.MouseButton.LeftButton)
    assert bar.text().startswith("Stopped.")
    assert not bar.stop_button.isVisible()


def test_a_failure_leaves_its_advice_in_the_dock(bar: JobBar, worker: Worker, qtbot: QtBot) -> None:
    def job(stop: threading.Event) -> Job:
        yield Progress("Reading", 1, 4)
        raise TrainingError("Only one class is painted. Paint a second one.")

    bar.watch(worker.submit("Training", job))
    with qtbot.waitSignal(bar.ended):
        pass
    assert bar.text() == "Only one class is painted. Paint a second one."


def test_stop_says_what_it_keeps_before_and_after(bar: JobBar, worker: Worker, qtbot: QtBot) -> None:
    bar.watch(
        worker.submit("Training", endless), keeps="The network is kept.", stopped="Nothing was learned."
    )
    assert "The network is kept." in bar.stop_button.toolTip()
    with qtbot.waitSignal(bar.ended, timeout=1000):
        bar.stop()
    assert bar.text() == "Stopped. Nothing was learned."


def test_a_bar_with_nothing_to_say_takes_no_line(qtbot: QtBot) -> None:
    bar = JobBar()
    qtbot.addWidget(bar)
    bar.show()
    assert bar.sizeHint().height() == 0
    bar.say("Ready.")
    assert bar.sizeHint().height() > 0


def test_a_job_that_is_replaced_is_heard_no_more(bar: JobBar, worker: Worker, qtbot: QtBot) -> None:
    former = worker.submit("Former", endless)
    bar.watch(former)
    qtbot.waitUntil(lambda: former.running)
    bar.watch(worker.submit("Latter", endless))
    with qtbot.waitSignal(former.ended):
        former.drop()
    assert bar.running and bar.stop_button.isVisible()
    with qtbot.waitSignal(bar.ended, timeout=1000):
        bar.stop()
    assert bar.text().startswith("Stopped.")


def test_a_job_whose_survey_was_closed_leaves_no_words(bar: JobBar, worker: Worker, qtbot: QtBot) -> None:
    job = worker.submit("Reading", endless)
    bar.watch(job)
    qtbot.waitUntil(lambda: bar.text().startswith("Reading: 1"))
    with qtbot.waitSignal(bar.ended):
        job.drop()
    assert bar.text() == ""


def test_unexpected_errors_are_named_as_such() -> None:
    assert failure_words(ZeroDivisionError("by zero")).startswith("Unexpected ZeroDivisionError: by zero.")
    assert failure_words(OSError("No space left on device")).startswith("The disk said: No space left")


def test_curves_take_losses_from_steps_and_kappa_from_epochs(qtbot: QtBot) -> None:
    curves = TrainingCurves()
    qtbot.addWidget(curves)
    curves.show()
    for k in range(1, 21):
        curves.add(Step(k, 40, {"clustering": 6.0 / k, "segmentation": 1.0 / k}))
    curves.add(Epoch(1, 2, {"clustering": 1.0}, kappa=0.6, best=True))
    shown = curves.value()
    assert set(shown.losses) == {"clustering", "segmentation"}
    assert shown.losses["segmentation"][-1] == (20.0, 0.05)
    assert shown.kappa == [(20.0, 0.6)]
    curves.clear()
    assert not curves.value().losses


def test_the_curves_of_two_stages_follow_each_other() -> None:
    data = CurveData()
    for loss in ("contrast", "classes"):  # each stage counts its steps from 1
        for k in (1, 2, 3):
            data.add(Step(k, 3, {loss: 1.0, "clusters": 2.0}))
    assert [x for x, _ in data.losses["contrast"]] == [1.0, 2.0, 3.0]
    assert [x for x, _ in data.losses["classes"]] == [4.0, 5.0, 6.0]
    assert data.losses["clusters"] == [(1.0, 2.0), (2.0, 2.0), (3.0, 2.0)]
    assert data.losses["clusters (2)"] == [(4.0, 2.0), (5.0, 2.0), (6.0, 2.0)]
    data.add(Epoch(1, 1, {}, kappa=0.6, best=True))
    assert data.kappa == [(6.0, 0.6)]


def test_the_axes_of_the_curves_hold_every_point_and_seldom_change() -> None:
    data, frames = CurveData(), []
    for k in range(1, 401):
        data.add(Step(k, 400, {"clustering": 6.0 / k, "segmentation": 0.5 - 1.0 / k}))
        (_, last), (low, high) = frame = data.frame()
        assert last >= k
        assert all(low <= y <= high for line in data.losses.values() for _, y in line)
        frames.append(frame)
    assert len(set(frames)) <= 10  # drawing an axis takes longer than all curves
    assert CurveData().frame() == ((0.0, 1.0), (0.0, 1.0))


def test_a_million_steps_stay_a_few_hundred_points(qtbot: QtBot) -> None:
    curves = TrainingCurves()
    qtbot.addWidget(curves)
    for k in range(20_000):
        curves.value().add(Step(k + 1, 20_000, {"loss": 2.0}))
    points = curves.value().losses["loss"]
    assert len(points) <= 800
    assert {y for _, y in points} == {2.0}


def test_a_loss_that_is_not_a_number_is_not_drawn(qtbot: QtBot) -> None:
    curves = TrainingCurves()
    qtbot.addWidget(curves)
    curves.add(Step(1, 2, {"loss": float("nan")}))
    assert "loss" not in curves.value().losses


def test_done_is_no_point(qtbot: QtBot) -> None:
    curves = TrainingCurves()
    qtbot.addWidget(curves)
    curves.add(Done(None))
    assert not curves.value().losses

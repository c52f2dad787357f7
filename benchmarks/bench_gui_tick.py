"""Does the window stay fluid while it trains? Latency of a 10 ms timer, in milliseconds.

Paints strokes and pans by synthetic mouse events over a made-up survey in the real window, once at rest and
once while the worker trains, and says how late the timer came (p50, p99 and the worst) and how much the GUI
thread itself worked between two ticks. The last line is JSON.

    xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/bench_gui_tick.py [--seconds 20] [--json FILE]
"""

import argparse
import json
import os
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from ticks import Ticks, drag, run_for

from napari_fathom.study import Study


def make_study(folder: Path, pings: int) -> Path:
    """A survey of a layer in speckle, with two classes painted."""
    from napari_fathom.echogram import convert

    rng = np.random.default_rng(0)
    rows = 512
    middle = rows / 2 + rows / 8 * np.sin(np.arange(pings) / 200)
    layer = np.abs(np.arange(rows)[:, None] - middle) < rows / 20
    sv_db = (-80 + 25 * layer + rng.normal(0, 3, (4, rows, pings))).astype(np.float32)
    source = folder / "survey.npz"
    np.savez(
        source,
        sv_db=sv_db,
        frequency_hz=np.array([18e3, 38e3, 120e3, 200e3]),
        range_m=1.0 + 0.2 * np.arange(rows),
        ping_time_s=np.arange(pings, dtype=float),
    )
    *_, last = convert(source, folder / "survey.sv.zarr")
    with Study.create(folder / "survey.fathom", last.result.path) as study:
        for left in range(100, pings - 200, 300):
            at = int(middle[left])
            study.labels.write((at - 5, at + 5, left, left + 60), 2, origin="paint")
            study.labels.write((20, 30, left, left + 60), 1, origin="paint")
        return study.folder


def work(dock: Any, seconds: float) -> None:
    """Paint strokes and pan in turn."""
    from napari_fathom.viewer.navigate import step_along

    view = dock.session.view
    canvas = view.viewer.window._qt_viewer.canvas.native  # the mouse needs the widget under it
    width, height = canvas.width(), canvas.height()
    until, turn = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        row = round(height * (0.25 + 0.5 * (turn % 7) / 7))
        drag(canvas, (width // 6, row), (width * 2 // 3, row), steps=30)
        run_for(0.1)
        run_for(
            0.3, lambda back=turn % 20 >= 10: step_along(view.viewer, view.frame, -0.02 if back else 0.02)
        )
        turn += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pings", type=int, default=20_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()

    from qtpy.QtTest import QTest

    from napari_fathom.viewer.launch import launch
    from napari_fathom.viewer.navigate import look_at
    from napari_fathom.viewer.survey_desk import SurveyDesk

    with tempfile.TemporaryDirectory() as scratch:
        folder = make_study(Path(scratch), options.pings)
        viewer, dock = launch([folder])
        session = dock.session
        while session.study is None:
            QTest.qWait(50)
        while not isinstance(dock.desk, SurveyDesk):
            QTest.qWait(50)
        train = dock.desk.train
        look_at(viewer, session.view.frame, (0, 512, 4000, 5500))
        QTest.qWait(3000)
        dock.show_tab(train)
        dock.desk.paint.brush.click()
        ticks = Ticks()
        work(dock, 3)  # first strokes compile shaders

        found: dict[str, Any] = {"cores": len(os.sched_getaffinity(0)), "busy": os.getloadavg()[0]}
        ticks.clear()
        work(dock, options.seconds)
        found["at_rest"] = asdict(ticks.report("at rest"))

        long = train.form.value().model_copy(update={"epochs": 10_000, "patience": 10_000})
        train.form.setValue(long)
        train.retrain()
        while not train.curves.value().losses:
            QTest.qWait(50)
        ticks.clear()
        work(dock, options.seconds)
        found["training"] = asdict(ticks.report("while training"))
        found["painted"] = sum(session.study.labels.counts().values())
        found["steps_trained"] = train.curves.value().step

        began = time.perf_counter()
        train.stop()
        while train.bar.running:
            QTest.qWait(5)
        found["stop_s"] = time.perf_counter() - began
        session.close()
        viewer.close()
    print(json.dumps(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

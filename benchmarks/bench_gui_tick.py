"""Does the window stay fluid while it trains? Latency of a 10 ms timer, in milliseconds.

Paints strokes and pans by synthetic mouse events over a made-up survey in the real window, once at rest and
once while the worker trains, and says how late the timer came: p50, p99 and the worst.

    xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/bench_gui_tick.py [--seconds 20] [--json FILE]
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

INTERVAL_MS = 10


class Ticks:
    """How late a 10 ms timer is, tick by tick."""

    def __init__(self) -> None:
        from qtpy.QtCore import Qt, QTimer

        self.late_ms: list[float] = []
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self.late_ms, self._last = [], time.perf_counter()
        self._timer.start()

    def stop(self) -> dict[str, float]:
        self._timer.stop()
        late = np.array(self.late_ms)
        p50, p99 = np.percentile(late, [50, 99])
        return {"ticks": len(late), "p50_ms": float(p50), "p99_ms": float(p99), "worst_ms": float(late.max())}

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, (now - self._last) * 1000 - INTERVAL_MS))
        self._last = now


def make_study(folder: Path, pings: int) -> Path:
    """A survey of a layer in speckle, with two classes painted."""
    from napari_fathom.echogram import convert
    from napari_fathom.study import Study

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


def work(dock, hand, seconds: float) -> None:
    """Paint strokes and pan in turn."""
    from qtpy.QtTest import QTest

    from napari_fathom.viewer.navigate import box_in_view, step_along

    view, paint = dock.session.view, dock.session.paint
    until, turn = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        top, bottom, left, right = box_in_view(view.viewer, view.frame)
        row = top + (bottom - top) * (0.2 + 0.6 * (turn % 7) / 7)
        if not paint.hint:
            hand.drag(
                view.frame, (row, left + 0.1 * (right - left)), (row, left + 0.6 * (right - left)), steps=30
            )
        QTest.qWait(60)
        step_along(view.viewer, view.frame, 0.1 if turn % 20 < 10 else -0.1)
        QTest.qWait(60)
        turn += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pings", type=int, default=20_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1]))

    import napari
    from qtpy.QtTest import QTest
    from tests.viewer.hand import Hand

    from napari_fathom.study import Study
    from napari_fathom.viewer.main_dock import FathomDock
    from napari_fathom.viewer.navigate import look_at

    with tempfile.TemporaryDirectory() as scratch:
        folder = make_study(Path(scratch), options.pings)
        viewer = napari.Viewer()
        viewer.window.resize(1600, 1000)
        dock = FathomDock(viewer)
        viewer.window.add_dock_widget(dock, name="Fathom", area="right")
        session = dock.session
        session.open(Study.open(folder))
        look_at(viewer, session.view.frame, (0, 512, 4000, 5500))
        QTest.qWait(3000)
        dock.show_tab(dock.train)
        dock.paint.brush.click()
        hand, ticks = Hand(viewer), Ticks()
        work(dock, hand, 3)  # first strokes compile shaders

        found = {"cores": os.cpu_count()}
        ticks.start()
        work(dock, hand, options.seconds)
        found["at rest"] = ticks.stop()

        long = dock.train.form.value().model_copy(update={"epochs": 10_000, "patience": 10_000})
        dock.train.form.setValue(long)
        dock.train.retrain()
        while not dock.train.curves.value().losses:
            QTest.qWait(50)
        ticks.start()
        work(dock, hand, options.seconds)
        found["while training"] = ticks.stop()
        found["steps trained"] = dock.train.curves.value().step

        began = time.perf_counter()
        dock.train.stop()
        while dock.train.bar.running:
            QTest.qWait(5)
        found["stop_s"] = time.perf_counter() - began
        session.close()
        viewer.close()
    print(json.dumps(found, indent=2))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

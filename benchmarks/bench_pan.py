"""How fluid is a long survey? Pans and zooms a real window while a timer measures the GUI thread's pauses.

xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/bench_pan.py --pings 1000000
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import napari
import numpy as np
from long_survey import make_long_survey
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

from napari_fathom.viewer.navigate import fit_survey, look_at, step_along
from napari_fathom.viewer.survey_view import SurveyView

TICK_MS = 10


class Ticks:
    """Seconds between ticks of a timer that should come every 10 ms."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now

    def report(self, what: str) -> None:
        gaps = np.array(self.gaps) * 1000
        self.gaps.clear()
        print(
            f"{what:34s} ticks {len(gaps):4d}  p50 {np.percentile(gaps, 50):6.1f}  p99 {np.percentile(gaps, 99):6.1f}  max {gaps.max():6.1f} ms"
        )


def run_for(seconds: float, act: Callable[[], None] | None = None, every: float = 0.033) -> None:
    end, next_act = time.perf_counter() + seconds, 0.0
    while time.perf_counter() < end:
        if act is not None and time.perf_counter() >= next_act:
            next_act = time.perf_counter() + every
            act()
        QApplication.processEvents()
        time.sleep(0.001)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pings", type=int, default=1_000_000)
    arguments.add_argument("--rows", type=int, default=500)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        echogram = make_long_survey(Path(folder) / "long.sv.zarr", options.pings, options.rows)
        print(
            f"{options.rows} x {options.pings} cells, {len(echogram.arrays)} levels, made in {time.perf_counter() - began:.1f} s"
        )
        viewer = napari.Viewer(show=True)
        viewer.window.resize(1500, 900)
        began = time.perf_counter()
        view = SurveyView(viewer, echogram)
        view.show()
        run_for(0.5)
        print(f"shown in {time.perf_counter() - began - 0.5:.2f} s")
        ticks = Ticks()
        for aspect in ("fill", "pixels"):
            view.set_aspect(aspect)
            layer = view.ensure_sv(0)
            fit_survey(viewer, view.frame)
            run_for(1.0)
            ticks.report(f"{aspect}: whole survey, level {layer.data_level}")
            for width in (500_000, 100_000, 20_000, 5_000, 1_500):
                if width < options.pings:
                    middle = options.pings // 2
                    look_at(viewer, view.frame, (0, options.rows, middle, middle + width))
                    run_for(0.6)
                    ticks.report(f"{aspect}: jump to {width} pings, level {layer.data_level}")
                    run_for(2.0, lambda: step_along(viewer, view.frame, 0.02))
                    ticks.report(f"{aspect}: pan {width} pings, level {layer.data_level}")
            fit_survey(viewer, view.frame)

            def zoom_in() -> None:
                viewer.scene.camera.zoom *= 1.05

            run_for(3.0, zoom_in)
            ticks.report(f"{aspect}: zoom in steadily, level {layer.data_level}")
        view.close()
        viewer.close()


if __name__ == "__main__":
    main()

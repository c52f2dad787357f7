"""How fluid is painting on a long survey? Strokes by real mouse events, undo, and moves of the paint window.

xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/bench_paint.py --pings 500000
"""

import argparse
import tempfile
import time
from pathlib import Path

import napari
from long_survey import make_long_survey
from ticks import Ticks, drag, run_for

from napari_fathom.labels import LabelStore
from napari_fathom.viewer.navigate import look_at, step_along
from napari_fathom.viewer.paint_window import PaintWindow
from napari_fathom.viewer.survey_view import SurveyView


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pings", type=int, default=500_000)
    arguments.add_argument("--rows", type=int, default=500)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        echogram = make_long_survey(Path(folder) / "long.sv.zarr", options.pings, options.rows)
        viewer = napari.Viewer(show=True)
        viewer.window.resize(1500, 900)
        view = SurveyView(viewer, echogram)
        view.show()
        with LabelStore.create(Path(folder) / "labels", echogram.shape[1:]) as store:
            painting = PaintWindow(view, store)
            delays: list[float] = []
            painting.saved.connect(lambda _: delays.append(time.perf_counter()))
            canvas = viewer.window._qt_viewer.canvas.native  # the mouse needs the widget under it
            width, height = canvas.width(), canvas.height()
            run_for(3.0)
            ticks = Ticks()
            for shown in (1_000, 8_000, 15_000):  # wider views can't be painted
                middle = options.pings // 2
                look_at(viewer, view.frame, (0, options.rows, middle, middle + shown))
                run_for(1.0)
                ticks.report(f"{shown} pings: window {painting.box} loaded")
                painting.layer.mode, painting.layer.brush_size = "paint", 10
                for stroke in range(4):
                    delays.clear()
                    drag(
                        canvas, (width // 4, height // 2 + stroke), (3 * width // 4, height // 2 + stroke * 3)
                    )
                    released = time.perf_counter()
                    run_for(0.4)
                    delay = 1000 * (delays[-1] - released) if delays else float("nan")
                    print(f"    stroke on disk after {delay:.0f} ms")
                ticks.report(f"{shown} pings: painting 4 strokes")
                for _ in range(3):
                    painting.layer.undo()
                    run_for(0.3)
                ticks.report(f"{shown} pings: 3 undos")
                painting.layer.mode = "pan_zoom"
                run_for(2.0, lambda: step_along(viewer, view.frame, 0.04))
                run_for(0.5)
                ticks.report(f"{shown} pings: panning, window follows")
            print("painted pixels:", store.counts())
            painting.close()
        view.close()
        viewer.close()


if __name__ == "__main__":
    main()

"""How long after a stroke does the preview show it? A million cells of four frequencies in a real window.

xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/bench_preview_window.py
"""

import argparse
import tempfile
import time
from pathlib import Path

import napari
from long_survey import make_long_survey
from ticks import drag, run_for

from napari_fathom.study import Study
from napari_fathom.viewer.main_dock import FathomDock
from napari_fathom.viewer.navigate import look_at
from napari_fathom.viewer.survey_desk import SurveyDesk

ROWS, SHOWN = 500, 2000
FREQUENCIES = 18e3, 38e3, 120e3, 200e3
_PATIENCE_S = 12.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pings", type=int, default=100_000)
    arguments.add_argument("--strokes", type=int, default=8)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        echogram = make_long_survey(Path(folder) / "long.sv.zarr", options.pings, ROWS, FREQUENCIES)
        middle = options.pings // 2
        with Study.create(Path(folder) / "long.fathom", echogram.path) as study:
            for value, row in ((1, 40), (2, 245)):
                study.labels.write((row, row + 8, middle + 300, middle + 400), value, origin="paint")
            viewer = napari.Viewer(show=True)
            viewer.window.resize(1500, 900)
            dock = FathomDock(viewer)
            viewer.window.add_dock_widget(dock, name="Fathom", area="right")
            dock.session.open(study)
            view, paint, desk = dock.session.view, dock.session.paint, dock.desk
            assert view is not None and paint is not None and isinstance(desk, SurveyDesk)
            view.set_aspect("pixels")
            look_at(viewer, view.frame, (0, ROWS, middle, middle + SHOWN))
            run_for(3.0)
            shown: list[float] = []
            asked = time.perf_counter()
            desk.paint.preview.click()
            desk.paint._previewing.shown.connect(lambda _: shown.append(time.perf_counter()))
            print(f"first look: {_wait(shown, asked):.0f} ms")
            run_for(1.0)
            canvas = viewer.window._qt_viewer.canvas.native  # the mouse needs the widget under it
            width, height = canvas.width(), canvas.height()
            paint.layer.mode, paint.layer.brush_size = "paint", 10
            for stroke in range(options.strokes):
                paint.layer.selected_label = 1 + stroke % 2
                row = height // 2 if stroke % 2 else height * 9 // 20
                drag(canvas, (width // 3, row), (width // 2, row + 5 * stroke))
                shown.clear()
                print(f"stroke {stroke + 1}: {_wait(shown, time.perf_counter()):.0f} ms after its end")
                run_for(1.0)
            dock.session.close()
            viewer.close()


def _wait(shown: list[float], since: float) -> float:
    """Milliseconds until an answer is on the canvas; not a number where none comes."""
    while not shown and time.perf_counter() - since < _PATIENCE_S:
        run_for(0.01)
    return 1000 * (shown[0] - since) if shown else float("nan")


if __name__ == "__main__":
    main()

"""How fluid is a long survey? Pans and zooms a real window while a timer measures the GUI thread's work.

Pans last two seconds each; the steady zoom takes as many steps as it needs from the whole survey to single
pings, through every level of the pyramid, however long that takes on a busy machine.

xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/bench_pan.py --pings 1000000
"""

import argparse
import tempfile
import time
from pathlib import Path

import napari
from long_survey import make_long_survey
from ticks import Ticks, run_for

from napari_fathom.viewer.navigate import fit_survey, look_at, step_along
from napari_fathom.viewer.survey_view import SurveyView

ZOOM, ZOOM_STEPS = 1.08, 90  # to the thousandth part


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pings", type=int, default=1_000_000)
    arguments.add_argument("--rows", type=int, default=500)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        echogram = make_long_survey(Path(folder) / "long.sv.zarr", options.pings, options.rows)
        seconds = time.perf_counter() - began
        print(
            f"{options.rows} x {options.pings} cells, {len(echogram.arrays)} levels, made in {seconds:.1f} s"
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

            for _ in range(ZOOM_STEPS):
                viewer.scene.camera.zoom *= ZOOM
                run_for(0.033)
            ticks.report(f"{aspect}: zoom in steadily, level {layer.data_level}")
        view.close()
        viewer.close()


if __name__ == "__main__":
    main()

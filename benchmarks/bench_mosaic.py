"""How fluid is a mosaic of 200,000 tiles? Pans, zooms and paints in a real window; the GUI thread's pauses.

xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/bench_mosaic.py --objects 200000
"""

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import napari
import numpy as np
from large_collection import make_large_collection
from ticks import Ticks, run_for

from napari_fathom.events import Done
from napari_fathom.study import CollectionStudy
from napari_fathom.viewer.mosaic.board import Wish, board_job
from napari_fathom.viewer.mosaic.mosaic_view import MosaicView


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--objects", type=int, default=200_000)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        collection = make_large_collection(Path(folder) / "large.collection", options.objects)
        print(f"{options.objects} objects, made in {time.perf_counter() - began:.1f} s")
        began = time.perf_counter()
        study = CollectionStudy.create(Path(folder) / "large.fathom", collection.path)
        print(f"study made in {time.perf_counter() - began:.1f} s")
        viewer = napari.Viewer(show=True)
        viewer.window.resize(1500, 900)
        view = MosaicView(viewer, study)
        ticks = Ticks()
        for wish in (Wish(), Wish(sort_by="depth_m", group_by="class")):
            began = time.perf_counter()
            *_, done = board_job(study, wish)
            assert isinstance(done, Done)
            arranged = time.perf_counter()
            view.show(done.result)
            shown = time.perf_counter()
            print(
                f"{wish.sort_by or 'as filed'}: arranged in {arranged - began:.2f} s (behind the screen), "
                f"shown in {shown - arranged:.2f} s (GUI thread)"
            )
            run_for(1.0)
            ticks.report("whole")
            _walk(view, ticks)
        began = time.perf_counter()
        study.votes.cast(np.arange(10_000), study.classes.values[0], annotator="bench")
        cast = time.perf_counter()
        view.refresh_labels()
        anew = time.perf_counter() - cast
        print(f"10,000 votes cast in {cast - began:.3f} s, shown anew in {anew:.3f} s (GUI thread)")
        view.close()
        study.close()
        viewer.close()


def _walk(view: MosaicView, ticks: Ticks) -> None:
    """Zoom in by steps; at each, pan for two seconds."""
    camera = view.viewer.scene.camera
    height, width = view.layout.shape
    for zoom in (0.05, 0.2, 1.0):
        if zoom <= camera.zoom:
            continue
        camera.zoom = zoom
        camera.center = (height / 2, width / 2)
        run_for(0.6)
        ticks.report(f"jump to {zoom:g} screen pixels a pixel")

        run_for(2.0, partial(_step, camera, 12 / zoom, 9 / zoom))
        ticks.report(f"pan at {zoom:g}")
    view.look_at_all()


def _step(camera: Any, down: float, across: float) -> None:
    y, x = camera.center[-2:]
    camera.center = (y + down, x + across)


if __name__ == "__main__":
    main()

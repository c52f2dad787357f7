"""How fluid is a mosaic of 200,000 tiles? Pans and zooms in a real window, and the time of each frame.

xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/bench_mosaic.py --objects 200000
"""

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, repeat
from pathlib import Path
from typing import Any

import napari
import numpy as np
from frames import Frames, FrameTimes, of_all
from large_collection import make_large_collection
from qtpy.QtWidgets import QOpenGLWidget
from ticks import run_for

from napari_fathom.events import Done
from napari_fathom.study import CollectionStudy
from napari_fathom.viewer._compat import canvas_widget
from napari_fathom.viewer.mosaic.board import Wish, board_job
from napari_fathom.viewer.mosaic.mosaic_view import MosaicView

STEP_S = 0.01
"""A step of the camera is due sooner than a frame can be done: the next begins at once."""
STRETCH_S = 2.0

Found = dict[str, list[FrameTimes]]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--objects", type=int, default=200_000)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        collection = make_large_collection(Path(folder) / "large.collection", options.objects)
        study = CollectionStudy.create(Path(folder) / "large.fathom", collection.path)
        print(f"{options.objects} objects, collection and study made in {time.perf_counter() - began:.1f} s")
        viewer = napari.Viewer(show=True)
        viewer.window.resize(1500, 900)
        canvas = canvas_widget(viewer)
        assert isinstance(canvas, QOpenGLWidget)
        view, frames = MosaicView(viewer, study), Frames(canvas)
        found: Found = defaultdict(list)
        for wish in (Wish(), Wish(sort_by="depth_m", group_by="class")):
            _show(view, wish)
            _walk(view, frames, found)
        for what in ("pan", "zoom"):
            print(f"{what + ', all in all':34s} {of_all(found[what])}")
        _vote(view)
        view.close()
        study.close()
        viewer.close()


def _show(view: MosaicView, wish: Wish) -> None:
    began = time.perf_counter()
    *_, done = board_job(view.study, wish)
    assert isinstance(done, Done)
    arranged = time.perf_counter()
    view.show(done.result)
    shown = time.perf_counter()
    print(
        f"{wish.sort_by or 'as filed'}: arranged in {arranged - began:.2f} s (behind the screen), "
        f"shown in {shown - arranged:.2f} s (GUI thread)"
    )
    run_for(1.0)


def _walk(view: MosaicView, frames: Frames, found: Found) -> None:
    """Pan the whole and two parts of it; zoom from the whole to single tiles and back."""
    camera = view.viewer.scene.camera
    assert view.layout is not None
    height, width = view.layout.shape
    whole = camera.zoom
    for zoom in (whole, 0.2, 1.0):
        camera.zoom, camera.center = zoom, (height / 2, width / 2)
        run_for(0.6)
        to_and_fro = cycle([1] * 40 + [-1] * 40)  # the whole would leave the screen, and nothing be drawn
        ways = to_and_fro if zoom == whole else repeat(1)
        step = partial(_pan, camera, 4 / zoom, 3 / zoom, ways)
        _measure(frames, found, "pan", f"pan at {zoom:.3g} screen pixels a pixel", step)
    steps = 0.8 * STRETCH_S / STEP_S  # the last of the time is at the end of the way
    factor = (1.0 / whole) ** (1 / steps)
    camera.zoom, camera.center = whole, (height / 2, width / 2)
    run_for(0.6)
    _measure(frames, found, "zoom", "zoom in", partial(_zoom, camera, factor, whole))
    _measure(frames, found, "zoom", "zoom out", partial(_zoom, camera, 1 / factor, whole))
    view.look_at_all()


def _measure(frames: Frames, found: Found, kind: str, what: str, step: Callable[[], None]) -> None:
    frames.clear()
    run_for(STRETCH_S, step, every=STEP_S)
    found[kind].append(frames.take())
    print(f"    {what:30s} {found[kind][-1]}")


def _pan(camera: Any, down: float, across: float, ways: Iterator[int]) -> None:
    (y, x), way = camera.center[-2:], next(ways)
    camera.center = (y + way * down, x + way * across)


def _zoom(camera: Any, factor: float, whole: float) -> None:
    camera.zoom = min(max(camera.zoom * factor, whole), 1.0)


def _vote(view: MosaicView) -> None:
    study = view.study
    began = time.perf_counter()
    rows = np.arange(min(10_000, len(study.collection)))
    study.votes.cast(rows, study.classes.values[0], annotator="bench")
    cast = time.perf_counter()
    view.refresh_labels()
    anew = time.perf_counter() - cast
    print(f"{len(rows)} votes cast in {cast - began:.3f} s, shown anew in {anew:.3f} s (GUI thread)")


if __name__ == "__main__":
    main()

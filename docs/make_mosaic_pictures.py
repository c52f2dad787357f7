"""Renew the pages' pictures of collections, by driving the real window over the demo's plankton.

xvfb-run -a -s "-screen 0 1600x1000x24" env QT_QPA_PLATFORM=xcb .venv/bin/python docs/make_mosaic_pictures.py
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import torch  # noqa: F401 - before Qt
from PIL import Image
from qtpy.QtCore import QDeadlineTimer
from qtpy.QtTest import QTest

from napari_fathom.cli.console import Console
from napari_fathom.cli.plankton_demo import prepare_plankton
from napari_fathom.cli.stopwatch import Stopwatch
from napari_fathom.viewer.launch import launch
from napari_fathom.viewer.mosaic.collection_desk import CollectionDesk

PICTURES = Path(__file__).parent / "pictures"
PATIENCE_MS = 600_000


def wait_for(condition: Callable[[], bool]) -> None:
    """Run the window's events until the condition holds."""
    deadline = QDeadlineTimer(PATIENCE_MS)
    while not condition():
        if deadline.hasExpired():
            raise RuntimeError("the window did not come so far")
        QTest.qWait(50)
    QTest.qWait(2000)  # what is drawn behind the screen comes a little later


def main() -> None:
    """Open the demo's plankton, train, and take the picture of the answers."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "plankton.fathom"
        prepare_plankton(folder, Console(), Stopwatch()).close()
        viewer, dock = launch([folder])
        wait_for(lambda: dock.desk is not None and dock.desk.is_shown)
        desk = dock.desk
        assert isinstance(desk, CollectionDesk) and desk.view is not None
        desk.train.prepare()
        dock.retrain()
        wait_for(lambda: dock.session.answered_by() is not None)
        wait_for(lambda: desk.view.board is not None and desk.view.board.wish.group_by == "predicted")
        arrange = desk.mosaic.arrange
        arrange.sort_by.setCurrentText("ambiguity")
        desk.mosaic.rearrange()
        wait_for(lambda: desk.view.board.wish.sort_by == "ambiguity")
        dock.show_tab(desk.controls)
        desk.view.select(desk.view.board.arrangement.order[:3])
        QTest.qWait(1000)
        path = PICTURES / "mosaic.png"
        viewer.screenshot(str(path), canvas_only=False, flash=False)
        with Image.open(path) as picture:
            picture.convert("RGB").quantize(160).save(path, optimize=True)
        dock.session.open(None)
        viewer.close()


if __name__ == "__main__":
    main()

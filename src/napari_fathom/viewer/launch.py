"""Start napari with the Fathom dock, on a study or on none: `python -m napari_fathom.viewer.launch PATHS`.

The command line runs this as a process of its own. It also takes pictures of the real window, for the demo
and the pages.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import napari

    from napari_fathom.viewer.main_dock import FathomDock

__all__ = ["WINDOW_SIZE", "launch", "main", "retrain_when_shown"]

WINDOW_SIZE = (1600, 1000)
_LOOK_EVERY_MS = 200


def launch(paths: Sequence[Path] = ()) -> "tuple[napari.Viewer, FathomDock]":
    """Make a window with the Fathom dock, and begin to open `paths` in it.

    Parameters
    ----------
    paths : sequence of Path
        A study, a store, or files of one survey or collection; none leaves the window empty.

    Returns
    -------
    viewer : napari.Viewer
    dock : FathomDock
        The study is open when `dock.session.opened` is set, and seen when `dock.desk.is_shown`; that takes a
        moment.
    """
    viewer = _window()
    _, dock = viewer.window.add_plugin_dock_widget("napari-fathom", "Fathom")
    _settle(viewer)
    if paths:
        dock.opener.open(list(paths))
    return viewer, dock


def _window() -> "napari.Viewer":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # else torch's waiting threads take the window's time
    import torch  # noqa: F401 - before Qt: on Windows torch can't be loaded after it

    import napari  # isort: skip

    return napari.Viewer(title="Fathom")


def _settle(viewer: "napari.Viewer") -> None:
    viewer.window.resize(*WINDOW_SIZE)
    gc.collect()
    gc.freeze()  # what is there now stays; each later search for garbage among it would hold the window 0.3 s


def retrain_when_shown(dock: "FathomDock") -> None:
    """Press Retrain for the user once the study is there, with the settings that it has."""
    from qtpy.QtCore import QTimer

    timer = QTimer(dock)

    def look() -> None:
        desk = dock.desk
        if desk is not None and desk.is_shown:
            timer.stop()
            desk.train.prepare()
            dock.retrain()

    timer.timeout.connect(look)
    timer.start(_LOOK_EVERY_MS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window and stay until it is closed, or save a picture of it and go.

    Returns
    -------
    int
        0, or 1 where the survey couldn't be opened for the picture.
    """
    parser = argparse.ArgumentParser(prog="napari_fathom.viewer.launch", description="Open Fathom's window.")
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--picture", type=Path, metavar="PNG", help="save what the window shows, and end")
    parser.add_argument("--retrain", action="store_true", help="train on what is painted, and predict")
    options = parser.parse_args(arguments)
    viewer, dock = launch(options.paths)
    if options.retrain:
        retrain_when_shown(dock)
    if options.picture is not None:
        from napari_fathom.viewer.picture import take_picture

        return take_picture(viewer, dock, options.picture)
    import napari

    napari.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())

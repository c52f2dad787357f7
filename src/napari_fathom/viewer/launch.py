"""Start napari with the Fathom dock, on a survey or on none: `python -m napari_fathom.viewer.launch PATHS`.

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
    from napari_fathom.viewer.mosaic.collection_dock import CollectionDock

__all__ = ["WINDOW_SIZE", "launch", "launch_collection", "main", "retrain_when_open"]

WINDOW_SIZE = (1600, 1000)


def launch(paths: Sequence[Path] = ()) -> "tuple[napari.Viewer, FathomDock]":
    """Make a window with the Fathom dock, and begin to open `paths` in it.

    Parameters
    ----------
    paths : sequence of Path
        A study, a survey store, or files of one survey; none leaves the window empty.

    Returns
    -------
    viewer : napari.Viewer
    dock : FathomDock
        The survey is open when `dock.session.study` is set; that takes a moment.
    """
    viewer = _window()
    _, dock = viewer.window.add_plugin_dock_widget("napari-fathom", "Fathom")
    _settle(viewer)
    if paths:
        dock.survey.open(list(paths))
    return viewer, dock


def launch_collection(paths: Sequence[Path]) -> "tuple[napari.Viewer, CollectionDock]":
    """Make a window with the collection's dock, and begin to open `paths` in it.

    Parameters
    ----------
    paths : sequence of Path
        A study of a collection, its store, or files of images.

    Returns
    -------
    viewer : napari.Viewer
    dock : CollectionDock
        The mosaic is there when `dock.view.board` is set.
    """
    from napari_fathom.viewer.mosaic.collection_dock import open_collection_in

    viewer = _window()
    dock = open_collection_in(viewer, list(paths))
    _settle(viewer)
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


def retrain_when_open(dock: "FathomDock") -> None:
    """Press Retrain for the user once the survey is there, with the settings that its study has."""
    from qtpy.QtCore import QTimer

    def press(study: object) -> None:
        if study is not None:
            dock.session.studyChanged.disconnect(press)
            dock.show_tab(dock.train)
            QTimer.singleShot(0, dock.train.retrain)  # when all others have heard of the study too

    dock.session.studyChanged.connect(press)


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
    from napari_fathom.study.kinds import holds_images

    if options.paths and holds_images(options.paths):
        launch_collection(options.paths)
        return _stay()
    viewer, dock = launch(options.paths)
    if options.retrain:
        retrain_when_open(dock)
    if options.picture is not None:
        from napari_fathom.viewer.picture import take_picture

        return take_picture(viewer, dock, options.picture)
    return _stay()


def _stay() -> int:
    import napari

    napari.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())

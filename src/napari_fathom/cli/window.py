"""Starting the napari window: in a process of its own, so that the command line stays free of Qt."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from napari_fathom.errors import FathomError

__all__ = ["can_take_picture", "has_display", "open_window", "take_picture"]

_SCREEN = "-screen 0 1600x1000x24"
_LAUNCH = (sys.executable, "-m", "napari_fathom.viewer.launch")


def has_display() -> bool:
    """Tell whether a window could be seen here; only Linux can lack a screen in a way we can ask for."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def can_take_picture() -> bool:
    """Tell whether there is a screen, or `xvfb-run` to make one."""
    return has_display() or shutil.which("xvfb-run") is not None


def open_window(paths: Sequence[Path], *, retrain: bool = False) -> None:
    """Open napari on `paths` and wait until the user closes it.

    Parameters
    ----------
    paths : sequence of Path
        A study, a survey store, or files of one survey; none leaves the window empty.
    retrain : bool
        Press Retrain for the user as soon as the survey is there.

    Raises
    ------
    FathomError
        If there is no display, or napari ended with an error (which it has printed).
    """
    if not has_display():
        raise FathomError(
            "no display: DISPLAY and WAYLAND_DISPLAY are empty, so no window can open. Start a desktop "
            "session or ssh -X, or do the same without a screen: fathom train, fathom predict, fathom export."
        )
    asked = ["--retrain"] if retrain else []
    _run([*_LAUNCH, *map(str, paths), *asked], dict(os.environ))


def take_picture(paths: Sequence[Path], picture: Path) -> None:
    """Open the real window on `paths`, on a virtual screen where there is no other, and save what it shows.

    Raises
    ------
    FathomError
        If there is neither a display nor `xvfb-run`, or the window failed.
    """
    command = [*_LAUNCH, *map(str, paths), "--picture", str(picture)]
    environment = dict(os.environ)
    if not has_display():
        if shutil.which("xvfb-run") is None:
            raise FathomError(f"{picture.name}: no display and no xvfb-run. Install xvfb to get the picture.")
        command = ["xvfb-run", "-a", "-s", _SCREEN, *command]
        environment["QT_QPA_PLATFORM"] = "xcb"
    _run(command, environment)


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    with subprocess.Popen(command, env=environment) as window:
        try:
            code = window.wait()
        except KeyboardInterrupt:
            window.wait()  # it heard Ctrl-C too and closes by itself; killed, it could not
            raise
    if code:
        raise FathomError(f"the napari window ended with exit code {code}; what it said stands above.")

"""A picture of the real window, taken when everything in it has been drawn."""

from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QEventLoop, QObject, QTimer
from qtpy.QtWidgets import QApplication

from napari_fathom.viewer.jobs_ui import failure_words

if TYPE_CHECKING:
    import napari

    from napari_fathom.viewer.main_dock import FathomDock

__all__ = ["Stillness", "take_picture"]

_LOOK_EVERY_MS = 200
_STILL_LOOKS = 5
_PATIENCE_LOOKS = 600  # two minutes: a slow machine that draws by software


class Stillness(QObject):
    """Waits until a window's study is open, its jobs are done and its layers are drawn.

    Parameters
    ----------
    viewer : napari.Viewer
    dock : FathomDock
    """

    def __init__(self, viewer: "napari.Viewer", dock: "FathomDock") -> None:
        super().__init__()
        self._viewer, self._dock = viewer, dock
        self._loop = QEventLoop()
        self._looks = self._still = 0
        self._seen: object = None
        self.trouble = ""
        """What went wrong, in words; empty if nothing did."""

    def wait(self) -> bool:
        """Run the window's events until it is still; False where it failed to open or never came to rest."""
        self._dock.session.jobFailed.connect(self._failed)
        self._still = 0
        timer = QTimer(self)
        timer.timeout.connect(self._look)
        timer.start(_LOOK_EVERY_MS)
        self._loop.exec()
        timer.stop()
        self._dock.session.jobFailed.disconnect(self._failed)
        return not self.trouble

    def _failed(self, _: object, error: Exception) -> None:
        self.trouble = failure_words(error)
        self._loop.quit()

    def _look(self) -> None:
        self._looks += 1
        session = self._dock.session
        busy = session.light.busy or session.heavy.busy
        loaded = all(layer.loaded for layer in self._viewer.layers)
        now = (len(self._viewer.layers), session.opened is not None)
        settled = not busy and loaded and now == self._seen
        self._still = self._still + 1 if settled else 0
        self._seen = now
        if self._still >= _STILL_LOOKS:
            self._loop.quit()
        elif self._looks >= _PATIENCE_LOOKS:
            self.trouble = "the window did not come to rest within two minutes"
            self._loop.quit()


def take_picture(viewer: "napari.Viewer", dock: "FathomDock", path: Path) -> int:
    """Wait for stillness, save the whole window as PNG, and close it.

    Returns
    -------
    int
        0, or 1 where the window failed; the reason stands on stderr then.
    """
    import sys

    stillness = Stillness(viewer, dock)
    still = stillness.wait()
    if still:
        if dock.desk is not None:
            dock.desk.fill_canvas()
            dock.show_tab(dock.desk.front)
        still = stillness.wait()
    if still:
        QApplication.processEvents()
        path.parent.mkdir(parents=True, exist_ok=True)
        viewer.screenshot(str(path), canvas_only=False, flash=False)
    else:
        sys.stderr.write(f"{path.name}: {stillness.trouble}\n")
    viewer.close()
    return 0 if still else 1

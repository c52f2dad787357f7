"""Go to the next most ambiguous window: where a stroke teaches most."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QObject, Signal

from napari_fathom.events import Box, Done, Event
from napari_fathom.viewer.ambiguous import most_ambiguous_window
from napari_fathom.viewer.navigate import box_in_view, look_at

if TYPE_CHECKING:
    from napari_fathom.study import PredictionStore, Study
    from napari_fathom.viewer.session import Session

__all__ = ["AmbiguityTour"]

_CELLS = (
    2_000_000  # of the level that is searched: enough for windows of a hundred pings in a survey of a million
)
_ROWS, _PINGS = 512, 1024  # a window never grows beyond this, however far the user has zoomed out
_LEAST_WINDOWS = 3
"""A survey that is seen whole is gone through in as many: else there would be nowhere to go."""


class AmbiguityTour(QObject):
    """Remembers what was shown, until another prediction comes.

    Parameters
    ----------
    session : Session
    """

    told = Signal(str)
    """What was found, in words."""

    def __init__(self, session: "Session", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: list[Box] = []
        session.studyChanged.connect(self.restart)
        session.predictionChanged.connect(self.restart)

    def restart(self) -> None:
        """Forget what was shown."""
        self._shown.clear()

    def go(self) -> None:
        """Find the next window and look at it."""
        study, view = self._session.study, self._session.view
        if study is None or view is None:
            return
        seen = box_in_view(view.viewer, view.frame)
        part = view.frame.pings // _LEAST_WINDOWS
        size = (
            max(1, min(seen[1] - seen[0], _ROWS)),
            max(1, min(seen[3] - seen[2], _PINGS, part)),
        )
        shown = tuple(self._shown)
        job = self._session.light.submit("Searching", lambda _: _find(study, size, shown), owner=study)
        job.finished.connect(self._look)

    def _look(self, box: Box | None) -> None:
        view = self._session.view
        if view is None:
            return
        if box is None:
            self.told.emit("No further ambiguous window: all have been shown, or nothing is predicted yet.")
            self._shown.clear()
            return
        self._shown.append(box)
        look_at(view.viewer, view.frame, box)
        self.told.emit(f"Window {len(self._shown)}, by ambiguity.")


def _find(study: "Study", size: tuple[int, int], shown: tuple[Box, ...]) -> Generator[Event[Any], None, None]:
    store = study.prediction()
    yield Done(None if store is None else _search(store, size, shown))


def _search(store: "PredictionStore", size: tuple[int, int], shown: tuple[Box, ...]) -> Box | None:
    """Search the finest level that is small enough to be read whole."""
    arrays = store.arrays("ambiguity")
    level = next((k for k, array in enumerate(arrays) if array.size <= _CELLS), len(arrays) - 1)
    rows, pings = arrays[level].shape
    ambiguity = np.asarray(store.read("ambiguity", (0, rows, 0, pings), level=level), np.float32)
    return most_ambiguous_window(ambiguity, store.shape, size, shown)

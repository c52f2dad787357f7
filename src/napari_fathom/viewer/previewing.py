"""What the strokes so far make of the part in view, computed away from the GUI thread. Knows no Qt."""

import threading
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box, Done, Event

if TYPE_CHECKING:
    from napari_fathom.labels import Classes
    from napari_fathom.learning.preview import Preview
    from napari_fathom.learning.response_cache import ResponseCache
    from napari_fathom.learning.scaling import Scaling
    from napari_fathom.study import Study

__all__ = ["MOST_CELLS", "Previewed", "Previewer", "rest_value", "scaling_of"]

MOST_CELLS = 1_200_000
"""A view of more is previewed on a coarser level of the survey, as it is drawn on the screen too."""
_MOST_BYTES = 320 * 2**20  # kept of one level's responses: a view of four frequencies and its surroundings
_USUAL_REST = "background"


@dataclass(frozen=True, eq=False)
class Previewed:
    """The answer for a box.

    Parameters
    ----------
    box : Box
        In cells of its level.
    factors : (int, int)
        Range cells and pings in one of them.
    values : ndarray of uint8, shape (h, w)
        Class values of the study; 0 where nothing was measured.
    """

    box: Box
    factors: tuple[int, int]
    values: NDArray[np.uint8]


class Previewer:
    """Keeps the filter responses and the small network of the level that was asked for last.

    Its jobs must run one at a time.

    Parameters
    ----------
    study : Study
    """

    def __init__(self, study: "Study") -> None:
        self._study = study
        self._seen: tuple[int, Scaling] | None = None
        self._told_apart: tuple[tuple[int, ...], int | None] | None = None
        self._responses: ResponseCache
        self._preview: Preview

    def look(self, box: Box, stop: threading.Event) -> Generator[Event[Previewed], None, None]:
        """Learn from all strokes of now, and answer for a box of level 0.

        Yields
        ------
        Done(Previewed)

        Raises
        ------
        TrainingError
            If there is nothing to tell apart yet.
        Cancelled
            If `stop` is set.
        """
        from napari_fathom.learning.stopping import raise_if_set
        from napari_fathom.study.levels import level_for

        classes = self._study.classes
        self._prepare(level_for(self._study.echogram, box, MOST_CELLS), classes)
        field = self._field
        inside = field.covering(box)
        answer = self._preview.answer(inside, lambda: raise_if_set(stop))
        values = np.array([0, *classes.values], np.uint8)[answer]
        yield Done(Previewed(inside, field.factors, values))

    def _prepare(self, level: int, classes: "Classes") -> None:
        from napari_fathom.learning.preview import Preview
        from napari_fathom.learning.response_cache import ResponseCache
        from napari_fathom.study.adapters import StoreLabels
        from napari_fathom.study.levels import LevelField, LevelLabels

        rest = rest_value(self._study)
        seen, told_apart = (level, scaling_of(self._study)), (classes.values, rest)
        if (seen, told_apart) == (self._seen, self._told_apart):
            return
        if seen != self._seen:
            self._field = LevelField(self._study.echogram, level)
            self._responses = ResponseCache(self._field, seen[1], _MOST_BYTES)
        labels = LevelLabels(StoreLabels(self._study.labels, classes), self._field)
        place = None if rest is None else classes.values.index(rest) + 1
        self._preview = Preview(self._responses, labels, len(classes), place)
        self._seen, self._told_apart = seen, told_apart


def scaling_of(study: "Study") -> "Scaling":
    """Floor and ceiling as in the last training, else the default ones."""
    from napari_fathom.learning.scaling import Scaling

    told = study.document.training or {}
    return Scaling(**{name: told[name] for name in ("floor_db", "ceiling_db") if name in told})


def rest_value(study: "Study") -> int | None:
    """Value of the class that unpainted cells are taken for: as in the last training, else background."""
    rest = study.classes.find((study.document.training or {}).get("rest_class", _USUAL_REST))
    return None if rest is None else rest.value

"""Answers become labels, where the scientist says so."""

import threading
from collections.abc import Collection, Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import Cancelled, StudyError
from napari_fathom.events import Box, Done, Event, Progress
from napari_fathom.labels import LabelEvent, LabelStore
from napari_fathom.learning.field import connected_strokes
from napari_fathom.study.prediction_store import PredictionStore
from napari_fathom.study.study import Study

__all__ = ["accept_job", "accepted_cells"]

_PINGS = 4096
"""Pings of one label event: 2 million cells where there are 512 ranges."""


def accept_job(
    study: Study,
    *,
    classes: Collection[int] | None = None,
    region: Box | None = None,
    mask: NDArray[np.bool_] | None = None,
    certainty: float = 0.0,
    overwrite: bool = False,
    stop: threading.Event | None = None,
) -> Generator[Event[tuple[LabelEvent, ...]], None, None]:
    """Copy the answer in force into the labels, all of it or a chosen part.

    Every connected patch becomes a stroke of its own. A stop takes back what was accepted so far.

    Parameters
    ----------
    study : Study
        Open for writing.
    classes : collection of int, optional
        Class values to accept; all without it.
    region : Box, optional
        Where; everywhere without it.
    mask : array of bool, optional
        Which cells of the region; shape (h, w) of it.
    certainty : float
        Least probability of the class, 0 to 1.
    overwrite : bool
        Whether cells that have a label get the answer's instead; else only unlabelled ones do.
    stop : threading.Event, optional

    Yields
    ------
    Progress, last Done(tuple of LabelEvent): `study.labels.revert` takes those back

    Raises
    ------
    StudyError
        If the study is open read-only or there is no whole answer.
    Cancelled
        If stopped.
    """
    study.require_writable()
    store = study.prediction()
    if store is None:
        raise StudyError(f"{study.folder.name}: there is no whole answer to accept yet. Predict first.")
    box = region or (0, store.shape[0], 0, store.shape[1])
    note = f"prediction {store.path.name}, certainty ≥ {certainty:g}"
    events: list[LabelEvent] = []
    finished = False
    try:
        for part in blocks(box, _PINGS):
            if stop is not None and stop.is_set():
                raise Cancelled("Stopped; nothing was accepted.")
            inner = None if mask is None else mask[:, part[2] - box[2] : part[3] - box[2]]
            values, chosen = accepted_cells(
                store,
                study.labels,
                part,
                classes=classes,
                mask=inner,
                certainty=certainty,
                overwrite=overwrite,
            )
            if chosen.any():
                patches = np.maximum(connected_strokes(np.where(chosen, values, 0)), 1)
                event = study.labels.write(part, values, chosen, origin="accept", note=note, strokes=patches)
                events += [event] if event.number else []
            yield Progress("accept", part[3] - box[2], box[3] - box[2])
        finished = True
    finally:
        if not finished:
            study.labels.revert(events)
    yield Done(tuple(events))


def accepted_cells(
    store: PredictionStore,
    labels: LabelStore,
    box: Box,
    *,
    classes: Collection[int] | None = None,
    mask: NDArray[np.bool_] | None = None,
    certainty: float = 0.0,
    overwrite: bool = False,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Choose the cells of one box; parameters as for `accept_job`.

    Returns
    -------
    values : ndarray of uint8, shape (h, w)
        The answer's class values.
    chosen : ndarray of bool, shape (h, w)
        Where they are accepted. Classes that the study has no more are not.
    """
    values = np.asarray(store.read("class", box), np.uint8)
    wanted = set(labels.classes.values) & set(labels.classes.values if classes is None else classes)
    chosen = np.isin(values, sorted(wanted))
    if certainty > 0:
        chosen &= store.certainty(box, values) >= certainty
    if not overwrite:
        chosen &= labels.read(box) == 0
    if mask is not None:
        chosen &= mask
    return values, chosen


def blocks(box: Box, pings: int) -> Iterator[Box]:
    """Cut a box into pieces of at most so many pings."""
    top, bottom, left, right = box
    for start in range(left, right, pings):
        yield top, bottom, start, min(start + pings, right)

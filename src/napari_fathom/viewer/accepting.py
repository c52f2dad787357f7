"""Which answers become labels, computed away from the GUI thread. Knows no Qt."""

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError
from napari_fathom.events import Box, Done, Event
from napari_fathom.viewer.patch import patch_at

if TYPE_CHECKING:
    from napari_fathom.labels import LabelEvent
    from napari_fathom.study import Study

__all__ = ["Accepted", "Request", "accept_around_window", "box_minus", "common"]


@dataclass(frozen=True)
class Request:
    """What to accept.

    Parameters
    ----------
    region : Box
        Where.
    classes : tuple of int or None
        Class values; None for all.
    certainty : float
        Least probability, in [0, 1].
    overwrite : bool
        Whether labelled cells are labelled anew.
    cell : (int, int) or None
        Only the connected patch at this cell, whatever the region.
    """

    region: Box
    classes: tuple[int, ...] | None = None
    certainty: float = 0.0
    overwrite: bool = False
    cell: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class Accepted:
    """The outcome: `events` are stored already, `values[mask]` of `box` are for the paint window to set."""

    events: tuple["LabelEvent", ...]
    box: Box | None
    values: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    keep_labelled: bool = True


def accept_around_window(
    study: "Study", request: Request, window: Box | None, stop: threading.Event
) -> Generator[Event[Accepted], None, None]:
    """Write what is accepted outside of the paint window to the store, and say what to set inside of it.

    Inside, the paint window sets it itself, so that napari's undo knows.

    Yields
    ------
    Progress, last Done(Accepted)

    Raises
    ------
    StudyError
        If there is no prediction, or nothing is predicted at the request's cell.
    """
    from napari_fathom.study.jobs import accepted_cells

    store = study.prediction()
    if store is None:
        raise StudyError(f"{study.folder.name}: nothing is predicted yet. Press Retrain first.")
    region, patch = request.region, None
    if request.cell is not None:
        found = patch_at(lambda box: store.read("class", box), study.labels.shape, request.cell)
        if found is None:
            raise StudyError("Nothing is predicted under the cursor. Point at a coloured patch.")
        region, patch = found
    inside = None if window is None else common(region, window)
    parts = [region] if inside is None else box_minus(region, inside)
    masked = [(part, _cut(patch, region, part)) for part in parts]
    events = yield from _accept_parts(study, request, masked, stop)
    if inside is None:
        yield Done(Accepted(tuple(events), None, np.zeros((0, 0), np.uint8), np.zeros((0, 0), bool)))
        return
    values, mask = accepted_cells(
        store,
        study.labels,
        inside,
        classes=request.classes,
        mask=_cut(patch, region, inside),
        certainty=request.certainty,
        overwrite=request.overwrite,
    )
    yield Done(Accepted(tuple(events), inside, values, mask, not request.overwrite))


def _accept_parts(
    study: "Study",
    request: Request,
    parts: Sequence[tuple[Box, NDArray[np.bool_] | None]],
    stop: threading.Event,
) -> Generator[Event[Accepted], None, "list[LabelEvent]"]:
    """Accept box by box; a stop, or a failure, takes back those that were done."""
    from napari_fathom.study.jobs import accept_job
    from napari_fathom.study.jobs.guards import relay

    events: list[LabelEvent] = []
    finished = False
    try:
        for region, mask in parts:
            job = accept_job(
                study,
                classes=request.classes,
                region=region,
                mask=mask,
                certainty=request.certainty,
                overwrite=request.overwrite,
                stop=stop,
            )
            events += yield from relay(job)
        finished = True
    finally:
        if not finished:
            study.labels.revert(events)
    return events


def common(one: Box, other: Box) -> Box | None:
    """What two boxes share; None where that is nothing."""
    box = (max(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), min(one[3], other[3]))
    return box if box[0] < box[1] and box[2] < box[3] else None


def box_minus(box: Box, hole: Box) -> list[Box]:
    """Up to four boxes that together are `box` without `hole`, which lies in it."""
    top, bottom, left, right = box
    parts = [
        (top, bottom, left, hole[2]),
        (top, bottom, hole[3], right),
        (top, hole[0], hole[2], hole[3]),
        (hole[1], bottom, hole[2], hole[3]),
    ]
    return [part for part in parts if part[0] < part[1] and part[2] < part[3]]


def _cut(mask: NDArray[np.bool_] | None, box: Box, part: Box) -> Any:
    """The part of a mask over `box` that lies over `part`."""
    if mask is None:
        return None
    return mask[part[0] - box[0] : part[1] - box[0], part[2] - box[2] : part[3] - box[2]]

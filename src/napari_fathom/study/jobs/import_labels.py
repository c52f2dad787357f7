"""Labels made elsewhere become partial labels of the study."""

import threading
from collections.abc import Generator, Mapping
from pathlib import Path

import numpy as np

from napari_fathom.echogram.exchange import open_labels
from napari_fathom.echogram.incoming import IncomingLabels
from napari_fathom.echogram.regions import match_names
from napari_fathom.errors import Cancelled
from napari_fathom.events import Done, Event, Note, Progress
from napari_fathom.labels import Classes, LabelEvent
from napari_fathom.learning.field import connected_strokes
from napari_fathom.study.jobs.guards import relay
from napari_fathom.study.study import Study

__all__ = ["class_values", "import_labels_job", "lay_labels_job"]


def import_labels_job(
    study: Study,
    path: Path | str,
    *,
    aliases: Mapping[str, str] | None = None,
    overwrite: bool = False,
    adopt: bool = False,
    stop: threading.Event | None = None,
) -> Generator[Event[tuple[LabelEvent, ...]], None, None]:
    """Lay the labels of a file on the survey: EVR, EVL, CRIMAC, TIFF or npz, known by its content.

    Classes are matched by name or alias; what the study has no class for is left out, and a note says so, or
    becomes a class of its own (`adopt`).
    Every connected patch becomes a stroke of its own, so that some can be held out when training.

    Parameters
    ----------
    study : Study
        Open for writing.
    path : path
        The file, or the zarr folder.
    aliases : mapping of str to str, optional
        What the file calls a class (for one that names none: its value) → the study's name of it.
    overwrite : bool
        Whether cells that have a label get the file's instead; else only unlabelled ones do.
    adopt : bool
        Whether the study gets the file's classes that it lacks.
    stop : threading.Event, optional

    Yields
    ------
    Note, Progress, last Done(tuple of LabelEvent): `study.labels.revert` takes those back

    Raises
    ------
    FormatError
        If the file is not of these formats, or damaged.
    LabelError
        If its labels don't fit the survey, or an alias stands for a class that the study hasn't.
    Cancelled
        If stopped; nothing was imported then.
    """
    study.require_writable()
    former, values = study.classes, class_values(study.classes, aliases)
    incoming = open_labels(Path(path), study.echogram, values)
    _, lacking = match_names(incoming.names, values)
    if not (adopt and lacking):
        yield from lay_labels_job(study, incoming, overwrite=overwrite, stop=stop)
        return
    study.labels.set_classes(former.with_all_added(lacking))
    try:
        incoming = open_labels(Path(path), study.echogram, class_values(study.classes, aliases))
        yield Note(f"New classes, as {incoming.origin} names them: {', '.join(lacking)}.")
        laid = yield from relay(lay_labels_job(study, incoming, overwrite=overwrite, stop=stop))
    except BaseException:  # also where the job is closed
        study.labels.set_classes(former)
        raise
    yield Done(laid)


def class_values(classes: Classes, aliases: Mapping[str, str] | None = None) -> dict[str, int]:
    """Name → value, under the classes' own names and under what somebody else calls them.

    Parameters
    ----------
    classes : Classes
    aliases : mapping of str to str, optional
        Another name → a class's own. It counts for more than a class of that very name.

    Raises
    ------
    LabelError
        If an alias stands for a class that isn't there.
    """
    values = {item.name: item.value for item in classes}
    return values | {found: classes.named(name).value for found, name in (aliases or {}).items()}


def lay_labels_job(
    study: Study,
    incoming: IncomingLabels,
    *,
    overwrite: bool = False,
    stop: threading.Event | None = None,
) -> Generator[Event[tuple[LabelEvent, ...]], None, None]:
    """Do what `import_labels_job` does with labels that are open already (another napari layer, say)."""
    study.require_writable()
    for note in incoming.notes:
        yield Note(note, "warning")
    events: list[LabelEvent] = []
    finished = False
    try:
        for box, values in incoming.blocks():
            if stop is not None and stop.is_set():
                raise Cancelled("Stopped; nothing was imported.")
            free = values > 0
            if not overwrite:
                free &= study.labels.read(box) == 0
            patches = np.maximum(connected_strokes(values), 1)
            event = study.labels.write(
                box, values, free, origin="import", note=incoming.origin, strokes=patches
            )
            events += [event] if event.number else []
            yield Progress("import", box[3], incoming.shape[1])
        finished = True
    finally:
        if not finished:
            study.labels.revert(events)
    if not events:
        yield Note(f"{incoming.origin} holds no labels that are new here.", "warning")
    yield Done(tuple(events))

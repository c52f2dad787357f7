"""From labels to a model of the study."""

import threading
from collections.abc import Generator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from napari_fathom import files
from napari_fathom.events import Done, Event, Note
from napari_fathom.study.collection_study import CollectionStudy
from napari_fathom.study.jobs.guards import require_device, saving
from napari_fathom.study.jobs.lesson import lesson_of
from napari_fathom.study.jobs.starts import Start, beginning
from napari_fathom.study.models import ModelRecord
from napari_fathom.study.study import Study

if TYPE_CHECKING:
    from napari_fathom.learning.shared_settings import SharedSettings

__all__ = ["train_job"]


def train_job(
    study: Study | CollectionStudy,
    settings: "SharedSettings",
    *,
    start: Start = "scratch",
    aliases: Mapping[str, str] = MappingProxyType({}),
    device: str | None = None,
    stop: threading.Event | None = None,
) -> Generator[Event[ModelRecord], None, None]:
    """Train on the labels as they are now; the new model is in force once it is whole, the former until then.

    Only classes with labels are learned. Labelling may go on meanwhile; it counts next time.

    Parameters
    ----------
    study : Study or CollectionStudy
        Open for writing; a collection's images have been looked at.
    settings : TrainSettings or ImageSettings
        As suits the study.
    start : {"scratch", "last"} or Path
        Random weights, the model in force, or a model's folder.
    aliases : mapping of str to str
        What the class names of that folder's model mean in the study, where they aren't the same.
    device : str, optional
        'cpu', 'cuda', …; without it, the best one here.
    stop : threading.Event, optional
        When set, the best model so far is kept; to keep none, close the generator.

    Yields
    ------
    Note, Progress, Step, Epoch, last Done(ModelRecord)

    Raises
    ------
    StudyError
        If the study is open read-only, its images haven't been looked at, there is no last model, or no such
        device.
    TrainingError
        Too few labels, a start model that doesn't fit, no memory.
    Cancelled
        If it was stopped before the first epoch was over.
    """
    study.require_writable()
    require_device(device)
    begin = beginning(study, start, aliases)
    with study.model_shelf.new() as (number, folder):
        lesson = lesson_of(study, settings, folder)
        for item in study.classes:
            if len(lesson.classes) and item.value not in lesson.classes:
                yield Note(lesson.nothing.format(item.name), "warning")
        provenance = yield from lesson.learn(begin, device, stop)
        study.require_writable()  # it may have been closed meanwhile, and be another's to write
        kappa, held_out = provenance.get("kappa"), provenance.get("held_out_images")
        record = ModelRecord(
            number=number,
            parent=None if begin is None else begin.parent,
            method=str(provenance.get("method", settings.method)),  # what came before it may be kept instead
            settings=settings.model_dump(mode="json"),
            classes=lesson.classes.to_json(),
            painted=lesson.painted,
            label_event=lesson.last_event,
            kappa=None if kappa is None else float(kappa),
            held_out_images=None if held_out is None else sum(held_out.values()),
            stopped=stop is not None and stop.is_set(),
        )
        with saving("The new model", "the former one is still in force"):
            lesson.save(folder)
            record.save(folder)
            files.flush_folder(folder)
    study.model_shelf.set_current(number)
    study.update(training=settings.model_dump(mode="json"))
    yield Done(record)

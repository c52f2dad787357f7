"""From votes on a collection to a model of its study."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_fathom import files
from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event, Note
from napari_fathom.labels import Classes
from napari_fathom.study.collection_arrays import CollectionImages, labelled_classes, targets_of
from napari_fathom.study.collection_study import CollectionStudy
from napari_fathom.study.jobs.guards import relay, require_device, saving
from napari_fathom.study.jobs.starts import Start, start_model
from napari_fathom.study.models import ModelRecord

if TYPE_CHECKING:
    from napari_fathom.learning.images.model import ImageModel
    from napari_fathom.learning.images.settings import ImageSettings

__all__ = ["train_collection_job"]


def train_collection_job(
    study: CollectionStudy,
    settings: "ImageSettings",
    *,
    start: Start = "scratch",
    device: str | None = None,
    stop: threading.Event | None = None,
) -> Generator[Event[ModelRecord], None, None]:
    """Train on what people have said until now; the new model is in force once it is whole.

    Objects with the same pixels are never split between training and judging. Only classes that somebody has
    given are learned. Voting may go on meanwhile; it counts next time.

    Parameters
    ----------
    study : CollectionStudy
        Open for writing; its images have been looked at.
    settings : ImageSettings
    start : {"scratch", "last"} or Path
        Random weights, the model in force, or a model's folder.
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
        If the study is open read-only, its images haven't been looked at, or there is no last model.
    TrainingError
        Too few labels, a start model that doesn't fit, no memory.
    Cancelled
        If it was stopped before the first epoch was over.
    """
    from napari_fathom.learning.images.model_file import load_image_model
    from napari_fathom.learning.images.source import ImageLabels
    from napari_fathom.learning.images.training import ImageTraining

    study.require_writable()
    require_device(device)
    require_looked_at(study)
    first, parent = start_model(study, start, load_image_model)
    images = CollectionImages(study.collection)
    event, hard = study.votes.last_event, study.votes.hard()
    classes = labelled_classes(study.classes, hard[images.rows])
    for item in study.classes:
        if item.value not in classes:
            yield Note(f"Nothing is labelled {item.name}; the model won't know it.", "warning")
    twins = study.collection.objects["twin"].to_numpy()
    labels = ImageLabels(targets_of(hard, classes)[images.rows], twins[images.rows])
    training = ImageTraining(images, labels, classes.names, settings, start=first, device=device, stop=stop)
    model = yield from relay(training.events())
    kappa = model.provenance.get("kappa")
    study.require_writable()  # it may have been closed meanwhile, and be another's to write
    with study.model_shelf.new() as (number, folder):
        record = ModelRecord(
            number=number,
            parent=parent,
            method=settings.method,
            settings=settings.model_dump(mode="json"),
            classes=classes.to_json(),
            painted=_counts(hard[images.rows], classes),
            label_event=event,
            kappa=None if kappa is None else float(kappa),
            stopped=stop is not None and stop.is_set(),
        )
        _save(folder, model, record)
    study.model_shelf.set_current(number)
    study.update(training=settings.model_dump(mode="json"))
    yield Done(record)


def require_looked_at(study: CollectionStudy) -> None:
    """Refuse to learn from images that nobody has looked at.

    Raises
    ------
    StudyError
    """
    waiting = int(np.count_nonzero(~study.collection.looked_at))
    if waiting:
        raise StudyError(
            f"{study.folder.name}: {waiting:,} of {len(study.collection):,} images have not been looked at. "
            "Open the study in the window, or give 'fathom convert' again: it goes on where it was."
        )


def _counts(hard: "np.typing.NDArray[np.uint16]", classes: Classes) -> dict[int, int]:
    found = np.bincount(hard, minlength=max(classes.values, default=0) + 1)
    return {value: int(found[value]) for value in classes.values}


def _save(folder: Path, model: "ImageModel", record: ModelRecord) -> None:
    from napari_fathom.learning.images.model_file import save_image_model

    with saving("The new model", "the former one is still in force"):
        save_image_model(model, folder)
        record.save(folder)
        files.flush_folder(folder)

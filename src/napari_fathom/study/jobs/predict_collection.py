"""A model's answer on every object of a collection."""

import threading
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_fathom import files
from napari_fathom.errors import StudyError
from napari_fathom.events import Done, Event
from napari_fathom.study.answers import AnswerRecord, Answers
from napari_fathom.study.collection_arrays import CollectionImages
from napari_fathom.study.collection_study import CollectionStudy
from napari_fathom.study.jobs.collection_lesson import require_looked_at, require_seen_alike
from napari_fathom.study.jobs.guards import relay, require_device, saving
from napari_fathom.study.models import ModelRecord

if TYPE_CHECKING:
    from napari_fathom.learning.images.predict import ImageAnswers

__all__ = ["predict_collection_job"]


def predict_collection_job(
    study: CollectionStudy,
    *,
    model: int | None = None,
    device: str | None = None,
    stop: threading.Event | None = None,
) -> Generator[Event[Answers], None, None]:
    """Predict every object that has an image; the new answer is in force once it is whole.

    Parameters
    ----------
    study : CollectionStudy
        Open for writing; its images have been looked at.
    model : int, optional
        Number of the model; it is in force with its answer. Without it, the one that is in force.
    device : str, optional
        'cpu', 'cuda', …; without it, the best one here.
    stop : threading.Event, optional
        Ends the work within a second when set; the former answer stays in force.

    Yields
    ------
    Progress, Note, last Done(Answers)

    Raises
    ------
    StudyError
        If the study is open read-only, has no such model, its images are seen otherwise meanwhile, or the
        disk is full.
    FathomError
        If the model was trained on other images.
    Cancelled
        If stopped.
    """
    from napari_fathom.learning.images.model_file import load_image_model
    from napari_fathom.learning.images.predict import predict_images

    study.require_writable()
    require_device(device)
    require_looked_at(study)
    record = study.model_record(model)
    images = CollectionImages(study.collection)
    network = load_image_model(study.model_folder(record.number))
    found = yield from relay(predict_images(network, images, device=device, stop=stop))
    study.require_writable()  # it may have been closed meanwhile, and be another's to write
    require_seen_alike(study, images)
    shelf = study.prediction_shelf
    with saving("The answer", "the former one is still in force"), shelf.new() as (number, folder):
        _save(folder, record, found, images.rows, len(study.collection))
    study.put_in_force(number, model)
    for former in shelf.numbers():
        if former < number - 1:  # the one before is kept: somebody may still show it
            files.remove_folder(shelf.path(former))
    answers = study.answers()
    if answers is None:
        raise StudyError(f"{study.folder.name}: the new answer is gone again. Predict once more.")
    yield Done(answers)


def _save(folder: Path, record: ModelRecord, found: "ImageAnswers", rows: np.ndarray, objects: int) -> None:
    """Lay the answers of the rows that have an image into those of all objects."""

    def whole(values: np.ndarray, dtype: type, nothing: float) -> np.ndarray:
        everywhere = np.full((objects, *values.shape[1:]), nothing, dtype)
        everywhere[rows] = values
        return everywhere

    classes = record.classes if found.probabilities.shape[1] else []  # clusters may be all that it knows
    Answers.save(
        folder,
        AnswerRecord(model=record.number, objects=objects, classes=classes),
        probabilities=whole(found.probabilities, np.float16, np.nan),
        cluster=whole(found.cluster.astype(np.uint32) + 1, np.uint16, 0),
        ambiguity=whole(found.ambiguity, np.float32, 0.0),
        features=whole(found.features, np.float16, 0.0),
    )

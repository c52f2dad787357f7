"""What a collection has to teach: votes."""

import threading
from collections.abc import Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.errors import StudyError, TrainingError
from napari_fathom.events import Event, Note
from napari_fathom.study.collection_arrays import (
    CollectionImages,
    labelled_classes,
    soft_targets,
    targets_of,
)
from napari_fathom.study.collection_study import CollectionStudy
from napari_fathom.study.jobs.guards import relay
from napari_fathom.study.jobs.starts import Beginning
from napari_fathom.study.machine_labels import said_by_machines

if TYPE_CHECKING:
    from napari_fathom.learning.images.model import ImageModel
    from napari_fathom.learning.images.settings import ImageSettings

__all__ = ["CollectionLesson", "require_looked_at", "require_seen_alike"]


class CollectionLesson:
    """A `Lesson` on what people have said until now; voting may go on meanwhile.

    Objects with the same pixels are never split between training and judging.

    Parameters
    ----------
    study : CollectionStudy
        Its images have been looked at.
    settings : ImageSettings
    """

    nothing = "Nothing is labelled {}; the model won't know it."

    def __init__(self, study: CollectionStudy, settings: "ImageSettings") -> None:
        require_looked_at(study)
        self._study = study
        self._images = CollectionImages(study.collection)
        rows = self._images.rows
        with study.votes.unchanged():
            self.last_event = study.votes.last_event
            hard = study.votes.hard()[rows]
            self.classes = labelled_classes(study.classes, hard)
            if _needs_labels(settings):
                _require_people(study, rows, len(self.classes))
            self._soft = soft_targets(study.votes, self.classes, rows)
            self._disputed = int(np.count_nonzero(study.votes.entropy()[rows] > 0))
        counts = np.bincount(hard, minlength=max(self.classes.values, default=0) + 1)
        self.painted = {value: int(counts[value]) for value in self.classes.values}
        self._target = targets_of(hard, self.classes)
        self._twin = study.collection.objects["twin"].to_numpy()[rows]
        self._settings = settings
        self._model: ImageModel

    def learn(
        self, start: Beginning | None, device: str | None, stop: threading.Event | None
    ) -> Generator[Event[Any], None, Mapping[str, Any]]:
        """Train a network, or fit the rows of measures."""
        from napari_fathom.learning.images.model_file import load_image_model
        from napari_fathom.learning.images.source import ImageLabels
        from napari_fathom.learning.images.training import ImageTraining

        if self._disputed:
            yield Note(
                f"People dispute {self._disputed:,} of {np.count_nonzero(self._target):,} labelled images: "
                "sort the mosaic by entropy to see them."
            )
        former = None if start is None else load_image_model(start.folder)
        if start is not None and former is not None:
            former = replace(former, class_names=start.names(former.class_names))
        training = ImageTraining(
            self._images,
            ImageLabels(self._target, self._twin, self._soft),
            self.classes.names,
            self._settings,
            start=former,
            device=device,
            stop=stop,
        )
        self._model = yield from relay(training.events())
        require_seen_alike(self._study, self._images)
        return {**self._model.provenance, "method": self._model.settings.method}

    def save(self, folder: Path) -> None:
        """Write the model."""
        from napari_fathom.learning.images.model_file import save_image_model

        save_image_model(self._model, folder)


def _needs_labels(settings: "ImageSettings") -> bool:
    from napari_fathom.learning.methods import IMAGE_METHODS

    method = IMAGE_METHODS.get(settings.method)
    return method is None or method.needs_labels


def _require_people(study: CollectionStudy, rows: NDArray[np.int64], classes: int) -> None:
    """Say why labels that are there can't be learned from, where those of people are too few.

    Raises
    ------
    TrainingError
    """
    machine = int(np.count_nonzero(said_by_machines(study.votes)[rows]))
    if classes < 2 and machine:
        given = ("no class", "one class only")[classes]
        raise TrainingError(
            f"{study.folder.name}: people have given {given}. {machine:,} objects have labels of a machine "
            "(status predicted); who learns from those repeats its mistakes. Look through them in the window "
            f"and label what is right, or accept them all unseen: 'fathom train {study.folder.name} "
            "--accept-predicted YOUR-NAME'."
        )


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


def require_seen_alike(study: CollectionStudy, images: CollectionImages) -> None:
    """Refuse what was made of images that are seen otherwise by now: some were read so, some so.

    Raises
    ------
    StudyError
    """
    if study.collection.options != images.collection.options:
        raise StudyError(
            f"{study.folder.name}: its images were laid out to be seen otherwise meanwhile. "
            "Train, or predict, once more when all have been looked at."
        )

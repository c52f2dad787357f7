"""What a study has to teach: the labels of now, the run that learns from them, and what is kept of it."""

import threading
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from napari_fathom.events import Event
from napari_fathom.labels import Classes
from napari_fathom.study.collection_study import CollectionStudy
from napari_fathom.study.jobs.starts import Beginning
from napari_fathom.study.study import Study

if TYPE_CHECKING:
    from napari_fathom.learning.shared_settings import SharedSettings

__all__ = ["Lesson", "lesson_of"]


class Lesson(Protocol):
    """The labels that a training learns from, as they are when it begins, and its run.

    Attributes
    ----------
    classes : Classes
        Those that somebody has given to anything.
    painted : dict
        Labels of each class value: pixels, or objects.
    last_event : int
        The last change of the labels that counts.
    nothing : str
        A sentence for a class, `{}`, that has no label.
    """

    classes: Classes
    painted: dict[int, int]
    last_event: int
    nothing: str

    def learn(
        self, start: Beginning | None, device: str | None, stop: threading.Event | None
    ) -> Generator[Event[Any], None, Mapping[str, Any]]:
        """Train from a model, or from scratch; return the new model's provenance."""
        ...

    def save(self, folder: Path) -> None:
        """Write the model that was learned, and what is known of its held-out labels."""
        ...


def lesson_of(study: Study | CollectionStudy, settings: "SharedSettings", folder: Path) -> Lesson:
    """Take the labels as they are now.

    Parameters
    ----------
    study : Study or CollectionStudy
    settings : TrainSettings or ImageSettings
        As suits the study.
    folder : Path
        The new model's; labels of pixels are frozen there.

    Raises
    ------
    StudyError, TrainingError
        If nothing can be learned from this study yet.
    TypeError
        If the settings are of the other kind.
    """
    from napari_fathom.learning.images.settings import ImageSettings
    from napari_fathom.learning.settings import TrainSettings
    from napari_fathom.study.jobs.collection_lesson import CollectionLesson
    from napari_fathom.study.jobs.survey_lesson import SurveyLesson

    if isinstance(study, Study) and isinstance(settings, TrainSettings):
        return SurveyLesson(study, settings, folder)
    if isinstance(study, CollectionStudy) and isinstance(settings, ImageSettings):
        return CollectionLesson(study, settings)
    raise TypeError(f"{type(settings).__name__} don't suit a {type(study).__name__}")

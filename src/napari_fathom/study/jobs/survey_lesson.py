"""What a survey has to teach: painted strokes."""

import threading
from collections.abc import Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_fathom.events import Event
from napari_fathom.study.adapters import EchogramField, StoreLabels, painted_classes
from napari_fathom.study.jobs.guards import relay
from napari_fathom.study.jobs.starts import Beginning
from napari_fathom.study.shares import HeldOutStrokes
from napari_fathom.study.study import Study

if TYPE_CHECKING:
    from napari_fathom.learning.evaluate import HeldOutAnswers
    from napari_fathom.learning.model import Model
    from napari_fathom.learning.settings import TrainSettings

__all__ = ["SurveyLesson"]


class SurveyLesson:
    """A `Lesson` on a snapshot of the labels, which stays with the model; painting may go on meanwhile.

    Parameters
    ----------
    study : Study
    settings : TrainSettings
    folder : Path
        Gets the snapshot.
    """

    nothing = "No pixel of {} is painted; the model won't know it."

    def __init__(self, study: Study, settings: "TrainSettings", folder: Path) -> None:
        snapshot = study.labels.snapshot(folder / "labels")
        self.classes = painted_classes(snapshot)
        self.painted = {value: count for value, count in snapshot.counts().items() if count}
        self.last_event = snapshot.last_event
        self._field, self._labels = EchogramField(study.echogram), StoreLabels(snapshot, self.classes)
        self._settings = settings
        self._model: Model
        self._held_out: HeldOutAnswers | None = None

    def learn(
        self, start: Beginning | None, device: str | None, stop: threading.Event | None
    ) -> Generator[Event[Any], None, Mapping[str, Any]]:
        """Train a network on patches around the strokes."""
        from napari_fathom.learning.model_file import load_model
        from napari_fathom.learning.train import Training

        former = None if start is None else load_model(start.folder)
        if start is not None and former is not None:
            former = replace(former, class_names=start.names(former.class_names))
        training = Training(
            self._field,
            self._labels,
            self.classes.names,
            self._settings,
            start=former,
            device=device,
            stop=stop,
        )
        self._model = yield from relay(training.events())
        self._held_out = training.held_out
        return self._model.provenance

    def save(self, folder: Path) -> None:
        """Write the model, and its calibrated answers on held-out strokes for the class shares."""
        from napari_fathom.learning.model_file import save_model

        save_model(self._model, folder)
        calibration, answers = self._model.calibration, self._held_out
        strokes = HeldOutStrokes.none(np.array(calibration.shares))
        if answers is not None:
            calibrated = calibration.apply(answers.probabilities)
            strokes = HeldOutStrokes(
                calibrated, answers.labels.astype(np.uint8), answers.strokes, strokes.source
            )
        strokes.save(folder)

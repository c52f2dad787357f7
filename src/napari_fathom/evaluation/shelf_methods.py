"""The shelf's methods enter: train by the settings, answer about the unseen."""

import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TypeVar, cast

import numpy as np

from napari_fathom.evaluation.answers import ImageAnswer, ImageQuestion, PixelAnswer, PixelQuestion
from napari_fathom.events import Box, Done, Event
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.field import ArrayField, ArrayLabels
from napari_fathom.learning.images.clustered import clustered
from napari_fathom.learning.images.model import ImageModel
from napari_fathom.learning.images.predict import predict_images
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import ImageLabels
from napari_fathom.learning.images.training import ImageTraining
from napari_fathom.learning.methods import BLIND_METHODS
from napari_fathom.learning.predict import Output, predict
from napari_fathom.learning.train import Training

__all__ = ["answer_images", "answer_pixels", "finds_clusters", "learned", "without_clusters"]

T = TypeVar("T")


def answer_images(asked: ImageQuestion, start: ImageModel | None = None) -> ImageAnswer:
    """Learn from the images that may be looked at, and answer about all."""
    known, settings = asked.known, asked.settings
    model, seconds = learned(asked, settings, start)
    found = _result(predict_images(model, known.images))
    named = asked.target.any()
    return ImageAnswer(
        found.probabilities if named else None,
        found.ambiguity if named else None,
        found.cluster,
        calls_ambiguous=bool(named and settings.ambiguity and model.classifier is None),
        seconds=seconds,
    )


def learned(
    asked: ImageQuestion, settings: ImageSettings, start: ImageModel | None = None
) -> tuple[ImageModel, float]:
    """A model by these settings, and the seconds that it took."""
    learned_from = asked.known.part(asked.shown).images
    labels = ImageLabels(asked.target[asked.shown])
    started = time.perf_counter()
    if start is not None and finds_clusters(settings):
        unclustered = replace(start, settings=settings, clusterer=None)
        model, _ = _returned(clustered(unclustered, learned_from, labels))
        return model, time.perf_counter() - started
    model = _result(ImageTraining(learned_from, labels, asked.known.names, settings, start=start).events())
    return model, time.perf_counter() - started


def answer_pixels(asked: PixelQuestion) -> PixelAnswer:
    """Learn from the painted survey, and answer about the unseen one; not calibrated."""
    known, settings = asked.known, asked.settings
    labels = ArrayLabels(asked.labels, asked.strokes)
    training = Training(ArrayField(known.sv_db), labels, known.names, settings)
    started = time.perf_counter()
    model = _result(training.events())
    seconds = time.perf_counter() - started
    classes = len(known.names)
    probabilities = np.zeros((classes, *known.unseen_truth.shape), np.float16)

    def write(box: Box, output: Output) -> None:
        top, bottom, left, right = box
        probabilities[:, top:bottom, left:right] = output.probabilities

    uncalibrated = replace(model, calibration=Calibration.identity(classes))
    _result(predict(uncalibrated, ArrayField(known.unseen_db), write))
    source, held = model.calibration.shares, training.held_out
    if held is None:
        return replace(PixelAnswer.plain(probabilities, seconds), source=source)
    return PixelAnswer(probabilities, held.probabilities, held.labels, held.strokes, source, seconds)


def finds_clusters(settings: ImageSettings) -> bool:
    """Whether clusters are found, in a way of choice, among what a method without labels has learned."""
    return settings.method in BLIND_METHODS and settings.clusterer != "own"


def without_clusters(settings: ImageSettings) -> ImageSettings:
    """Settings of all that is learned before."""
    return settings.model_copy(update={"clusterer": "own"})


def _returned(work: Generator[object, None, T]) -> T:
    """What a generator returns."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return cast(T, end.value)


def _result(events: Iterator[Event[T]]) -> T:
    """What the last event carries."""
    for event in events:
        if isinstance(event, Done):
            return event.result
    raise RuntimeError("the work ended without Done")

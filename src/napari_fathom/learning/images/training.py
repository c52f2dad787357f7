"""Training on images, as others call it: arrays in, a model out."""

from collections.abc import Generator, Iterator, Sequence
from threading import Event as StopEvent

import numpy as np
import torch

from napari_fathom.errors import Cancelled, TrainingError
from napari_fathom.events import Done, Epoch, Event, Note, Progress, Step
from napari_fathom.learning.evaluate import HeldOutAnswers
from napari_fathom.learning.hardware import best_device
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.images.clustered import clustered
from napari_fathom.learning.images.model import ImageModel
from napari_fathom.learning.images.row_fit import RowFit
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import CachedImages, ImageLabels, ImageSet
from napari_fathom.learning.images.stages import stages
from napari_fathom.learning.images.task import ImageTask
from napari_fathom.learning.loop import Loop
from napari_fathom.learning.methods import (
    BLIND_METHODS,
    CLUSTERING_METHODS,
    IMAGE_METHODS,
    PRETRAINING_METHODS,
    ROW_METHODS,
)
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.stopping import raise_if_set

__all__ = ["ImageTraining"]

_Run = Loop[ImageNetwork, ImageBatch, ImageModel] | RowFit


class ImageTraining:
    """One run on a collection, from labelled images to a model.

    Parameters
    ----------
    images : ImageSet
    labels : ImageLabels
        Of the same images; must not change meanwhile.
    class_names : sequence of str
        Names of the class values 1…C. A method that needs no label learns as if there were none where only
        one class is labelled: that tells nothing from another.
    settings : ImageSettings
    start : ImageModel, optional
        Where to go on from; without it, from random weights or, if the settings say so, from what can be
        learned without labels; what a method can't begin without is learned first in any case. A method that
        isn't a network learns on what the start model's encoder sees.
    device : str, optional
        'cpu', 'cuda', …; without it, the best one here.
    stop : threading.Event, optional
        Ends the run within a second when set, also from inside a step.

    Raises
    ------
    TrainingError
        If nothing can be learned from the labels, there is no such method, or `start` doesn't fit.
    """

    def __init__(
        self,
        images: ImageSet,
        labels: ImageLabels,
        class_names: Sequence[str],
        settings: ImageSettings,
        *,
        start: ImageModel | None = None,
        device: str | None = None,
        stop: StopEvent | None = None,
    ) -> None:
        counts, self._alone = labels.counts(), ""
        if settings.method in (*BLIND_METHODS, *CLUSTERING_METHODS) and len(counts) < 2:
            self._alone = "".join(class_names[value - 1] for value in counts)
            labels, class_names = ImageLabels(np.zeros(len(labels.target), np.int64), labels.group), ()
        self._images, self._labels, self._class_names = CachedImages.of(images), labels, class_names
        self._settings, self._device, self._stop = settings, device, stop
        self._stages, self._start = stages(settings, len(class_names), start), start
        self._former: ImageModel | None = None
        self._done: ImageModel | None = None
        self._judged: HeldOutAnswers | None = None
        self._run = self._made(settings, start)

    def _made(self, settings: ImageSettings, start: ImageModel | None) -> _Run:
        def check() -> None:
            raise_if_set(self._stop)

        known = self._images, self._labels, self._class_names, settings, start, check
        if settings.method in IMAGE_METHODS:
            return Loop(ImageTask(*known), device=self._device, stop=self._stop)
        if settings.method in ROW_METHODS:
            return RowFit(*known, torch.device(self._device or best_device()))
        names = ", ".join(sorted([*IMAGE_METHODS, *ROW_METHODS]))
        raise TrainingError(f"No method of images is called {settings.method!r}; there are {names}.")

    @property
    def best(self) -> ImageModel | None:
        """The best model so far; None until the first epoch of something that can answer is over."""
        return self._done or self._run.best or self._former

    @property
    def held_out(self) -> HeldOutAnswers | None:
        """What the best model says of the held-out images; None where nothing was held out."""
        return self._judged or self._run.held_out

    def events(self) -> Iterator[Event[ImageModel]]:
        """Train.

        Yields
        ------
        Note, Progress, Step, Epoch
            As `Loop.events`; a method that isn't a network tells of one epoch. Where the settings say so,
            steps and epochs of learning to see come first; where features are to be clustered, Progress last.
        Done
            Holding the best model.

        Raises
        ------
        TrainingError, Cancelled
            As `Loop.events`.
        """
        if self._alone:
            yield Note(
                f"Only {self._alone} is labelled, which tells it from nothing: "
                "clusters are found as without labels."
            )
        for event in self._runs():
            if isinstance(event, Done):
                self._done, self._judged = yield from clustered(
                    event.result, self._images, self._labels, device=self._device, stop=self._stop
                )
                event = Done(self._done)
            yield event

    def _runs(self) -> Iterator[Event[ImageModel]]:
        """All that has to be learned, one after the other."""
        start = self._start
        for settings in self._stages[:-1]:
            start = yield from self._stage(settings, start)
            self._former = None if settings.method in PRETRAINING_METHODS else start
        if len(self._stages) > 1:
            self._run = self._made(self._settings, start)
        try:
            yield from self._run.events()
        except (Cancelled, TrainingError) as end:
            if self._former is None:
                raise
            kept = self._run.best or self._former
            yield Note(f"{end} The model of {kept.settings.method} is kept.", "warning")
            yield Done(kept)

    def _stage(
        self, settings: ImageSettings, start: ImageModel | None
    ) -> Generator[Event[ImageModel], None, ImageModel]:
        """What has to be learned before; remarks are left to what is learned in the end."""
        seeing = settings.method in PRETRAINING_METHODS
        what = "to see from all images" if seeing else f"clusters by {settings.method}"
        yield Note(f"Learning {what} first, without labels.")
        for event in self._made(settings, start).events():
            if isinstance(event, Done):
                return event.result
            if isinstance(event, Progress | Step | Epoch):
                yield event
        raise TrainingError("No epoch was completed.")

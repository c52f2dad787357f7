"""Learning from the labelled images of a collection, by a network."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from napari_fathom.errors import TrainingError
from napari_fathom.events import Note
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.class_names import others_of_as_many, shared_classes, strangers
from napari_fathom.learning.evaluate import HeldOutAnswers
from napari_fathom.learning.images.asking import LabelledImages
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.images.cluster_classes import CLUSTER_CLASSES
from napari_fathom.learning.images.gallery import Gallery
from napari_fathom.learning.images.held_out import HeldOutImages
from napari_fathom.learning.images.model import ImageModel, require_same_images
from napari_fathom.learning.images.preparation import (
    Prepared,
    prepare_images,
    require_labels,
    require_same_collection,
)
from napari_fathom.learning.images.sampler import ImageSampler
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import CachedImages, ImageLabels, ImageSet
from napari_fathom.learning.methods import CLUSTERING_METHODS, IMAGE_METHODS, make_image_method
from napari_fathom.learning.methods.base import Method, MethodContext
from napari_fathom.learning.model import copy_weights
from napari_fathom.learning.nets.image_network import ImageNetwork, build_image_network

__all__ = ["ImageTask", "calibrated", "require_compatible_images"]

_WITHOUT_LABELS = {"ambiguity": False, "keep": "last"}
"""DC3 learns from labels. And a loss of pseudo-labels, which change all the time, tells no better epoch."""


class ImageTask:
    """A collection, its labels, and the network that shall tell its images apart.

    Parameters
    ----------
    images : ImageSet
    labels : ImageLabels
        Of the same images.
    class_names : sequence of str
        Names of the class values 1…C.
    settings : ImageSettings
        Its method is one of `IMAGE_METHODS`.
    start : ImageModel, optional
        Where to go on from. Other classes are no hindrance: those that both know go on by their names.
    check : callable
        Raises when the user pressed Stop.

    Raises
    ------
    TrainingError
        If nothing can be learned from the labels, or `start` doesn't fit.
    """

    def __init__(
        self,
        images: ImageSet,
        labels: ImageLabels,
        class_names: Sequence[str],
        settings: ImageSettings,
        start: ImageModel | None,
        check: Callable[[], None],
    ) -> None:
        self._kind = IMAGE_METHODS[settings.method]
        self.settings = settings if self._kind.needs_labels else settings.model_copy(update=_WITHOUT_LABELS)
        require_same_collection(labels, images)
        if self._kind.needs_labels:
            require_labels(labels, class_names)
        if start is not None:
            require_compatible_images(start, settings, images)
        self._images, self._labels, self._classes = CachedImages.of(images), labels, tuple(class_names)
        self._start, self._check = start, check
        self._prepared: Prepared
        self._judges: HeldOutImages
        self._labelled: LabelledImages | None = None
        self._shares: npt.NDArray[np.float32] | None = None
        self._sampler: ImageSampler

    @property
    def main_loss(self) -> str:
        """Of the method."""
        return self._kind.main_loss

    @property
    def _clusters_answer(self) -> bool:
        """Whether what is learned, without labels, are clusters."""
        return self.settings.method in CLUSTERING_METHODS

    @property
    def parent(self) -> Mapping[str, Any]:
        """Provenance of the start model."""
        return {} if self._start is None else self._start.provenance

    def prepare(self) -> Iterator[Note]:
        """Read the images, hold some labels out, and say what is missing."""
        start, settings = self._start, self.settings
        scaling = None if start is None else start.scaling
        prepared = yield from prepare_images(
            self._images, self._labels, self._classes, settings, scaling, self._check
        )
        self._prepared = prepared
        self._judges = HeldOutImages(prepared, self._labels.target, self._labels.groups, settings)
        known = prepared.target if self._kind.needs_labels else np.zeros_like(prepared.target)
        self._sampler = ImageSampler(
            prepared.images, known, prepared.pool, prepared.scaling, settings, prepared.soft
        )
        if self._clusters_answer:
            if len(prepared.pool) < 2:
                raise TrainingError("Clusters are found among images; two or more are needed.")
            self._labelled = LabelledImages(prepared, len(self._classes), settings)
        elif start is not None and start.heads_go_on(settings.method):
            yield from strangers(start.class_names, self._classes, "labelled")

    def network(self) -> ImageNetwork:
        """Encoder, perceptron and three heads."""
        measures = len(self._prepared.scaling.mean)
        start, side, classes = self._start, self._images.side, len(self._classes)
        fresh = start is None or start.network is None
        network = build_image_network(self.settings, side, measures, classes, trained=fresh)
        if start is not None and start.network is not None:
            copy_weights(start.network.encoder, network.encoder)
            whole = start.heads_go_on(self.settings.method)
            if whole or not self._kind.needs_labels:
                copy_weights(start.network.join, network.join)
            if whole:
                both = shared_classes(start.class_names, self._classes)
                network.heads.go_on_from(start.network.heads, both)
        return network

    def method(
        self, network: ImageNetwork, device: torch.device, check: Callable[[], None]
    ) -> Method[ImageNetwork, ImageBatch]:
        """As the settings name it."""
        prepared, start = self._prepared, self._start
        context = MethodContext(
            self.settings,
            len(self._classes),
            device,
            check=check,
            weights=self._class_weights(),
            seen=network.seen,
            side=self._images.side,
            gallery=Gallery(
                prepared.images, prepared.target, prepared.pool, prepared.scaling, self.settings, device
            ),
            heads_go_on=start is not None and start.heads_go_on(self.settings.method),
        )
        method = make_image_method(context)
        if start is not None and not others_of_as_many(start.class_names, self._classes):
            method.restore(start.method_state)
        return method

    def _class_weights(self) -> tuple[float, ...] | None:
        """w_c = N / (C n_c), unless every class is drawn alike."""
        if self.settings.draws == "balanced":
            return None
        counts = self._prepared.counts(len(self._classes))
        return tuple(
            float(counts.sum() / (len(counts) * count)) if count else 0.0 for count in counts.tolist()
        )

    def draw(self, size: int, method: Method[ImageNetwork, ImageBatch]) -> ImageBatch:
        """Labelled images and, if needed, others in one view or two."""
        return self._sampler.draw(
            size, unlabelled=method.needs_unlabelled, view=method.needs_view, strong=self._kind.strong_view
        )

    def judge(self, network: ImageNetwork, device: torch.device) -> HeldOutAnswers | None:
        """Ask about the held-out images, if something is learned that can answer."""
        if self._labelled is not None:
            self._shares = self._labelled.shares(network, device)  # of the network that may be kept next
        elif not self._kind.needs_labels:
            return None
        return self._judges.judge(network, device, self._shares)

    def model(
        self,
        network: ImageNetwork,
        state: Mapping[str, Tensor],
        answers: HeldOutAnswers | None,
        provenance: Mapping[str, Any],
    ) -> ImageModel:
        """Calibrated on the held-out images, where there are any."""
        if self._shares is not None:
            state = {**state, CLUSTER_CLASSES: torch.from_numpy(self._shares)}
        return ImageModel(
            network,
            None,
            self.settings,
            self._classes,
            self._images.side,
            self._prepared.scaling,
            calibrated(answers, len(self._classes)),
            state,
            self._prepared.record | dict(provenance),
        )

    def remarks(self, answers: HeldOutAnswers | None) -> Iterator[Note]:
        """Say what a model that knows no classes is for."""
        if not (self._kind.needs_labels or self._clusters_answer or self._classes):
            yield Note(
                f"{self._kind.name} has learned to see these images, not yet to name them: clusters are its "
                "answer. For classes, label some and train by another method, starting from this model."
            )

    def too_large(self, device: torch.device) -> str:
        """Say what to lower."""
        side = self._images.side
        return (
            f"One image of {side} × {side} pixels is more than the memory of {device} holds. "
            "Choose a smaller width."
        )


def calibrated(answers: HeldOutAnswers | None, classes: int) -> Calibration:
    """Fitted on the held-out answers for equal class shares; the identity without any."""
    identity = Calibration(1.0, ()) if classes == 0 else Calibration.identity(classes)
    return identity if answers is None else answers.calibration(identity.shares)


def require_compatible_images(model: ImageModel, settings: ImageSettings, images: ImageSet) -> None:
    """Refuse to go on from a model that doesn't fit, and say what differs.

    Raises
    ------
    TrainingError
    """
    measured = images.measures is not None and settings.measures
    require_same_images(model, images.side, images.measures.shape[1] if images.measures is not None else 0)
    if bool(model.scaling.mean) != measured:
        has = "sees measures" if model.scaling.mean else "sees no measures"
        raise TrainingError(
            f"The model to start from {has}, this training is to be otherwise. Start from scratch."
        )
    for name in ("encoder", "width", "norm", "features", "backbone"):
        theirs, ours = getattr(model.settings, name), getattr(settings, name)
        if theirs != ours and model.network is not None:
            raise TrainingError(
                f"The model to start from has {name} {theirs}, this training {ours}. "
                "Start from scratch, or from a model that was made with the same."
            )

"""Learning from a collection by a method that isn't a network: one fit of rows."""

from collections.abc import Callable, Generator, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.errors import TrainingError
from napari_fathom.events import Done, Epoch, Event, Note, Progress
from napari_fathom.learning.evaluate import HeldOutAnswers
from napari_fathom.learning.images.clusters import find_clusters, limit_told
from napari_fathom.learning.images.held_out import HeldOutImages
from napari_fathom.learning.images.model import ImageModel, rows_for
from napari_fathom.learning.images.preparation import (
    Prepared,
    prepare_images,
    require_labels,
    require_same_collection,
)
from napari_fathom.learning.images.sampler import views_of
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.images.source import CachedImages, ImageLabels, ImageSet
from napari_fathom.learning.images.task import calibrated, require_compatible_images
from napari_fathom.learning.methods import ROW_METHODS
from napari_fathom.learning.methods.row_method import KnownRows
from napari_fathom.learning.model import copy_weights
from napari_fathom.learning.nets.image_network import ImageNetwork, build_image_network
from napari_fathom.learning.provenance import provenance

__all__ = ["RowFit"]

_BATCH = 256


class RowFit:
    """Rows are the measures; with a start model that has a network, its features and the measures.

    Parameters
    ----------
    images, labels, class_names, settings, start, check
        As for `ImageTask`; the settings' method is one of `ROW_METHODS`.
    device : torch.device
        Where the network works.
    """

    def __init__(
        self,
        images: ImageSet,
        labels: ImageLabels,
        class_names: Sequence[str],
        settings: ImageSettings,
        start: ImageModel | None,
        check: Callable[[], None],
        device: torch.device,
    ) -> None:
        require_same_collection(labels, images)
        require_labels(labels, class_names)
        if start is not None:
            require_compatible_images(start, settings, images)
        network = None if start is None else start.network
        seeing = network is not None or settings.pretrain_epochs  # an encoder is there, or about to be
        if not seeing and (images.measures is None or not settings.measures):
            raise TrainingError(
                f"The method {settings.method} learns from measures, and this collection has none (or they "
                "are switched off). Measure it, start from a model with a network, or choose another method."
            )
        self._images, self._labels, self._classes = CachedImages.of(images), labels, tuple(class_names)
        self._settings, self._start, self._check, self._device = settings, start, check, device
        self._network = None if network is None else self._seeing(network)
        self.best: ImageModel | None = None
        self.held_out: HeldOutAnswers | None = None

    def events(self) -> Iterator[Event[ImageModel]]:
        """Note, Progress while features are made, one Epoch, and Done holding the model."""
        settings, start = self._settings, self._start
        scaling = None if start is None else start.scaling
        prepared = yield from prepare_images(
            self._images, self._labels, self._classes, settings, scaling, self._check
        )
        rows = yield from self._rows(prepared)
        learner = ROW_METHODS[settings.method]
        classes, pool, soft = len(self._classes), prepared.pool, prepared.soft
        part = KnownRows(rows[pool], prepared.target[pool], classes, None if soft is None else soft[pool])
        classifier = learner.fit(part, settings, self._check)
        judges = HeldOutImages(prepared, self._labels.target, self._labels.groups, settings)
        if len(judges.rows):
            self.held_out = judges.answers(classifier.probabilities(rows[judges.rows]))
            # Judged without the held-out labels; kept with them: a second fit is cheap, each label is not.
            whole = KnownRows(rows, self._labels.target.astype(np.int64), classes, soft)
            classifier = learner.fit(whole, settings, self._check)
        kappa = None if self.held_out is None else self.held_out.kappa
        parent = {} if start is None else start.provenance
        if told := limit_told(len(rows), settings):
            yield Note(told)
        clusters = find_clusters(classifier.seen(rows), settings, classes, self._check)
        record = prepared.record | provenance(parent, 1, kappa, {}, str(self._device))
        self.best = ImageModel(
            self._network,
            classifier,
            settings,
            self._classes,
            self._images.side,
            prepared.scaling,
            calibrated(None if learner.calibrates else self.held_out, classes),
            provenance=record,
            clusterer=clusters,
        )
        yield Epoch(1, 1, {}, kappa, True)
        yield Done(self.best)

    def _rows(self, prepared: Prepared) -> Generator[Event[ImageModel], None, npt.NDArray[np.float32]]:
        """Features and measures of every image, shape (N, D); the network's part is what takes time."""
        network, parts = self._network, []
        try:
            if network is not None:
                network.to(self._device).eval()
            for first in range(0, len(self._images), _BATCH):
                self._check()
                rows = np.arange(first, min(first + _BATCH, len(self._images)))
                views = views_of(prepared.images, rows, prepared.scaling)
                parts.append(rows_for(network, views, self._settings, self._device).numpy())
                if network is not None:
                    yield Progress("features", int(rows[-1]) + 1, len(self._images))
        finally:
            if network is not None:
                network.cpu()
        return np.concatenate(parts)

    def _seeing(self, network: ImageNetwork) -> ImageNetwork:
        """A network with that one's encoder; perceptron and heads, which nobody asks, are as new."""
        measures = self._images.measures
        known = measures.shape[1] if measures is not None and self._settings.measures else 0
        side, classes = self._images.side, len(self._classes)
        made = build_image_network(self._settings, side, known, classes, trained=False)
        copy_weights(network.encoder, made.encoder)
        return made.eval().requires_grad_(False)

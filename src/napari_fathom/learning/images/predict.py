"""Batch by batch: class, cluster and ambiguity of every image of a collection."""

from collections.abc import Callable, Generator, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Event as StopEvent

import numpy as np
import numpy.typing as npt
import torch

from napari_fathom.events import Done, Event, Note, Progress
from napari_fathom.learning.hardware import best_device
from napari_fathom.learning.images.clusters import find_clusters, limit_told
from napari_fathom.learning.images.model import ImageModel, RawAnswers, require_same_images
from napari_fathom.learning.images.parts import in_parts
from napari_fathom.learning.images.sampler import views_of
from napari_fathom.learning.images.source import ImageSet
from napari_fathom.learning.stopping import heeding, raise_if_set

__all__ = ["ImageAnswers", "ask_images", "predict_images"]


@dataclass(frozen=True)
class ImageAnswers:
    """What a model says of N images.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (N, C)
        Calibrated; sums to 1 over classes. Without columns where the model knows clusters alone.
    cluster : ndarray of uint16, shape (N,)
        0…K−1; by the cluster head or, where no objective trained that or the settings name another clusterer,
        by what that found among the features.
    ambiguity : ndarray of float32, shape (N,)
        In [0, 1]: γ (1 − max p) + (1 − γ) DC3's head, of the settings' `ambiguity_anchor` γ; 1 − max p for a
        model without that head, and so 1 for one that knows no class.
    features : ndarray of float32, shape (N, D)
        Where images that look alike lie near each other.
    """

    probabilities: npt.NDArray[np.float32]
    cluster: npt.NDArray[np.uint16]
    ambiguity: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]

    @property
    def most_probable(self) -> npt.NDArray[np.int64]:
        """Class 1…C of each image, whether ambiguous or not; 0 where the model knows no class."""
        if not self.probabilities.shape[1]:
            return np.zeros(len(self.cluster), np.int64)
        return np.asarray(self.probabilities.argmax(axis=1) + 1, np.int64)

    @property
    def proposed(self) -> npt.NDArray[np.int64]:
        """Class 1…C where the image isn't ambiguous (p_a < 0.5); 0 where its cluster is the answer.

        References
        ----------
        DC3, section 2.2.
        """
        return np.where(self.ambiguity < 0.5, self.most_probable, 0)


def predict_images(
    model: ImageModel,
    images: ImageSet,
    *,
    device: str | None = None,
    stop: StopEvent | None = None,
    batch: int = 256,
) -> Iterator[Event[ImageAnswers]]:
    """Predict a collection.

    Parameters
    ----------
    model : ImageModel
    images : ImageSet
        Of the model's side, measured as the model's were.
    device : str, optional
        'cpu', 'cuda', …; without it, the best one here.
    stop : threading.Event, optional
        Ends the work within a second when set.
    batch : int
        Images at once.

    Yields
    ------
    Progress
        After each batch.
    Note
        If the memory didn't suffice and batches became smaller.
    Done
        Holding the ImageAnswers.

    Raises
    ------
    FathomError
        If the images don't fit the model, or not even one fits into memory.
    Cancelled
        If stopped.
    """
    parts = yield from ask_images(model, images, device=device, stop=stop, batch=batch)
    if not model.clusters_known and (told := limit_told(len(images), model.settings)):
        yield Note(told)
    yield Done(_gathered(model, parts, lambda: raise_if_set(stop)))


def ask_images(
    model: ImageModel,
    images: ImageSet,
    *,
    device: str | None = None,
    stop: StopEvent | None = None,
    batch: int = 256,
) -> Generator[Progress | Note, None, list[RawAnswers]]:
    """Ask a model about a collection, some images at a time; parameters and what is raised as above."""
    require_same_images(model, images.side, 0 if images.measures is None else images.measures.shape[1])
    where = torch.device(device or best_device())
    network = model.network
    parts: list[RawAnswers] = []

    def work(first: int, last: int) -> RawAnswers:
        raise_if_set(stop)
        views = views_of(images, np.arange(first, last), model.scaling)
        with nullcontext() if network is None else heeding(network, stop):
            return model.answer(views, where)

    if network is not None:
        network.to(where)
    try:
        for part in in_parts(len(images), batch, where, work):
            if part.size < batch:
                batch = part.size
                yield Note(f"Out of memory on {where}: going on with batches of {batch}.", "warning")
            parts.append(part.result)
            yield Progress("images", part.done, len(images))
    finally:
        if network is not None:
            network.cpu()
    return parts


def _gathered(model: ImageModel, parts: list[RawAnswers], check: Callable[[], None]) -> ImageAnswers:
    if not parts:
        empty = np.zeros(0, np.float32)
        shape = 0, len(model.class_names)
        return ImageAnswers(np.zeros(shape, np.float32), np.zeros(0, np.uint16), empty, empty.reshape(0, 1))
    raw = np.concatenate([part.probabilities for part in parts])
    probabilities = np.ascontiguousarray(model.calibration.apply(raw.T).T) if raw.shape[1] else raw
    features = np.concatenate([part.features for part in parts])
    known = [part.cluster for part in parts if part.cluster is not None]
    if known:
        cluster = np.concatenate(known)
    else:
        cluster = find_clusters(features, model.settings, len(model.class_names), check).of(features)
    return ImageAnswers(probabilities, cluster, _ambiguity(model, probabilities, parts), features)


def _ambiguity(
    model: ImageModel, probabilities: npt.NDArray[np.float32], parts: list[RawAnswers]
) -> npt.NDArray[np.float32]:
    """What ranked the images while the head learned ranks them in the answer, too.

    A head that learned for minutes from 1 − max p knows less than that (docs/benchmarks-plankton.md).
    """
    hesitation = 1 - probabilities.max(axis=1, initial=0)
    head = [part.ambiguity for part in parts if part.ambiguity is not None]
    if not head:
        return np.asarray(hesitation, np.float32)
    anchor = model.settings.ambiguity_anchor
    return np.asarray(anchor * hesitation + (1 - anchor) * np.concatenate(head), np.float32)

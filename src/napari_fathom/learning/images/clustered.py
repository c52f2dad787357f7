"""A model's clusters, found among all images once their features are learned."""

from collections.abc import Generator
from dataclasses import replace
from threading import Event as StopEvent

import numpy as np
import torch

from napari_fathom.errors import Cancelled
from napari_fathom.events import Note, Progress
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.images.cluster_classes import CLUSTER_CLASSES, class_shares
from napari_fathom.learning.images.clusters import find_clusters, limit_told
from napari_fathom.learning.images.model import ImageModel
from napari_fathom.learning.images.predict import ask_images
from napari_fathom.learning.images.source import ImageLabels, ImageSet
from napari_fathom.learning.stopping import raise_if_set

__all__ = ["clustered"]


def clustered(
    model: ImageModel,
    images: ImageSet,
    labels: ImageLabels,
    *,
    device: str | None = None,
    stop: StopEvent | None = None,
) -> Generator[Progress | Note, None, ImageModel]:
    """Give a model the clusters that its settings wish for, unless it has them.

    Where it knows no class, but people have labelled images, a cluster also says what is most often in it. A
    network that names classes is left as it is unless another clusterer is wished for: to see all images once
    more takes as long as to answer. Where clusters that a network has learned give way to others, what
    held-out labels said of those is dropped.

    Parameters
    ----------
    model : ImageModel
        Just trained.
    images : ImageSet
        What it was trained on.
    labels : ImageLabels
        Of the same images.
    device : str, optional
    stop : threading.Event, optional
        When set, the model stays without: clusters are then found among the images that it is asked about.

    Returns
    -------
    ImageModel
    """
    settings, classes = model.settings, len(model.class_names)
    wished = settings.clusterer != "own"
    if model.clusterer is not None or (not wished and (model.names_classes or model.heads_know)):
        return model
    learned = model.clusters_known and not wished
    if learned and not labels.counts():
        return model
    try:
        parts = yield from ask_images(model, images, device=device, stop=stop)
        features = np.concatenate([part.features for part in parts])
        found = model.assignment
        if not learned or found is None:
            if told := limit_told(len(images), settings):
                yield Note(told)
            found = find_clusters(features, settings, classes, lambda: raise_if_set(stop))
    except Cancelled:
        yield Note("Stopped before clusters were found; they will be among the images that are asked about.")
        return model
    if model.names_classes or not labels.counts():
        return replace(model, clusterer=found)
    shares = class_shares(found.of(features), labels.target, found.clusters, classes)
    if model.provenance.get("kappa") is not None:
        own, other = settings.method, settings.clusterer
        yield Note(f"Kappa is of {own}'s own clusters; nothing judges those by {other}.")
    return replace(
        model,
        clusterer=found,
        method_state={**model.method_state, CLUSTER_CLASSES: torch.from_numpy(shares)},
        calibration=Calibration.identity(classes),  # the former is of the former clusters' answers
        provenance={**model.provenance, "kappa": None},
    )

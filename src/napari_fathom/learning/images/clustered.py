"""A model's clusters, found among all images once their features are learned."""

from collections.abc import Generator
from dataclasses import replace
from threading import Event as StopEvent

import numpy as np
import torch

from napari_fathom.errors import Cancelled
from napari_fathom.events import Note, Progress
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.evaluate import HeldOutAnswers
from napari_fathom.learning.images.cluster_classes import CLUSTER_CLASSES, class_shares
from napari_fathom.learning.images.clusters import find_clusters, limit_told
from napari_fathom.learning.images.holdout import hold_out_images
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
) -> Generator[Progress | Note, None, tuple[ImageModel, HeldOutAnswers | None]]:
    """Give a model the clusters that its settings wish for, unless it has them.

    Where it knows no class, but people have labelled images, a cluster also says what is most often in it. A
    network that names classes is left as it is unless another clusterer is wished for: to see all images once
    more takes as long as to answer. What clusters say is judged by the held-out labels, which took no part in
    what they mean; what is kept has learned from all.

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
    HeldOutAnswers or None
        What the clusters say of the held-out images; None where it is as before, or nothing is held out.
    """
    settings, classes = model.settings, len(model.class_names)
    wished = settings.clusterer != "own"
    if model.clusterer is not None or (not wished and (model.names_classes or model.heads_know)):
        return model, None
    learned = model.clusters_known and not wished
    if learned and not labels.counts():
        return model, None
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
        return model, None
    if model.names_classes or not labels.counts():
        return replace(model, clusterer=found), None
    cluster, target = found.of(features), labels.target
    held = hold_out_images(labels, settings.held_out, settings.seed) & (target > 0)
    answers = None
    if held.any():
        meant = class_shares(cluster, np.where(held, 0, target), found.clusters, classes)[cluster[held]]
        answers = HeldOutAnswers(meant.T, target[held], labels.groups[held])
    kappa = None if answers is None else answers.kappa
    if kappa is not None:
        yield Note(f"What its clusters say of the held-out images: kappa {kappa:.2f}.")
    meaning = torch.from_numpy(class_shares(cluster, target, found.clusters, classes))
    known = replace(
        model,
        clusterer=found,
        method_state={**model.method_state, CLUSTER_CLASSES: meaning},
        calibration=Calibration.identity(classes),  # what labels count needs no temperature
        provenance={**model.provenance, "kappa": kappa},
    )
    return known, answers

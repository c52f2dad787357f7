"""A trained model of images with everything needed to use it, to go on, and to say where it came from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from napari_fathom.errors import TrainingError
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.clusterers import Assignment, Nearest
from napari_fathom.learning.images.augment import turned
from napari_fathom.learning.images.batch import Views
from napari_fathom.learning.images.cluster_classes import CLUSTER_CLASSES
from napari_fathom.learning.images.scaling import ImageScaling
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.methods import IMAGE_METHODS, PRETRAINING_METHODS
from napari_fathom.learning.methods.dec import CENTROIDS
from napari_fathom.learning.methods.image_rows import ImageMethod
from napari_fathom.learning.methods.row_method import RowClassifier
from napari_fathom.learning.model import reduced_precision
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["ImageModel", "RawAnswers", "mean_features", "require_same_images", "rows_for"]


@dataclass(frozen=True)
class RawAnswers:
    """What a model says of n images, not calibrated.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (n, C)
        Without columns from a model that knows no class.
    cluster : ndarray of uint16, shape (n,), optional
        None from a model that knows no clusters.
    ambiguity : ndarray of float32, shape (n,), optional
        None for a model without an ambiguity head.
    features : ndarray of float32, shape (n, D)
    """

    probabilities: npt.NDArray[np.float32]
    cluster: npt.NDArray[np.uint16] | None
    ambiguity: npt.NDArray[np.float32] | None
    features: npt.NDArray[np.float32]


@dataclass(frozen=True)
class ImageModel:
    """What training on images returns and `predict_images` needs: a network, a classifier of rows, or both.

    With both, the network's features and the measures make the rows.

    Parameters
    ----------
    network : ImageNetwork, optional
        On the CPU, in evaluation mode.
    classifier : RowClassifier, optional
    settings : ImageSettings
        Of the run that made it.
    class_names : tuple of str
        Names of the class values 1…C, in order.
    side : int
        Of the images.
    scaling : ImageScaling
        From grey values and measures to what is learned from.
    calibration : Calibration
        Fitted on the held-out images; the identity where there were none.
    method_state : mapping of str to Tensor
        What the method keeps.
    provenance : mapping of str to Any
        Numbers and names for the record. Plain JSON values.
    clusterer : Assignment, optional
        Clusters found among the features of all images once those were learned.
    """

    network: ImageNetwork | None
    classifier: RowClassifier | None
    settings: ImageSettings
    class_names: tuple[str, ...]
    side: int
    scaling: ImageScaling
    calibration: Calibration
    method_state: Mapping[str, Tensor] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    clusterer: Assignment | None = None

    @property
    def names_classes(self) -> bool:
        """Whether classes are what it learned, not clusters alone."""
        kind = self._kind
        return self.classifier is not None or (kind is not None and kind.needs_labels)

    @property
    def heads_know(self) -> bool:
        """Whether the network's heads, not only its encoder, have learned something."""
        kind = self._kind
        return self.network is not None and kind is not None and (kind.needs_labels or kind.trains_clusters)

    def heads_go_on(self, method: str) -> bool:
        """Whether a run by that method goes on from perceptron and heads; else this was to see alone."""
        mine = self.settings.method
        return self.heads_know and (mine == method or mine not in PRETRAINING_METHODS)

    @property
    def clusters_known(self) -> bool:
        """Whether it can tell an image's cluster; else clusters are found among the images asked about."""
        return self.assignment is not None or self._heads_cluster

    @torch.no_grad()
    def answer(self, views: Views, device: torch.device) -> RawAnswers:
        """Ask about images; the network must be on `device`."""
        if self.classifier is not None:
            rows = rows_for(self.network, views, self.settings, device).numpy()
            seen = self.classifier.seen(rows)
            return RawAnswers(self.classifier.probabilities(rows), self._assigned(seen), None, seen)
        assert self.network is not None
        heads = self.network.heads
        see = self.network.features if self.heads_know else self.network.pooled
        settings = self.settings
        if CENTROIDS in self.method_state:  # centres lie among images as they are, not among means over turns
            settings = settings.model_copy(update={"answer_turns": 1})
        features = mean_features(see, views, settings, device)
        seen = features.cpu().numpy()
        cluster, own = self._assigned(seen), None
        if cluster is None and self._heads_cluster:
            own = heads.clusters(features).softmax(1).cpu().numpy()
            cluster = own.argmax(1).astype(np.uint16)
        if not self.names_classes:
            return RawAnswers(self._meant(cluster, own, len(seen)), cluster, None, seen)
        asked = heads.ambiguity(features).sigmoid().cpu().numpy() if self.settings.ambiguity else None
        return RawAnswers(heads.classes(features).softmax(1).cpu().numpy(), cluster, asked, seen)

    @property
    def _kind(self) -> type[ImageMethod] | None:
        return IMAGE_METHODS.get(self.settings.method)

    @property
    def _heads_cluster(self) -> bool:
        trained = self._kind is not None and self._kind.trains_clusters
        return self.classifier is None and (trained or (self.names_classes and self.settings.ambiguity))

    @property
    def assignment(self) -> Assignment | None:
        """Clusters among features, as found or as the method learned them; None where a head tells them."""
        if self.clusterer is None and CENTROIDS in self.method_state:
            return Nearest.of_centres(self.method_state[CENTROIDS].numpy())
        return self.clusterer

    def _assigned(self, seen: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16] | None:
        assignment = self.assignment
        return None if assignment is None else assignment.of(seen)

    def _meant(
        self, cluster: npt.NDArray[np.uint16] | None, own: npt.NDArray[np.float32] | None, images: int
    ) -> npt.NDArray[np.float32]:
        """Probabilities (n, C) of what clusters mean; (n, 0) where nobody has named two classes."""
        shares = self.method_state.get(CLUSTER_CLASSES, torch.zeros(0, 0)).numpy()
        if cluster is None or shares.shape[1] < 2:  # of one class every cluster would be
            return np.zeros((images, 0), np.float32)
        return np.asarray(shares[cluster] if own is None else own @ shares, np.float32)


@torch.no_grad()
def mean_features(
    see: Callable[[Views], Tensor], views: Views, settings: ImageSettings, device: torch.device
) -> Tensor:
    """Features (n, D) of images, averaged over as many turned copies as the settings say.

    Parameters
    ----------
    see : callable
        `features` or `pooled` of a network on `device`, in evaluation mode.
    views : Views
        On the CPU.
    settings : ImageSettings
        Of the run that taught the network; where its method heeds no measures, they are left out here too.
    device : torch.device
    """
    kind = IMAGE_METHODS.get(settings.method)
    if kind is not None and not kind.heeds_measures:
        views = views.unmeasured
    layout = torch.channels_last if settings.channels_last else torch.contiguous_format
    copies = []
    with reduced_precision(settings, device):
        for pixels in turned(views.pixels, settings.copies_asked):
            copies.append(see(Views(pixels, views.measures).to(device, layout)).float())
    return torch.stack(copies).mean(0)


def rows_for(
    network: ImageNetwork | None, views: Views, settings: ImageSettings, device: torch.device
) -> Tensor:
    """What a method that isn't a network learns from: what an encoder sees, if any, and the measures.

    Returns
    -------
    Tensor, shape (n, D)
        On the CPU.
    """
    if network is None:
        return views.measures
    return torch.cat([mean_features(network.pooled, views, settings, device).cpu(), views.measures], dim=1)


def require_same_images(model: ImageModel, side: int, measures: int) -> None:
    """Refuse images of another side, or measured otherwise, and say what differs.

    Raises
    ------
    TrainingError
    """
    advice = "Prepare the collection as the model's was, or train a model on this one."
    if model.side != side:
        raise TrainingError(
            f"The model was trained on images of {model.side} × {model.side} pixels, "
            f"these have {side} × {side}. {advice}"
        )
    known = len(model.scaling.mean)
    if known and known != measures:
        raise TrainingError(
            f"The model knows {known} measures of each image, these have {measures}. {advice}"
        )

"""What has to be learned before what: to see, then to cluster, then from the clusters."""

from napari_fathom.errors import TrainingError
from napari_fathom.learning.images.model import ImageModel
from napari_fathom.learning.images.settings import ImageSettings
from napari_fathom.learning.methods import CLUSTERING_METHODS, IMAGE_METHODS, PRETRAINING_METHODS

__all__ = ["PRETRAINING", "stages"]

PRETRAINING = "pretrain"
"""What a method names as the one before it that goes on from whatever the setting of that name says."""


def stages(settings: ImageSettings, classes: int, start: ImageModel | None) -> list[ImageSettings]:
    """Settings of the runs that one training is made of, each going on from the model of the one before.

    Parameters
    ----------
    settings : ImageSettings
        Of the last of them.
    classes : int
        C, of which the number of clusters may depend.
    start : ImageModel, optional
        Where the first goes on from; what it has learned isn't learned again.

    Raises
    ------
    TrainingError
        If the settings' `pretrain` is no method that learns to see, or none that can begin with nothing.
    """
    chain, before = [settings], _before(settings)
    if before not in ("", PRETRAINING) and not _has_clusters(start, settings.clusters_for(classes)):
        chain.insert(0, settings.model_copy(update={"method": before}))
    sees = settings.encoder == "pretrained" or (start is not None and start.network is not None)
    epochs = 0 if start is not None else settings.pretrain_epochs
    if _before(chain[0]) == PRETRAINING and not sees:
        epochs = settings.pretrain_epochs or settings.epochs
    if epochs and settings.pretrain not in PRETRAINING_METHODS:
        names = ", ".join(PRETRAINING_METHODS)
        raise TrainingError(f"{settings.pretrain!r} can't learn to see before all others; {names} can.")
    return [settings.pretraining(epochs), *chain] if epochs else chain


def _has_clusters(start: ImageModel | None, clusters: int) -> bool:
    """Whether so many clusters, found without labels, are what the network's cluster head knows."""
    if start is None or start.network is None:
        return False
    method = start.settings.method
    found = method in CLUSTERING_METHODS and method not in PRETRAINING_METHODS  # those are to see only
    return found and start.settings.clusters_for(len(start.class_names)) == clusters


def _before(settings: ImageSettings) -> str:
    kind = IMAGE_METHODS.get(settings.method)
    return "" if kind is None else kind.before

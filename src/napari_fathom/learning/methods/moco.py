"""MoCo-v2: learn to see, from images alone, by telling each image's other view from many former images."""

from collections.abc import Iterator
from typing import ClassVar

import torch
import torch.nn.functional as F

from napari_fathom.learning.average import WeightAverage
from napari_fathom.learning.contrastive_losses import queue_loss
from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod
from napari_fathom.learning.methods.image_rows import ImageContext, image_features, spread
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["MoCo"]

_TEMPERATURE = 0.2  # Chen, Fan et al. 2020, table 1


class MoCo(PlainMethod):
    """Self-supervised: no label is looked at. What comes out is an encoder for another method to start from.

    The second view is seen by the running average of the network; what it makes of former images waits in a
    queue, and is what an image has to be told from. So a small mini-batch meets thousands of others. The
    queue is no longer than the collection, and an image's own former views in it count for nothing: the
    papers' collections are so large that they needn't say so. As with SimCLR, the perceptron is the paper's
    projection, and gets no measures. Queue and average begin anew where a run goes on from a model.

    Projections are given mean 0 and spread 1 over the mini-batch. The papers' network normalises so in every
    layer; one that doesn't begins with all images in one direction, which a slow average keeps it in.

    References
    ----------
    He et al. 2020 (MoCo), Eq. 1 and 2; Chen, Fan, Girshick and He 2020 (MoCo-v2): perceptron, views, τ.
    """

    name: ClassVar[str] = "moco"
    about: ClassVar[About] = About(
        "MoCo-v2",
        "He et al. 2020; Chen et al. 2020",
        "Finds an image's other view among thousands of former ones. Looks at no label; RPSC begins so.",
    )
    main_loss: ClassVar[str] = "contrast"
    needs_labels: ClassVar[bool] = False
    heeds_measures: ClassVar[bool] = False
    strong_view: ClassVar[bool] = True
    needs_unlabelled = True  # all images are
    needs_view = True  # two views are what it is about

    def __init__(self, context: ImageContext) -> None:
        assert context.gallery is not None
        settings = context.settings
        self._memory = settings.teacher_memory
        waiting = min(settings.queue, len(context.gallery))
        random = torch.randn(waiting, settings.features, generator=context.generator(salt=8))
        self._queue = F.normalize(random, dim=1).to(context.device)
        self._places = torch.full((waiting,), -1)
        self._average: WeightAverage[ImageNetwork] | None = None

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the contrastive loss of the mini-batch; then its keys wait in the queue."""
        assert batch.unlabelled is not None and batch.view is not None and batch.places is not None
        if self._average is None:
            self._average = WeightAverage(network, self._memory)
        else:
            self._average.update(network)  # as it is after the last optimiser step
        with torch.no_grad():
            keys = F.normalize(spread(self._average.network.features(batch.view.unmeasured)), dim=1)
        [queries] = image_features(network, batch.unlabelled.unmeasured)
        itself = (batch.places[:, None] == self._places).to(keys.device)
        value = queue_loss(spread(queries), keys, self._queue, itself, _TEMPERATURE)
        yield Loss("contrast", value)
        waiting = len(self._places)
        self._queue = torch.cat([keys, self._queue])[:waiting]
        self._places = torch.cat([batch.places, self._places])[:waiting]

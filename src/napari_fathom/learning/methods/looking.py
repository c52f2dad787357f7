"""What methods share that look at the images before every epoch, and learn from what they saw."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import ClassVar

import torch
from torch import Tensor

from napari_fathom.learning.images.batch import ImageBatch, Views
from napari_fathom.learning.methods.base import Loss, PlainMethod
from napari_fathom.learning.methods.image_rows import ImageContext
from napari_fathom.learning.nets.image_network import ImageNetwork
from napari_fathom.learning.nets.network import evaluating
from napari_fathom.learning.precision import in_full_precision

__all__ = ["LookingMethod"]

_LOOKS, _FEWEST = 4, 2048


class LookingMethod(PlainMethod):
    """Before every epoch, see images as they are by the encoder, in evaluation; in between, draw among them.

    Of a collection so large that to look would take far longer than to learn, each epoch looks at others:
    four for each image that it learns from, at least 2,048, drawn at random. Where the loop asks again, as a
    mini-batch didn't fit into memory, the next ones are half as large, like the loop's own.

    Parameters
    ----------
    context : MethodContext
    salt : int
        Tells its randomness from that of other methods.
    """

    needs_labels: ClassVar[bool] = False
    strong_view: ClassVar[bool] = False

    def __init__(self, context: ImageContext, salt: int) -> None:
        assert context.gallery is not None
        settings = context.settings
        self._gallery, self._check = context.gallery, context.check
        self._random = context.generator(salt)
        self._steps, self._size = settings.steps, settings.batch
        self._most = max(_LOOKS * settings.steps * settings.batch, _FEWEST)
        self._batches, self._unfinished = 0, False
        self._places = torch.zeros(0, dtype=torch.int64)

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the losses of one mini-batch."""
        if self._batches % self._steps == 0:
            self._places = self._gallery.draw(self._most)
            with evaluating(network), torch.no_grad():
                seen = self._gallery.seen(self._sight(network), self._places, check=self._check)
                with in_full_precision(seen):
                    self._look(seen)
        if self._unfinished:
            self._size = max(self._size // 2, 1)
        self._unfinished = True
        yield from self._learn(network, batch)
        self._unfinished = False  # the optimiser has taken its steps
        self._batches += 1

    def _sight(self, network: ImageNetwork) -> Callable[[Views], Tensor]:
        """By what images are looked at: the encoder alone."""
        return network.pooled

    @abstractmethod
    def _look(self, seen: Tensor) -> None:
        """Take in what is seen (m, D) of the images at `_places`, before an epoch."""

    @abstractmethod
    def _learn(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """The losses of some images of `_places`, and of what a mini-batch holds for methods that ask."""

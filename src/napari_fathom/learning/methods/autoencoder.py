"""AILARON's autoencoder: copy images through a narrow place, and keep the half that leads there."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

import torch.nn.functional as F
from torch import Tensor, nn

from napari_fathom.learning.images.batch import ImageBatch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod, restore_module
from napari_fathom.learning.methods.image_rows import ImageContext
from napari_fathom.learning.nets.decoder import Decoder
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["Autoencoder"]

_PREFIX = "decoder."


class Autoencoder(PlainMethod):
    """Self-supervised: the mean squared error of images that a decoder makes of the encoder's features.

    With `encoder = rotation` this is the paper's rotation-invariant autoencoder. No label is looked at; what
    comes out is an encoder for another method to start from. The decoder is kept with the model, so that a
    run can go on.

    References
    ----------
    Salvesen, Saad and Stahl 2022 (AILARON), section 4.2.1 and table 1.
    """

    name: ClassVar[str] = "autoencoder"
    about: ClassVar[About] = About(
        "Autoencoder (AILARON)",
        "Salvesen et al. 2022",
        "Copies images through a narrow place. Looks at no label; another method goes on from it.",
    )
    main_loss: ClassVar[str] = "reconstruction"
    needs_labels: ClassVar[bool] = False
    strong_view: ClassVar[bool] = False
    needs_unlabelled = True  # all images are

    def __init__(self, context: ImageContext) -> None:
        self._decoder = Decoder(context.seen, context.side, context.settings.seed).to(context.device)

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the error of the mini-batch."""
        assert batch.unlabelled is not None
        images = batch.unlabelled.pixels
        copies: Tensor = self._decoder(network.pooled(batch.unlabelled))
        yield Loss("reconstruction", F.mse_loss(copies.float(), images.float()))

    def state(self) -> Mapping[str, Tensor]:
        """The decoder's weights."""
        return self._decoder.state_dict(prefix=_PREFIX)

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with a decoder of the same size."""
        restore_module(self._decoder, state, _PREFIX)

    def parameters(self) -> Iterable[nn.Parameter]:
        """The decoder's."""
        return self._decoder.parameters()

"""SemiCPS: two networks that begin differently and teach each other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from napari_fathom.learning import losses
from napari_fathom.learning.batch import Batch
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import (
    Loss,
    MethodContext,
    PlainMethod,
    restore_module,
    rows_without_gradient,
)
from napari_fathom.learning.methods.ramp import Ramp
from napari_fathom.learning.methods.supseg import SupSeg
from napari_fathom.learning.nets.network import Network

__all__ = ["SemiCPS"]

_AUXILIARY = "auxiliary."


class SemiCPS(PlainMethod):
    """Cross pseudo supervision: in each mini-batch first the auxiliary, then the main network learns.

        auxiliary:  L = L_supseg + w(t) · CE(auxiliary(u), argmax main(u))
        main:       L = L_supseg + w(t) · CE(main(u), argmax auxiliary(u)), the auxiliary as just updated

    u are the valid pixels of the unlabelled patches. The auxiliary network has the main one's shape and other
    first weights; it is kept with the model, and never answers. Chen et al. weigh by 1.5
    (`pseudo_label_weight` here), from the start (`ramp` 0).

    References
    ----------
    Chen, Yuan, Zeng and Wang 2021 (CPS), Eq. 2 to 4; PredKlus, section IV.D (SemiCPS).
    """

    name: ClassVar[str] = "semicps"
    about: ClassVar[About] = About(
        "SemiCPS",
        "Chen et al. 2021",
        "Two networks teach each other. Twice the time; to compare with.",
    )
    needs_unlabelled = True  # they are where the two teach each other

    def __init__(self, context: MethodContext) -> None:
        assert context.twin is not None
        self._settings = context.settings
        self._auxiliary = cast(Network, context.twin(context.settings.seed + 1)).to(context.device).train()
        self._supervised, self._beside = SupSeg(context), SupSeg(context)
        self._ramp = Ramp.of(context.settings)

    def objectives(self, network: Network, batch: Batch) -> Iterator[Loss]:
        """Yield the auxiliary network's loss, then the main one's."""
        weight = self._settings.pseudo_label_weight * self._ramp.next()
        [second] = self._beside.objectives(self._auxiliary, batch)
        yield Loss("auxiliary", self._with_peer(second, self._auxiliary, network, batch, weight).total)
        [first] = self._supervised.objectives(network, batch)
        yield self._with_peer(first, network, self._auxiliary, batch, weight)

    def state(self) -> Mapping[str, Tensor]:
        """The auxiliary network, and what SupSeg learned with the main one."""
        return dict(self._supervised.state()) | self._auxiliary.state_dict(prefix=_AUXILIARY)

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with them, if the network is of the same size."""
        self._supervised.restore(state)
        restore_module(self._auxiliary, state, _AUXILIARY)

    def parameters(self) -> Iterable[nn.Parameter]:
        """The auxiliary network's."""
        return self._auxiliary.parameters()

    def _with_peer(self, loss: Loss, learner: Network, peer: Network, batch: Batch, weight: float) -> Loss:
        """A network's loss, with what the other says of the unlabelled pixels beside it."""
        if loss.unlabelled is None or batch.unlabelled is None:
            return loss
        guess = peer.heads.classes(rows_without_gradient(peer, batch)).float()
        logits = learner.heads.classes(loss.unlabelled.features)
        each = losses.pseudo_label_loss(logits, guess, torch.ones_like(guess[:, 0]))
        return replace(loss, consistency=weight * each)

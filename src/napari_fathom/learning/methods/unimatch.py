"""UniMatch's idea on partial labels: a teacher sees the sea as it is, the student a disturbed one."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import torch
from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.augment import Augmentation
from napari_fathom.learning.average import WeightAverage
from napari_fathom.learning.batch import Batch, UnlabelledPatches
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, MethodContext, PlainMethod
from napari_fathom.learning.methods.certainty import FixedThreshold
from napari_fathom.learning.methods.ramp import Ramp
from napari_fathom.learning.methods.supseg import SupSeg
from napari_fathom.learning.nets.network import Network, rows_of

__all__ = ["UniMatch", "mixed"]


class UniMatch(PlainMethod):
    """SupSeg, and on unlabelled patches agreement with the running average of one's own weights.

    L = L_supseg + w(t) · 1[max p_teacher(weak) ≥ 0.95] · CE(student(strong), argmax p_teacher(weak))

    A strong view has gains and noise `strong` times larger, and half of the patches have a rectangle of
    another patch in them (CutMix). What is known of a pixel moves with it, so that the student sees every
    unlabelled patch once, strongly changed, also where SupSeg takes it for the rest class. Unpainted pixels
    that the teacher is sure are *not* of the rest class are no longer taken for it once the ramp is over.

    Of UniMatch V2 this is the loop, with one strong stream; not its encoder, nor its dropout of channels. The
    teacher isn't kept: a run that goes on from a model begins with that model as its teacher.

    Parameters
    ----------
    context : MethodContext

    References
    ----------
    Yang et al. 2025 (UniMatch V2), section 3; Yun et al. 2019 (CutMix).
    """

    name: ClassVar[str] = "unimatch"
    about: ClassVar[About] = About(
        "UniMatch",
        "Yang et al. 2025",
        "SupSeg that also learns to answer alike where the sea is disturbed. As good, as quick.",
    )
    needs_unlabelled = True  # they are what the teacher is for

    def __init__(self, context: MethodContext) -> None:
        self._settings, self._rest = context.settings, context.rest
        self._supervised = SupSeg(context)
        self._certainty, self._ramp = FixedThreshold(context.settings.threshold), Ramp.of(context.settings)
        self._random = context.generator(salt=5)
        self._teacher: WeightAverage[Network] | None = None

    def objectives(self, network: Network, batch: Batch) -> Iterator[Loss]:
        """Yield SupSeg's loss, with what the teacher says of each unlabelled pixel beside it."""
        if batch.unlabelled is None:
            yield from self._supervised.objectives(network, batch)
            return
        answers = self._ask_teacher(network, batch.unlabelled.image)
        strong, answers = self._disturbed(batch.unlabelled, answers)
        weights, weight = self._certainty.weigh(answers), self._ramp.next()
        if weight == 1.0:
            strong = self._excused(strong, answers, weights)
        valid = strong.valid.reshape(-1)
        for loss in self._supervised.objectives(network, replace(batch, unlabelled=strong)):
            if loss.unlabelled is None:
                yield loss
                continue
            logits = network.heads.classes(loss.unlabelled.features)
            each = losses.pseudo_label_loss(logits, answers[valid], weights[valid])
            yield replace(loss, consistency=self._settings.pseudo_label_weight * weight * each)

    def state(self) -> Mapping[str, Tensor]:
        """What SupSeg learned."""
        return self._supervised.state()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on with it."""
        self._supervised.restore(state)

    @torch.no_grad()
    def _ask_teacher(self, network: Network, image: Tensor) -> Tensor:
        """Class probabilities of every pixel, (B, h, w, C), by the average of all weights so far."""
        if self._teacher is None:
            self._teacher = WeightAverage(network, self._settings.teacher_memory)
        else:
            self._teacher.update(network)  # as it is after the last optimiser step
        teacher, (count, _, height, width) = self._teacher.network, image.shape
        said = teacher.heads.classes(rows_of(teacher.features(image)))
        return said.float().softmax(1).reshape(count, height, width, -1)

    def _disturbed(self, patches: UnlabelledPatches, answers: Tensor) -> tuple[UnlabelledPatches, Tensor]:
        """The patches in a strong view, and the answers (B·h·w, C) to their pixels where those are now."""
        more, settings = self._settings.strong, self._settings
        strong = Augmentation(
            more * settings.gain_db,
            more * settings.channel_gain_db,
            more * settings.noise_db,
            settings.scale_db,
            settings.scaling.top,
        )
        device = patches.image.device
        box = _boxes(patches.valid.shape, self._random).to(device)
        image = strong.apply(patches.image.cpu(), self._random).to(patches.image)
        moved = UnlabelledPatches(
            mixed(image, box[:, None]),
            mixed(patches.valid, box),
            None if patches.view is None else mixed(patches.view, box[:, None]),
            None if patches.unpainted is None else mixed(patches.unpainted, box),
            None if patches.target is None else mixed(patches.target, box),
        )
        return moved, mixed(answers, box[..., None]).reshape(-1, answers.shape[-1])

    def _excused(self, patches: UnlabelledPatches, answers: Tensor, weights: Tensor) -> UnlabelledPatches:
        """The same, with pixels that the teacher is sure are of another class not taken for the rest."""
        if self._rest is None or patches.unpainted is None:
            return patches
        other = (weights > 0) & (answers.argmax(1) != self._rest)
        return replace(patches, unpainted=patches.unpainted & ~other.reshape(patches.unpainted.shape))


def mixed(planes: Tensor, boxes: Tensor) -> Tensor:
    """Put what lies in each patch's box of the next patch into it.

    Parameters
    ----------
    planes : Tensor, shape (B, …)
    boxes : Tensor of bool, broadcastable to `planes`

    Returns
    -------
    Tensor, shape (B, …)
    """
    return torch.where(boxes, planes.roll(1, 0), planes)


def _boxes(shape: torch.Size, generator: torch.Generator) -> Tensor:
    """Rectangles (B, h, w) in half of the patches; of side √(1 − λ), λ uniform, as CutMix draws them."""
    batch, height, width = shape
    side = torch.rand(batch, generator=generator).sqrt()
    present = torch.rand(batch, generator=generator) < 0.5
    if batch == 1:
        present = torch.zeros(1, dtype=torch.bool)  # there is no other patch

    def span(length: int) -> Tensor:
        centre = torch.rand(batch, 1, generator=generator)
        place = (torch.arange(length) + 0.5) / length
        return (place - centre).abs() <= side[:, None] / 2

    return (span(height)[:, :, None] & span(width)[:, None, :]) & present[:, None, None]

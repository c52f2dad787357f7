"""Mean-Teacher: answer as the average of one's former selves does."""

from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor

from napari_fathom.learning import losses
from napari_fathom.learning.average import WeightAverage
from napari_fathom.learning.images.batch import ImageBatch, Views
from napari_fathom.learning.methods.about import About
from napari_fathom.learning.methods.base import Loss, PlainMethod, Rows
from napari_fathom.learning.methods.image_rows import (
    ImageContext,
    image_features,
    supervised_loss,
)
from napari_fathom.learning.methods.ramp import Ramp
from napari_fathom.learning.nets.image_network import ImageNetwork

__all__ = ["MeanTeacher"]


class MeanTeacher(PlainMethod):
    """Cross-entropy on labelled images; on others, the squared difference to a teacher's answer.

    L = CE(labelled) + w(t) · 50 · mean over classes of (softmax_student(x) − softmax_teacher(x′))²

    The teacher's weights are the running average of the student's; no gradient reaches it. It sees the second
    view. It isn't kept: a run that goes on from a model begins with that model as its teacher.

    References
    ----------
    Tarvainen and Valpola 2017. Weights and ramp: DC3's code, as `docs/method.md` tells.
    """

    name: ClassVar[str] = "mean-teacher"
    about: ClassVar[About] = About(
        "Mean-Teacher",
        "Tarvainen and Valpola 2017",
        "Learns from your labels, and to answer as the average of its former selves does.",
    )
    main_loss: ClassVar[str] = "classes"
    needs_labels: ClassVar[bool] = True
    strong_view: ClassVar[bool] = False
    needs_unlabelled = True  # they are what the teacher is for
    needs_view = True  # student and teacher see different views

    def __init__(self, context: ImageContext) -> None:
        self._context, self._ramp = context, Ramp.of(context.settings)
        self._teacher: WeightAverage[ImageNetwork] | None = None

    def objectives(self, network: ImageNetwork, batch: ImageBatch) -> Iterator[Loss]:
        """Yield the cross-entropy, with the consistency of each unlabelled image beside it."""
        assert batch.unlabelled is not None and batch.view is not None
        answers, clusters = self._ask_teacher(network, batch.view)
        labelled, unlabelled = image_features(network, batch.labelled, batch.unlabelled)
        value = supervised_loss(network.heads.classes(labelled), batch.said, self._context)
        each = losses.squared_difference(network.heads.classes(unlabelled), answers)
        yield Loss(
            "classes",
            value,
            Rows(labelled, batch.target),
            Rows(unlabelled, view_clusters=clusters),
            self._context.settings.consistency_weight * self._ramp.next() * each,
        )

    @torch.no_grad()
    def _ask_teacher(self, network: ImageNetwork, views: Views) -> tuple[Tensor, Tensor]:
        """Class and cluster logits of the average of all weights so far, in training mode as the student."""
        if self._teacher is None:
            self._teacher = WeightAverage(network, self._context.settings.teacher_memory)
        else:
            self._teacher.update(network)  # as it is after the last optimiser step
        teacher = self._teacher.network.train()
        features = teacher.features(views)
        return teacher.heads.classes(features), teacher.heads.clusters(features)

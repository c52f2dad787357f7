"""Learning from the painted pixels of a survey."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from napari_fathom.errors import TrainingError
from napari_fathom.events import Note
from napari_fathom.learning.annotated import AnnotatedPatches
from napari_fathom.learning.batch import Batch
from napari_fathom.learning.cache import CachedField, CachedLabels
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.class_names import others_of_as_many, strangers
from napari_fathom.learning.evaluate import HeldOutAnswers, HeldOutPatches
from napari_fathom.learning.field import Field, LabelField
from napari_fathom.learning.growth import Growth
from napari_fathom.learning.holdout import HeldOut, hold_out
from napari_fathom.learning.methods import Method, MethodContext, learns_clusters, make_method
from napari_fathom.learning.mining import contradictions
from napari_fathom.learning.model import Model, go_on_from, network_for, require_compatible
from napari_fathom.learning.nets.network import Network
from napari_fathom.learning.painted import find_painted, require_enough, unpainted_classes
from napari_fathom.learning.patches import PatchSampler
from napari_fathom.learning.pixel_clusters import with_clusters
from napari_fathom.learning.rest import classes_lost_to, rest_of, source_shares
from napari_fathom.learning.settings import TrainSettings

__all__ = ["PixelTask"]

_LOOKED_AT = (
    48  # patches after each epoch in which contradictions are looked for: as much work as three steps
)
_AT_A_TIME = 4  # patches among which clusters are found: enough, and a run that was stopped waits for them


class PixelTask:
    """A survey, its partial labels, and the network that shall tell its pixels apart.

    Parameters
    ----------
    field : Field
    labels : LabelField
        Of the same shape; must not change meanwhile.
    class_names : sequence of str
        Names of the class values 1…C.
    settings : TrainSettings
    start : Model, optional
        Where to go on from.

    Raises
    ------
    TrainingError
        If the labels don't fit the field, or `start` doesn't fit the settings.
    """

    main_loss = "segmentation"

    def __init__(
        self,
        field: Field,
        labels: LabelField,
        class_names: Sequence[str],
        settings: TrainSettings,
        start: Model | None = None,
    ) -> None:
        if field.shape != labels.shape:
            raise TrainingError(
                f"The labels have {labels.shape} cells, the survey {field.shape}; they must be the same."
            )
        self.settings = settings
        self._field, self._labels = CachedField(field), CachedLabels(labels)
        self._classes, self._start = tuple(class_names), start
        if start is not None:
            require_compatible(start, settings, field.channels)
        self._rest = rest_of(self._classes, settings)
        self._record: dict[str, Any] = {}
        self._judges: HeldOutPatches
        self._sampler: PatchSampler

    @property
    def parent(self) -> Mapping[str, Any]:
        """Provenance of the start model."""
        return {} if self._start is None else self._start.provenance

    def prepare(self) -> Iterator[Note]:
        """Find the strokes, hold some out, and say what is assumed and what is missing."""
        settings = self.settings
        if settings.annotation_ratio < 1:
            yield self._annotate()
        held_out = hold_out(self._labels, settings.held_out, settings.seed, settings.patch)
        painted = find_painted(self._labels, held_out, settings.seed)
        require_enough(painted, self._classes)
        if rest := settings.rest_class:
            if self._rest is None:
                yield Note(
                    f"No class is called {rest}: nothing is assumed of the unpainted; false fish are likely. "
                    "If a class of yours is nearly everywhere, name it under Advanced as the rest class; "
                    "else PredKlus is worth a try.",
                    "warning",
                )
            else:
                yield Note(f"Cells that nobody painted are taken for {rest}, as nearly all of them are.")
        if self._start is not None:
            yield from strangers(self._start.class_names, self._classes, "painted")
        for name in unpainted_classes(painted, self._classes):
            yield Note(f"No pixel of {name} is painted; the model won't propose it.", "warning")
        self._judges = HeldOutPatches(self._field, self._labels, held_out, settings)
        growth = self._growth(held_out)
        self._sampler = PatchSampler(self._field, self._labels, painted, held_out, settings, growth)
        self._record = {
            "painted_pixels": {self._classes[value - 1]: count for value, count in painted.counts.items()},
            "held_out_pixels": {self._classes[value - 1]: count for value, count in held_out.pixels.items()},
        }
        if settings.held_out == 0:
            yield Note("No stroke is held out, as wished: the model is judged by its loss, not by kappa.")
        elif len(held_out.pixels) < 2:
            yield Note(
                "Too few strokes to hold some out: the model is judged by its loss, not by kappa.", "warning"
            )

    def _annotate(self) -> Note:
        """Forget the labels of all patches but the share that is wanted."""
        side = self.settings.patch
        some = AnnotatedPatches.draw(self._labels, side, self.settings.annotation_ratio, self.settings.seed)
        self._labels = CachedLabels(some)
        return Note(
            f"As wished, only the labels of {len(some.chosen)} patches of {side} × {side} cells are "
            "learned from."
        )

    def _growth(self, held_out: HeldOut) -> Growth | None:
        """What strokes grow to; nothing needs to grow where nothing is assumed of what is left unpainted."""
        if self._rest is None or self.settings.grow == 0:
            return None
        values = tuple(index + 1 for index in range(len(self._classes)) if index != self._rest)
        return Growth(self._field, self._labels, held_out, values, self.settings.grow, self.settings.seed)

    def network(self) -> Network:
        """A U-Net with three heads."""
        network = network_for(self.settings, self._field.channels, len(self._classes))
        if self._start is not None:
            clusters = learns_clusters(self._start.settings)
            go_on_from(self._start, network, self._classes, clusters=clusters)
        return network

    def method(self, network: Network, device: torch.device, check: Callable[[], None]) -> Method:
        """As the settings name it."""
        del network  # every one is alike
        context = MethodContext(
            self.settings, len(self._classes), device, check=check, rest=self._rest, twin=self._twin
        )
        method = make_method(context)
        if self._start is not None and not others_of_as_many(self._start.class_names, self._classes):
            method.restore(self._start.method_state)
        return method

    def _twin(self, seed: int) -> Network:
        settings = self.settings.model_copy(update={"seed": seed})
        return network_for(settings, self._field.channels, len(self._classes))

    def draw(self, size: int, method: Method) -> Batch:
        """Patches around painted pixels and, if needed, from anywhere."""
        return self._sampler.draw(size, unlabelled=method.needs_unlabelled, view=method.needs_view)

    def judge(self, network: Network, device: torch.device) -> HeldOutAnswers | None:
        """Ask about the pixels of the held-out strokes; of others too, if errors shall be dwelt on."""
        if self.settings.mine:
            random = np.random.default_rng([self.settings.seed, 9])
            windows = self._sampler.windows(_LOOKED_AT)
            self._sampler.dwell_on(contradictions(network, windows, device, random))
        return self._judges.judge(network, device)

    def model(
        self,
        network: Network,
        state: Mapping[str, Tensor],
        answers: HeldOutAnswers | None,
        provenance: Mapping[str, Any],
    ) -> Model:
        """Calibrated on the held-out strokes, where there are any."""
        seen = state.get("seen")
        shares = source_shares(self._classes, self.settings, None if seen is None else seen.tolist())
        calibration = Calibration(1.0, (0.0,) * len(shares), shares=shares)
        if answers is not None:
            calibration = answers.calibration(shares)
        return Model(
            network,
            self.settings,
            self._classes,
            self._field.channels,
            self.settings.scaling,
            calibration,
            state,
            self._record | dict(provenance),
        )

    def finished(self, model: Model, device: torch.device, batch: int) -> Model:
        """The best model, with clusters also where its method learns none; `batch` patches are in memory."""
        if learns_clusters(self.settings):
            return model
        size = min(batch, _AT_A_TIME)
        return with_clusters(model, lambda: self._sampler.draw(size, unlabelled=True), device)

    def remarks(self, answers: HeldOutAnswers | None) -> Iterator[Note]:
        """Name the classes that the assumption on the unpainted sea swallowed."""
        if self._rest is None or answers is None:
            return
        for index in classes_lost_to(self._rest, answers.probabilities, answers.labels):
            yield Note(
                f"Most held-out pixels of {self._classes[index]} are taken for {self.settings.rest_class}. "
                "Paint more of it or, if it covers more than a few percent of the survey, "
                "clear 'Rest class' under Advanced.",
                "warning",
            )

    def too_large(self, device: torch.device) -> str:
        """Say what to lower."""
        side = self.settings.patch
        return (
            f"One patch of {side} × {side} cells is more than the memory of {device} holds. "
            "Choose a smaller patch or width, or fewer clusters."
        )

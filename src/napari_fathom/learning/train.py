"""The training loop: plain, stoppable, and never without its best model."""

import copy
import math
import uuid
from collections.abc import Generator, Iterator, Sequence
from threading import Event as StopEvent
from typing import Any

import torch

from napari_fathom import __version__
from napari_fathom.errors import Cancelled, TrainingError
from napari_fathom.events import Done, Epoch, Event, Note, Step
from napari_fathom.learning.average import WeightAverage
from napari_fathom.learning.cache import CachedField, CachedLabels
from napari_fathom.learning.calibration import Calibration
from napari_fathom.learning.evaluate import HeldOutAnswers, HeldOutPatches
from napari_fathom.learning.field import Field, LabelField
from napari_fathom.learning.hardware import best_device, is_out_of_memory, release_memory
from napari_fathom.learning.holdout import hold_out
from napari_fathom.learning.methods import Method, MethodContext, make_method
from napari_fathom.learning.model import (
    Diverged,
    Model,
    copy_weights,
    network_for,
    require_compatible,
    require_finite,
)
from napari_fathom.learning.nets.network import Network
from napari_fathom.learning.painted import find_painted, require_enough, unpainted_classes
from napari_fathom.learning.patches import PatchSampler
from napari_fathom.learning.rest import classes_lost_to, rest_of, source_shares
from napari_fathom.learning.scoring import Means, score
from napari_fathom.learning.settings import TrainSettings
from napari_fathom.learning.stepper import Stepper
from napari_fathom.learning.stopping import heeding, raise_if_set

__all__ = ["Training"]


class Training:
    """One run, from painted strokes to a model.

    Parameters
    ----------
    field : Field
    labels : LabelField
        Partial labels of the same shape; must not change meanwhile.
    class_names : sequence of str
        Names of the class values 1…C.
    settings : TrainSettings
    start : Model, optional
        Where to go on from; without it, from random weights.
    device : str, optional
        'cpu', 'cuda', …; without it, the best one here.
    stop : threading.Event, optional
        Ends the run within a second when set, also from inside a step.

    Raises
    ------
    TrainingError
        If the labels don't fit the field, or `start` doesn't fit the settings or the classes.
    """

    def __init__(
        self,
        field: Field,
        labels: LabelField,
        class_names: Sequence[str],
        settings: TrainSettings,
        *,
        start: Model | None = None,
        device: str | None = None,
        stop: StopEvent | None = None,
    ) -> None:
        if field.shape != labels.shape:
            raise TrainingError(
                f"The labels have {labels.shape} cells, the survey {field.shape}; they must be the same."
            )
        self._field, self._labels, self._classes = (
            CachedField(field),
            CachedLabels(labels),
            tuple(class_names),
        )
        self._settings, self._start, self._stop = settings, start, stop
        self._device = torch.device(device or best_device())
        if start is not None:
            require_compatible(start, settings, field.channels, self._classes)
        self._rest = rest_of(self._classes, settings)
        self._batch = settings.batch
        self._record: dict[str, Any] = {}
        self._best: Model | None = None
        self._answers: HeldOutAnswers | None = None

    @property
    def best(self) -> Model | None:
        """The best model so far; None until the first epoch is over."""
        return self._best

    @property
    def held_out(self) -> HeldOutAnswers | None:
        """What the best model says of the held-out strokes; None where nothing was held out."""
        return self._answers

    def events(self) -> Iterator[Event[Model]]:
        """Train.

        Yields
        ------
        Note
            A fallback taken, a class without labels, an early end.
        Step
            After every mini-batch.
        Epoch
            With the held-out kappa.
        Done
            Holding the best model.

        Raises
        ------
        TrainingError
            Too few labels; not enough memory for a single patch; a loss that isn't finite before there is a
            model.
        Cancelled
            Stopped before there is a model.
        """
        held_out = hold_out(self._labels, self._settings.held_out, self._settings.seed, self._settings.patch)
        painted = find_painted(self._labels, held_out, self._settings.seed)
        require_enough(painted, self._classes)
        if rest := self._settings.rest_class:
            if self._rest is None:
                yield Note(f"No class is called {rest}; nothing is assumed of the unpainted.", "warning")
            else:
                yield Note(f"Cells that nobody painted are taken for {rest}, as nearly all of them are.")
        for name in unpainted_classes(painted, self._classes):
            yield Note(f"No pixel of {name} is painted; the model won't propose it.", "warning")
        judges = HeldOutPatches(self._field, self._labels, held_out, self._settings)
        sampler = PatchSampler(self._field, self._labels, painted, held_out, self._settings)
        self._record = {
            "painted_pixels": {self._classes[value - 1]: count for value, count in painted.counts.items()},
            "held_out_pixels": {self._classes[value - 1]: count for value, count in held_out.pixels.items()},
        }
        if len(held_out.pixels) < 2:
            yield Note(
                "Too few strokes to hold some out: the model is judged by its loss, not by kappa.", "warning"
            )
        try:
            yield from self._epochs(sampler, judges)
        except (Cancelled, Diverged) as end:
            if self._best is None:
                raise
            kept = f"{end} The model of epoch {self._best.provenance['epoch']} is kept."
            yield Note(kept, "info" if isinstance(end, Cancelled) else "warning")
        if self._best is None:
            raise TrainingError("No epoch was completed.")
        for name in self._lost():
            yield Note(
                f"Most held-out pixels of {name} are taken for {self._settings.rest_class}. Paint more of it "
                "or, if it covers more than a few percent of the survey, clear 'Rest class' under Advanced.",
                "warning",
            )
        yield Done(self._best)

    def _lost(self) -> list[str]:
        if self._rest is None or self._answers is None:
            return []
        lost = classes_lost_to(self._rest, self._answers.probabilities, self._answers.labels)
        return [self._classes[index] for index in lost]

    def _epochs(self, sampler: PatchSampler, judges: HeldOutPatches) -> Iterator[Event[Model]]:
        settings = self._settings
        network, method = self._begin()
        stepper = Stepper(network, method, settings, self._device)
        average = WeightAverage(network, settings.weight_average) if settings.weight_average else None
        best_score, waited = (-math.inf, -math.inf), 0
        for epoch in range(1, settings.epochs + 1):
            losses = Means()
            for index in range((epoch - 1) * settings.steps, epoch * settings.steps):
                values = yield from self._step(stepper, sampler, method, index)
                losses.add(values)
                if average is not None:
                    average.update(network)
                yield Step(index + 1, settings.epochs * settings.steps, values)
            judged = network if average is None else average.network
            require_finite(judged, epoch)
            with heeding(judged, self._stop):
                answers = judges.judge(judged, self._device)
            grade = score(answers, losses)
            better = settings.keep == "last" or grade > best_score
            waited = 0 if better else waited + 1
            if better:
                best_score = grade
                self._keep(judged, method, answers, epoch, losses)
            kappa = None if answers is None else answers.kappa
            yield Epoch(epoch, settings.epochs, losses.values, kappa, better)
            if waited >= settings.patience:
                yield Note(f"No better for {waited} epochs: ended early.")
                return

    def _begin(self) -> tuple[Network, Method]:
        """Network and method, new or as the start model left them."""
        network = network_for(self._settings, self._field.channels, len(self._classes))
        layout = torch.channels_last if self._settings.channels_last else torch.contiguous_format
        context = MethodContext(
            self._settings,
            len(self._classes),
            self._device,
            check=lambda: raise_if_set(self._stop),
            rest=self._rest,
        )
        method = make_method(context)
        if self._start is not None:
            copy_weights(self._start.network, network)
            method.restore(self._start.method_state)
        return network.to(self._device, memory_format=layout).train(), method  # type: ignore[call-overload]

    def _step(
        self, stepper: Stepper, sampler: PatchSampler, method: Method, index: int
    ) -> Generator[Note, None, dict[str, float]]:
        """One mini-batch; smaller ones from then on where the memory doesn't suffice."""
        settings = self._settings
        while True:
            raise_if_set(self._stop)
            batch = sampler.draw(self._batch, unlabelled=method.needs_unlabelled, view=method.needs_view)
            try:
                with heeding(stepper.network, self._stop):
                    return stepper.step(batch, index)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
                if self._batch == 1:
                    raise TrainingError(
                        f"One patch of {settings.patch} × {settings.patch} cells is more than the memory of "
                        f"{self._device} holds. Choose a smaller patch or width, or fewer clusters."
                    ) from error
            self._batch //= 2
            release_memory(self._device)
            yield Note(f"Out of memory on {self._device}: going on with batches of {self._batch}.", "warning")

    def _keep(
        self, network: Network, method: Method, answers: HeldOutAnswers | None, epoch: int, losses: Means
    ) -> None:
        """Make a model of the network as it is now."""
        shares = source_shares(self._classes, self._settings)
        calibration = Calibration(1.0, (0.0,) * len(shares), shares=shares)
        if answers is not None:
            calibration = answers.calibration(shares)
        provenance = self._record | {
            "id": uuid.uuid4().hex,
            "parent": None if self._start is None else self._start.provenance.get("id"),
            "epoch": epoch,
            "kappa": None if answers is None else answers.kappa,
            "losses": losses.values,
            "device": str(self._device),
            "versions": {"napari-fathom": __version__, "torch": torch.__version__},
        }
        still = copy.deepcopy(network).cpu().eval().requires_grad_(False)
        state = {name: value.detach().cpu().clone() for name, value in method.state().items()}
        self._best = Model(
            still,
            self._settings,
            self._classes,
            self._field.channels,
            self._settings.scaling,
            calibration,
            state,
            provenance,
        )
        self._answers = answers

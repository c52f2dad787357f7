"""The training loop: plain, stoppable, and never without its best model."""

import copy
import math
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from threading import Event as StopEvent
from typing import Generic

import torch
from typing_extensions import TypeVar

from napari_fathom.errors import Cancelled, TrainingError
from napari_fathom.events import Done, Epoch, Event, Note, Step
from napari_fathom.learning.average import WeightAverage
from napari_fathom.learning.evaluate import HeldOutAnswers
from napari_fathom.learning.hardware import best_device, is_out_of_memory, release_memory
from napari_fathom.learning.methods.base import Method
from napari_fathom.learning.model import Diverged, require_finite
from napari_fathom.learning.nets.network import ItemNetwork
from napari_fathom.learning.provenance import provenance
from napari_fathom.learning.scoring import Means, score
from napari_fathom.learning.stepper import Movable, Stepper
from napari_fathom.learning.stopping import heeding, raise_if_set
from napari_fathom.learning.task import Task

__all__ = ["Loop"]

N = TypeVar("N", bound=ItemNetwork)
B = TypeVar("B", bound=Movable)
M = TypeVar("M")


class Loop(Generic[N, B, M]):
    """One run, from labels to a model.

    Parameters
    ----------
    task : Task
        What is learned, from what.
    device : str, optional
        'cpu', 'cuda', …; without it, the best one here.
    stop : threading.Event, optional
        Ends the run within a second when set, also from inside a step.
    """

    def __init__(
        self, task: Task[N, B, M], *, device: str | None = None, stop: StopEvent | None = None
    ) -> None:
        self._task, self._stop = task, stop
        self._device = torch.device(device or best_device())
        self._batch = task.settings.batch
        self._best: M | None = None
        self._best_epoch = 0
        self._answers: HeldOutAnswers | None = None

    @property
    def best(self) -> M | None:
        """The best model so far; None until the first epoch is over."""
        return self._best

    @property
    def held_out(self) -> HeldOutAnswers | None:
        """What the best model says of the held-out labels; None where nothing was held out."""
        return self._answers

    def events(self) -> Iterator[Event[M]]:
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
            Too few labels; not enough memory for a single patch or image; a loss that isn't finite before
            there is a model.
        Cancelled
            Stopped before there is a model.
        """
        yield from self._task.prepare()
        try:
            yield from self._epochs()
        except (Cancelled, Diverged) as end:
            if self._best is None:
                raise
            kept = f"{end} The model of epoch {self._best_epoch} is kept."
            yield Note(kept, "info" if isinstance(end, Cancelled) else "warning")
        if self._best is None:
            raise TrainingError("No epoch was completed.")
        yield from self._task.remarks(self._answers)
        yield Done(self._best)

    def _epochs(self) -> Iterator[Event[M]]:
        settings = self._task.settings
        network, method = self._begin()
        with heeding(network, self._stop):
            yield from method.begin(network)
        stepper = Stepper(network, method, settings, self._device)
        memory = settings.weight_average
        average = WeightAverage(network, memory, method.parameters()) if memory else None
        best_score, waited = (-math.inf, -math.inf), 0
        for epoch in range(1, settings.epochs + 1):
            losses = Means()
            for index in range((epoch - 1) * settings.steps, epoch * settings.steps):
                values = yield from self._step(stepper, method, index)
                losses.add(values)
                if average is not None:
                    average.update(network)
                yield Step(index + 1, settings.epochs * settings.steps, values)
            judged = copy.deepcopy(network if average is None else average.network)
            with nullcontext() if average is None else average.lent():
                method.settle(judged)  # first: judged and calibrated are the heads that will answer
            require_finite(judged, epoch)
            with heeding(judged, self._stop):
                answers = self._task.judge(judged, self._device)
            grade = score(answers, losses, self._task.main_loss)
            better = settings.keep == "last" or grade > best_score
            warming = self._task.main_loss not in losses.values  # what is to get better hasn't begun
            waited = 0 if better or warming else waited + 1
            if better:
                best_score = grade
                self._keep(judged, method, answers, epoch, losses)
            kappa = None if answers is None else answers.kappa
            yield Epoch(epoch, settings.epochs, losses.values, kappa, better)
            if waited >= settings.patience:
                yield Note(f"No better for {waited} epochs: ended early.")
                return

    def _begin(self) -> tuple[N, Method[N, B]]:
        """Network and method, new or as the start model left them."""
        network = self._task.network()
        method = self._task.method(network, self._device, lambda: raise_if_set(self._stop))
        layout = torch.channels_last if self._task.settings.channels_last else torch.contiguous_format
        return network.to(self._device, memory_format=layout).train(), method  # type: ignore[call-overload]

    def _step(
        self, stepper: Stepper[N, B], method: Method[N, B], index: int
    ) -> Generator[Note, None, dict[str, float]]:
        """One mini-batch; smaller ones from then on where the memory doesn't suffice."""
        while True:
            raise_if_set(self._stop)
            batch = self._task.draw(self._batch, method)
            try:
                with heeding(stepper.network, self._stop):
                    return stepper.step(batch, index)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
                if self._batch == 1:
                    raise TrainingError(self._task.too_large(self._device)) from error
            self._batch //= 2
            release_memory(self._device)
            yield Note(f"Out of memory on {self._device}: going on with batches of {self._batch}.", "warning")

    def _keep(
        self, network: N, method: Method[N, B], answers: HeldOutAnswers | None, epoch: int, losses: Means
    ) -> None:
        """Make a model of a network that nobody trains any further."""
        kappa = None if answers is None else answers.kappa
        record = provenance(self._task.parent, epoch, kappa, losses.values, str(self._device))
        still = network.cpu().eval().requires_grad_(False)
        state = {name: value.detach().cpu().clone() for name, value in method.state().items()}
        self._best = self._task.model(still, state, answers, record)
        self._best_epoch, self._answers = epoch, answers

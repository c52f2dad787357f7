"""Events in plain words: how far a job is, how long it still takes. Knows no Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from napari_fathom.events import Epoch, Event, Note, Progress, Step, Tile

__all__ = ["JobState", "after", "duration_words"]

_SURE_S = 2.0  # before this much of a stage has passed, an extrapolation is a guess
_SURE_SHARE = 0.01
_STAGES: Mapping[str, str] = {
    "look": "Looking into the files",
    "pings": "Converting pings",
    "pyramid": "Building the views",
    "import": "Importing pings",
    "accept": "Accepting pings",
    "classes": "Weighing the classes anew",
    "regions": "Outlining regions",
    "image": "Writing the image",
    "labels": "Writing the labels",
    "predictions": "Writing the answer",
    "nasc": "Integrating intervals",
    "reading": "Reading the files",
}
"""What the user reads of a stage; one that isn't here goes by its own name."""


@dataclass(frozen=True)
class JobState:
    """What the user is told about a running job.

    Attributes
    ----------
    text : str
        One line.
    fraction : float or None
        In [0, 1]; None while nothing can be counted.
    left_s : float or None
        Seconds left in this stage, by extrapolation; None while that would be a guess.
    kappa : float or None
        On what was held out, of the epoch that would be kept now.
    judged_by : str
        What that is: strokes, images.
    """

    text: str = "Waiting for its turn…"
    fraction: float | None = None
    left_s: float | None = None
    kappa: float | None = None
    judged_by: str = "strokes"
    stage: str = ""
    stage_began_s: float = 0.0
    epoch: int = 0
    epochs: int = 0


def after(state: JobState, event: Event[Any], now_s: float) -> JobState:
    """The state once `event` has come at `now_s` (seconds of any monotonic clock)."""
    if isinstance(event, Note):
        return replace(state, text=event.message)
    if isinstance(event, Epoch):
        kappa = event.kappa if event.best or state.kappa is None else state.kappa
        state = replace(state, epoch=event.epoch, epochs=event.total, kappa=kappa)
        return replace(state, text=_training_words(state, event.losses))
    if isinstance(event, Step):
        state = _counted(state, "Training", event.step, event.total, now_s)
        return replace(state, text=_training_words(state, event.losses))
    if isinstance(event, Tile):
        state = _counted(state, "Predicting", event.done, event.total, now_s)
        return replace(state, text=f"Predicting: tile {event.done:,} of {event.total:,}{_left(state)}")
    if isinstance(event, Progress):
        state = _counted(state, event.stage, event.done, event.total, now_s)
        stage = _STAGES.get(event.stage, event.stage)
        return replace(state, text=f"{stage}: {event.done:,} of {event.total:,}{_left(state)}")
    return state


def duration_words(seconds: float) -> str:
    """`75` → `1 min 15 s`; two units at most, as one says it."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole < 600 else f"{round(whole / 60)} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _counted(state: JobState, stage: str, done: int, total: int, now_s: float) -> JobState:
    if stage != state.stage:
        state = replace(state, stage=stage, stage_began_s=now_s)
    if total <= 0:
        return replace(state, fraction=None, left_s=None)
    fraction = min(1.0, done / total)
    spent = now_s - state.stage_began_s
    known = spent >= _SURE_S and fraction >= _SURE_SHARE
    return replace(state, fraction=fraction, left_s=spent * (1 - fraction) / fraction if known else None)


def _training_words(state: JobState, losses: Mapping[str, float]) -> str:
    words = f"Training: epoch {state.epoch + 1} of at most {state.epochs}" if state.epochs else "Training"
    if state.epochs and state.epoch >= state.epochs:
        words = f"Training: all {state.epochs} epochs done"
    if state.kappa is not None:
        words += f", kappa {state.kappa:.2f} on held-out {state.judged_by}"
    return words + _left(state)


def _left(state: JobState) -> str:
    return "" if state.left_s is None else f", about {duration_words(state.left_s)} left"

"""What long work tells the world: small frozen events, yielded one by one.

The command line runs them under a progress bar, the viewer hands them from its worker thread to the docks, a
test loops over them. To cancel is to close the generator.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

__all__ = ["Box", "Done", "Epoch", "Event", "Note", "Progress", "Step", "Tile"]

T = TypeVar("T")

Box = tuple[int, int, int, int]
"""(top, bottom, left, right) in cells, half-open: `array[..., top:bottom, left:right]`."""


@dataclass(frozen=True)
class Note:
    """Something the user should read: a fallback taken, a gap filled, a value assumed."""

    message: str
    level: Literal["info", "warning"] = "info"


@dataclass(frozen=True)
class Progress:
    """`done` of `total` units of one named stage (files, chunks, objects)."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Step:
    """One optimiser step (or one micro-batch of it, so that Stop is heard within a second)."""

    step: int
    total: int
    losses: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Epoch:
    """One pass: mean losses and, where strokes were held out, kappa on those."""

    epoch: int
    total: int
    losses: Mapping[str, float] = field(default_factory=dict)
    kappa: float | None = None
    best: bool = False


@dataclass(frozen=True)
class Tile:
    """One finished piece of a prediction; `box` says where."""

    done: int
    total: int
    box: Box


@dataclass(frozen=True)
class Done(Generic[T]):
    """The last event; `result` is whole and already safe on disk where it belongs on disk."""

    result: T


Event = Note | Progress | Step | Epoch | Tile | Done[T]

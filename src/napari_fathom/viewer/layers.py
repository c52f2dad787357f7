"""How every layer of one survey lies in napari's world, and how managed layers are found or made again."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box
from napari_fathom.viewer.roles import Role, details_of, find, role_of, survey_of

if TYPE_CHECKING:
    import napari
    from napari.layers import Layer

__all__ = [
    "AXIS_LABELS",
    "UNITS",
    "Aspect",
    "Frame",
    "Placed",
    "apply_frame",
    "below_labels",
    "ensure_layer",
    "keep_from_list",
    "lock",
    "move_survey",
]

AXIS_LABELS = ("depth", "along-track")
UNITS = ("m", "m")

Aspect = Literal["pixels", "metric", "fill"]
"""pixels: cells are square; metric: along-track metres; fill: the survey fills the canvas."""

Number = TypeVar("Number", float, NDArray[np.float64])
AnyLayer = TypeVar("AnyLayer", bound="Layer")


class Placed(Protocol):
    """What a frame needs to know of an echogram."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(frequency, range, ping)."""

    @property
    def range_step_m(self) -> float:
        """Metres between rows."""

    @property
    def depth_m(self) -> np.ndarray:
        """Depth of each row in metres, for the median ping."""


@dataclass(frozen=True)
class Frame:
    """Rows and pings to world metres: depth down, along-track to the right.

    Every layer of a survey gets the same scale, units and axis labels; a layer that shows only a box
    of the survey differs in its translation alone.

    Parameters
    ----------
    rows, pings : int
        Size of the survey in cells.
    row_m : float
        Metres of depth from one row to the next; negative when row 0 is the deepest (sounder looks up).
    ping_m : float
        Metres that one ping takes on the along-track axis.
    depth_m : float
        Depth of the centre of row 0.
    """

    rows: int
    pings: int
    row_m: float
    ping_m: float
    depth_m: float

    @classmethod
    def of(cls, echogram: Placed, ping_m: float | None = None) -> "Frame":
        """Place an echogram; without `ping_m` cells are square."""
        _, rows, pings = echogram.shape
        depth = np.asarray(echogram.depth_m, float)
        step = float(echogram.range_step_m)
        looks_up = rows > 1 and depth[-1] < depth[0]
        return cls(
            rows, pings, -step if looks_up else step, step if ping_m is None else ping_m, float(depth[0])
        )

    @property
    def scale(self) -> tuple[float, float]:
        """World metres per cell."""
        return (self.row_m, self.ping_m)

    @property
    def survey_box(self) -> Box:
        """The whole survey."""
        return (0, self.rows, 0, self.pings)

    def with_ping_m(self, ping_m: float) -> "Frame":
        """The same survey, stretched along-track."""
        return replace(self, ping_m=ping_m)

    def translate(self, box: Box | None = None) -> tuple[float, float]:
        """World position of the first cell's centre, of the survey or of a box of it."""
        top, _, left, _ = box or self.survey_box
        return (self.depth_m + top * self.row_m, left * self.ping_m)

    def placement(self, box: Box | None = None) -> dict[str, Any]:
        """Keyword arguments for every `viewer.add_…`: scale, translate, units and axis labels."""
        return {
            "scale": self.scale,
            "translate": self.translate(box),
            "units": UNITS,
            "axis_labels": AXIS_LABELS,
        }

    def cell(self, world: tuple[float, float]) -> tuple[int, int] | None:
        """(row, ping) of the cell under a world position, None outside the survey."""
        row, ping = self.to_cells(world)
        row, ping = round(row), round(ping)
        return (row, ping) if 0 <= row < self.rows and 0 <= ping < self.pings else None

    def to_cells(self, world: tuple[Number, Number]) -> tuple[Number, Number]:
        """Fractional (row, ping) of a world position (depth, along-track); cell centres are whole numbers."""
        return ((world[0] - self.depth_m) / self.row_m, world[1] / self.ping_m)

    def to_world(self, row: Number, ping: Number) -> tuple[Number, Number]:
        """World position (depth, along-track) of a fractional cell."""
        return (self.depth_m + row * self.row_m, ping * self.ping_m)

    def box_between(self, corner: tuple[float, float], opposite: tuple[float, float]) -> Box:
        """The cells that a world rectangle touches, cut to the survey; zero width or height where none."""
        rows, pings = zip(self.to_cells(corner), self.to_cells(opposite), strict=True)
        top, bottom = _span(rows, self.rows)
        left, right = _span(pings, self.pings)
        return (top, bottom, left, right)


def _span(ends: tuple[float, ...], size: int) -> tuple[int, int]:
    """Whole cells between two fractional ends; a cell reaches half a cell to each side of its centre."""
    first = int(np.clip(np.floor(min(ends) + 0.5), 0, size))
    last = int(np.clip(np.ceil(max(ends) + 0.5), 0, size))
    return first, max(first, last)


def apply_frame(layer: "Layer", frame: Frame, box: Box | None = None) -> None:
    """Move one layer to its place in the frame, after its box moved."""
    layer.scale = frame.scale
    layer.translate = frame.translate(box)


def move_survey(layers: "Iterable[Layer]", survey: str, frame: Frame) -> None:
    """Move every layer of a survey to its place in a new frame, all at once.

    A layer tagged `world=True` holds world metres instead of cells; its owner moves it.

    napari's dims model steps through the extent of all layers by the smallest scale among them. With layers
    moved one by one, a long survey would for a moment have more steps than Qt's sliders can count, and raise;
    so the events wait until all layers agree.
    """
    ours = [layer for layer in layers if survey_of(layer) == survey and not details_of(layer).get("world")]
    with ExitStack() as quiet:
        for layer in ours:
            quiet.enter_context(layer.events.scale.blocker())
            quiet.enter_context(layer.events.translate.blocker())
        for layer in ours:
            box = details_of(layer).get("box")
            apply_frame(layer, frame, None if box is None else tuple(box))
    for layer in ours:
        layer.events.scale()
        layer.events.translate()


def below_labels(layers: "Sequence[Layer]") -> int:
    """Place in the list of a new layer over which strokes are still to be seen; the end where none are."""
    kinds = (Role.LABELS, Role.OVERVIEW, Role.PREVIEW)
    return min((place for place, layer in enumerate(layers) if role_of(layer) in kinds), default=len(layers))


def lock(layer: AnyLayer) -> AnyLayer:
    """Keep a managed layer from being deleted by accident; the user can still unlock it by its padlock."""
    if hasattr(layer, "locked"):  # napari >= 0.7.1
        layer.locked = True
    return layer


def keep_from_list(layer: "Layer", *events: str) -> None:
    """Let events reach whoever asked for them, but not those who listen to all of a layer's events.

    One of those is napari's layer list, which draws its row anew each time: at each step of a zoom for every
    layer there is (`scale_factor`), sixty times a second in a stroke (`set_data`).
    """
    for name in events:
        layer.events[name].block(layer.events)


def ensure_layer(
    viewer: "napari.Viewer",
    role: Role,
    survey: str,
    make: Callable[[], "Layer"],
    **details: Any,
) -> "Layer":
    """The survey's layer with this role; made by `make` and added where the user has deleted it.

    Parameters
    ----------
    viewer : napari.Viewer
        Where to look.
    role, survey, **details
        As for `roles.find`.
    make : callable
        Returns a layer that carries the tag (`roles.tag`) for the same role, survey and details.
    """
    found = find(viewer.layers, role, survey=survey, **details)
    if found is not None:
        return found
    layer = make()
    if survey_of(layer) != survey:
        raise ValueError(f"the new {role} layer isn't tagged for survey {survey}")
    viewer.add_layer(layer)
    return layer

"""What the mouse does on a mosaic: select tiles, or paint them with a class."""

from collections.abc import Generator
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from napari_fathom.viewer._compat import camera_of

if TYPE_CHECKING:
    from napari_fathom.viewer.mosaic.mosaic_view import MosaicView

__all__ = ["Hands", "Tool"]

_TREMBLE = 4
"""Pixels of the screen that the mouse may move in a click."""
_STEP = 0.25
"""How far apart, in tiles, the path of a quick drag is looked at: no tile on the way is missed."""


class Tool(StrEnum):
    """What a drag does; a click selects with every tool but `PAINT`."""

    MOVE = "move"
    SELECT = "select"
    PAINT = "paint"


class Hands(QObject):
    """Turns mouse events on the canvas into selections and painted tiles.

    Parameters
    ----------
    view : MosaicView
        On whose tiles.
    """

    painted = Signal(object)
    """Rows of the objects whose tiles a finished drag went over, in the order it met them."""
    opened = Signal(int)
    """Row of an object that was double-clicked."""

    def __init__(self, view: "MosaicView", parent: QObject | None = None) -> None:
        super().__init__(parent or view)
        self._view = view
        self._tool = Tool.MOVE
        view.viewer.mouse_drag_callbacks.append(self._drag)
        view.viewer.mouse_double_click_callbacks.append(self._double_click)
        view.arranged.connect(lambda _: self._hold_canvas())

    @property
    def tool(self) -> Tool:
        """What a drag does now."""
        return self._tool

    def take(self, tool: Tool) -> None:
        """Let drags do something else from now on; only `MOVE` lets them pan."""
        self._tool = tool
        self._hold_canvas()

    def let_go(self) -> None:
        """React to nothing any more."""
        viewer = self._view.viewer
        for callbacks, callback in (
            (viewer.mouse_drag_callbacks, self._drag),
            (viewer.mouse_double_click_callbacks, self._double_click),
        ):
            if callback in callbacks:
                callbacks.remove(callback)

    def _hold_canvas(self) -> None:
        for layer in self._view.layers():
            layer.mouse_pan = self._tool is Tool.MOVE

    def _drag(self, viewer: Any, event: Any) -> Generator[None, None, None]:
        if event.button != 1:
            return
        start, add = tuple(event.position), "Shift" in event.modifiers
        if self._tool is Tool.PAINT:
            yield from self._paint(event)
            return
        former, moved = self._view.selected() if add else np.zeros(0, np.int64), False
        yield
        going = True
        while going:
            going = (
                event.type == "mouse_move"
            )  # the release says where the hand was last: moves may be skipped
            moved = moved or self._is_drag(start, tuple(event.position))
            if moved and self._tool is Tool.SELECT:
                boxed = self._view.rows_between(start, tuple(event.position))
                self._view.select(np.union1d(former, boxed))
            if going:
                yield
        if not moved:
            row = self._view.row_at(start)
            self._view.select([row] if row >= 0 else [], add=add)

    def _is_drag(self, start: tuple[float, ...], here: tuple[float, ...]) -> bool:
        """Whether the mouse has moved farther than a hand trembles in a click."""
        way = np.abs(np.subtract(here[-2:], start[-2:])).max()
        return bool(way * camera_of(self._view.viewer).zoom > _TREMBLE)

    def _paint(self, event: Any) -> Generator[None, None, None]:
        met: dict[int, None] = {}  # a set that remembers the order
        here = np.array(event.position[-2:])
        self._meet(met, here, here)
        yield
        going = True
        while going:
            going = event.type == "mouse_move"
            there = np.array(event.position[-2:])
            self._meet(met, here, there)
            here = there
            if going:
                yield
        self._view.select([])
        if met:
            self.painted.emit(np.array(list(met), np.int64))

    def _meet(self, met: dict[int, None], start: NDArray[Any], end: NDArray[Any]) -> None:
        """Add the tiles between two points of a drag, and show them as selected."""
        layout = self._view.layout
        if layout is None:
            return
        steps = max(1, int(np.ceil(np.abs(end - start).max() / (_STEP * layout.size.pitch))))
        path = np.linspace(start, end, steps + 1)
        rows = layout.rows_at(path[:, 0], path[:, 1])
        before = len(met)
        met.update(dict.fromkeys(rows[rows >= 0].tolist()))
        if len(met) > before:
            self._view.select(list(met))

    def _double_click(self, viewer: Any, event: Any) -> None:
        row = self._view.row_at(tuple(event.position))
        if row >= 0:
            self.opened.emit(row)

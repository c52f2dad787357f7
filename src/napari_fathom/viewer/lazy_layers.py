"""napari layers whose cells arrive behind the screen, and are shown as they come."""

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal

from napari_fathom.events import Box
from napari_fathom.viewer.layers import keep_from_list
from napari_fathom.viewer.pyramid import LazyLevel, LazyPyramid
from napari_fathom.viewer.tiles import PyramidSource, TileLoader

if TYPE_CHECKING:
    from napari.layers import Image, Labels

__all__ = ["LazyLayers"]

REFRESH_MS = 40
"""Tiles that came within this time are shown together: a refresh of a full screen costs about 10 ms."""


@dataclass
class _Entry:
    pyramid: LazyPyramid
    layer: "weakref.ref[Image | Labels]"
    dirty: bool = field(default=False)


class LazyLayers(QObject):
    """Keeps multiscale layers and their pyramids together; lives in the GUI thread.

    Parameters
    ----------
    parent : QObject, optional
        Qt's owner.
    """

    failed = Signal(object)
    """The error of a tile that could not be read; once until `forget` is called for that layer."""
    _news = Signal(int)
    _trouble = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loader = TileLoader()
        self._entries: dict[int, _Entry] = {}
        self._told: set[int] = set()
        self._next = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        self._news.connect(self._mark)
        self._trouble.connect(self._tell)

    def build(
        self,
        source: PyramidSource,
        stretch: float,
        make: "Callable[[list[LazyLevel]], Image | Labels]",
    ) -> "Image | Labels":
        """Make a layer over a source.

        Parameters
        ----------
        source : PyramidSource
            Where the cells are.
        stretch : float
            As for `pyramid.display_rows`.
        make : callable
            Gets the levels, returns the layer: `lambda levels: Image(**as_layer_data(levels), …)`.
        """
        number = self._next
        self._next += 1
        pyramid = LazyPyramid(
            source,
            self.loader,
            arrived=lambda: self._news.emit(number),
            failed=lambda error: self._trouble.emit(number, error),
        )
        layer = make(pyramid.levels(stretch))
        keep_from_list(layer, "set_data", "scale_factor")
        self._entries[number] = _Entry(pyramid, weakref.ref(layer))
        return layer

    def forget(self, layer: "Image | Labels", box: Box | None = None) -> None:
        """Show a layer's source again where it changed (level-0 cells; everything without a box)."""
        for number, entry in self._entries.items():
            if entry.layer() is layer:
                entry.pyramid.forget(box)
                self._told.discard(number)
                self._mark(number)

    def cut_hole(self, layer: "Image | Labels", hole: Box | None) -> None:
        """Show nothing in a box of level-0 cells, where another layer shows them; None closes the hole."""
        for number, entry in self._entries.items():
            if entry.layer() is layer and entry.pyramid.hole != hole:
                entry.pyramid.hole = hole
                self._mark(number)

    def restretch(self, stretch: float) -> None:
        """Lay the levels out anew after the aspect changed."""
        for entry in self._living():
            layer = entry.layer()
            if layer is not None and layer.multiscale:
                layer.data = entry.pyramid.levels(stretch)

    def close(self) -> None:
        """Stop reading; the layers keep what they show."""
        self._timer.stop()
        for entry in self._entries.values():
            entry.pyramid.close()
        self._entries.clear()
        self.loader.close()

    def _living(self) -> list[_Entry]:
        """Entries whose layer still exists; pyramids of deleted layers are closed here."""
        for number in [number for number, entry in self._entries.items() if entry.layer() is None]:
            self._entries.pop(number).pyramid.close()
        return list(self._entries.values())

    def _mark(self, number: int) -> None:
        if number in self._entries:
            self._entries[number].dirty = True
            if not self._timer.isActive():
                self._timer.start()

    def _tell(self, number: int, error: Exception) -> None:
        if number not in self._told:
            self._told.add(number)
            self.failed.emit(error)

    def _refresh(self) -> None:
        for entry in self._living():
            layer = entry.layer()
            if entry.dirty and layer is not None and layer.visible:
                entry.dirty = False
                layer.refresh(extent=False, thumbnail=False)

"""One collection in one viewer: its mosaic, what its objects are said to be, and which are selected."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qtpy.QtCore import QObject, Signal

from napari_fathom.plankton.mosaic_drawing import AmbiguitySource, ClassSource, PictureSource, Said
from napari_fathom.plankton.mosaic_layout import MosaicLayout, TileSize, columns_that_fit
from napari_fathom.viewer._compat import canvas_shape
from napari_fathom.viewer.layers import lock
from napari_fathom.viewer.lazy_layers import LazyLayers
from napari_fathom.viewer.mosaic.board import Board
from napari_fathom.viewer.paint_layers import class_colormap
from napari_fathom.viewer.pyramid import as_layer_data
from napari_fathom.viewer.roles import Role, find_all, tag

if TYPE_CHECKING:
    import napari
    from napari.layers import Image, Labels, Layer, Points

    from napari_fathom.labels import Classes
    from napari_fathom.study import CollectionStudy
    from napari_fathom.viewer.pyramid import LazyLevel

__all__ = ["MosaicView"]

GAP = 8
"""Between tiles, in pixels: as all measures a multiple of 8, so that tiles stay whole down to an eighth."""
HEADING = 24
"""Height of a heading on the screen when the whole mosaic is in view."""
_HEADING_LINE = 0.85
"""Where in its box a heading stands: nearer to its own tiles than to those above."""
_AXES = {"axis_labels": ("down", "across"), "units": ("pixel", "pixel")}
_ROLES = (Role.MOSAIC, Role.CLASS, Role.CLUSTER, Role.AMBIGUITY, Role.SELECTION, Role.HEADING)
_SELECTED = np.array([1.0, 1.0, 1.0, 1.0])


class MosaicView(QObject):
    """Shows a board and keeps everything that lies over it in place.

    Parameters
    ----------
    viewer : napari.Viewer
        Where to show it.
    study : CollectionStudy
        Whose objects.
    parent : QObject, optional
        Qt's owner.
    """

    arranged = Signal(object)
    """The new `Board` is shown."""
    selectionChanged = Signal(object)
    """Rows of the selected objects, in the order they are shown."""
    failed = Signal(object)
    """A part of the mosaic can't be read."""

    def __init__(
        self, viewer: "napari.Viewer", study: "CollectionStudy", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.viewer, self.study = viewer, study
        self.board: Board | None = None
        self.layout: MosaicLayout | None = None
        self._lazy: LazyLayers | None = None
        self._classes: ClassSource | None = None
        self._chosen: ClassSource | None = None
        self._selected = np.zeros(len(study.collection), bool)

    @property
    def tag(self) -> str:
        """What the layers of this collection are tagged with."""
        return self.study.collection.fingerprint

    def show(self, board: Board) -> None:
        """Show a board instead of the former one; the selection stays, of what is still there."""
        self._take_away()
        side = self.study.collection.options.side
        self.board = board
        self.layout = _laid_out(board, side, canvas_shape(self.viewer))
        self._selected &= board.arrangement.position >= 0
        self._lazy = LazyLayers(self)
        self._lazy.failed.connect(self.failed)
        pictures = PictureSource(self.study.collection, self.layout, board.specks)
        largest = max(self.study.classes.values, default=0)
        self._classes = ClassSource(self.layout, self._said(), largest=largest)
        self._chosen = ClassSource(self.layout, self._said_selected(), largest=1, filled=True)
        self._add(self._lazy.build(pictures, 1.0, self._picture_layer))
        self._add(self._lazy.build(self._classes, 1.0, self._class_layer))
        if board.answered is not None:
            everywhere = np.ones(len(board.objects), bool)
            clusters = ClassSource(self.layout, Said(board.answered.cluster, everywhere), filled=True)
            ambiguity = AmbiguitySource(self.layout, board.answered.ambiguity)
            self._add(self._lazy.build(clusters, 1.0, self._cluster_layer))
            self._add(self._lazy.build(ambiguity, 1.0, self._ambiguity_layer))
        self._add(self._lazy.build(self._chosen, 1.0, self._selection_layer))
        if self.layout.headings:
            self._add(self._heading_layer(self.layout))
        self.viewer.layers.selection.active = self._layer(Role.MOSAIC)
        self.look_at_all()
        self.arranged.emit(board)
        self.selectionChanged.emit(self.selected())

    def look_at_all(self) -> None:
        """Fit the whole mosaic into the canvas."""
        self.viewer.reset_view()

    def layers(self) -> "Iterator[Layer]":
        """Every layer of this mosaic that there is."""
        for role in _ROLES:
            yield from find_all(self.viewer.layers, role, survey=self.tag)

    def selected(self) -> NDArray[np.int64]:
        """Rows of the selected objects, in the order they are shown."""
        if self.board is None:
            return np.zeros(0, np.int64)
        order = self.board.arrangement.order
        return np.asarray(order[self._selected[order]])

    def select(self, rows: ArrayLike, *, add: bool = False) -> None:
        """Select these objects alone; with `add` beside the others, or no more where all of them are."""
        wanted = np.asarray(rows, np.int64)
        if not add:
            self._selected[:] = False
            self._selected[wanted] = True
        else:
            self._selected[wanted] = not (len(wanted) and self._selected[wanted].all())
        self._show_selection()

    def row_at(self, world: tuple[float, ...]) -> int:
        """Row of the object under a world position; −1 where there is none."""
        if self.layout is None:
            return -1
        return int(self.layout.rows_at(world[-2], world[-1]))

    def rows_between(self, corner: tuple[float, ...], opposite: tuple[float, ...]) -> NDArray[np.int64]:
        """Objects whose tiles a world rectangle touches, in the order they are shown."""
        if self.layout is None:
            return np.zeros(0, np.int64)
        ends = np.sort(np.array([corner[-2:], opposite[-2:]]), axis=0)
        top, left = (int(edge) for edge in np.floor(ends[0]))
        bottom, right = (int(edge) + 1 for edge in np.floor(ends[1]))
        return self.layout.rows_in((top, bottom, left, right))

    def refresh_labels(self) -> None:
        """Show what the objects are said to be now; no tile moves."""
        if self._classes is not None:
            self._classes.said = self._said()
            self._forget(Role.CLASS)

    def recolour(self) -> None:
        """Show the classes' colours as they are now."""
        for layer in find_all(self.viewer.layers, Role.CLASS, survey=self.tag):
            layer.colormap = class_colormap(self.study.classes)
        largest = max(self.study.classes.values, default=0)
        if (
            self.board is not None
            and self._classes is not None
            and largest > np.iinfo(self._classes.dtype).max
        ):
            self.show(self.board)  # its cells are too narrow for the new class

    def close(self) -> None:
        """Take the layers away and stop reading behind the screen."""
        self._take_away()

    def _said(self) -> Said:
        """As people say; where nobody has, as a machine voted, or as the model in force is certain."""
        votes = self.study.votes
        values, sure = votes.label(), votes.hard() > 0
        if self.board is not None and self.board.answered is not None:
            proposed = self.board.answered.values
            values = np.where(values == 0, _known(self.study.classes)[proposed], values)
        return Said(values, sure)

    def _said_selected(self) -> Said:
        return Said(self._selected.astype(np.uint16), np.ones(len(self._selected), bool))

    def _show_selection(self) -> None:
        if self._chosen is not None:
            self._chosen.said = self._said_selected()
            self._forget(Role.SELECTION)
        self.selectionChanged.emit(self.selected())

    def _forget(self, role: Role) -> None:
        for layer in find_all(self.viewer.layers, role, survey=self.tag):
            if self._lazy is not None:
                self._lazy.forget(layer)

    def _layer(self, role: Role) -> "Layer | None":
        return next(find_all(self.viewer.layers, role, survey=self.tag), None)

    def _add(self, layer: "Layer") -> None:
        self.viewer.add_layer(lock(layer))

    def _take_away(self) -> None:
        if self._lazy is not None:
            self._lazy.close()
            self._lazy.deleteLater()
            self._lazy = None
        for layer in list(self.layers()):
            layer.locked = False
            self.viewer.layers.remove(layer)

    def _picture_layer(self, levels: "list[LazyLevel]") -> "Image":
        from napari.layers import Image

        return Image(
            **as_layer_data(levels),
            name=self.study.name,
            contrast_limits=(0, 255),
            interpolation2d="linear",
            metadata=tag(Role.MOSAIC, self.tag),
            **_AXES,
        )

    def _class_layer(self, levels: "list[LazyLevel]") -> "Labels":
        return self._labels(levels, "class", Role.CLASS, class_colormap(self.study.classes), 0.9)

    def _cluster_layer(self, levels: "list[LazyLevel]") -> "Labels":
        from napari.utils.colormaps import label_colormap

        layer = self._labels(levels, "cluster", Role.CLUSTER, label_colormap(60), 0.5)
        layer.visible = False
        return layer

    def _ambiguity_layer(self, levels: "list[LazyLevel]") -> "Image":
        from napari.layers import Image

        return Image(
            **as_layer_data(levels),
            name="ambiguity",
            colormap="inferno",
            contrast_limits=(0, 1),
            opacity=0.5,
            visible=False,
            interpolation2d="nearest",
            metadata=tag(Role.AMBIGUITY, self.tag),
            **_AXES,
        )

    def _selection_layer(self, levels: "list[LazyLevel]") -> "Labels":
        from napari.utils.colormaps import DirectLabelColormap

        colormap = DirectLabelColormap(color_dict={None: np.zeros(4), 0: np.zeros(4), 1: _SELECTED})
        return self._labels(levels, "selected", Role.SELECTION, colormap, 0.4)

    def _labels(
        self, levels: "list[LazyLevel]", name: str, role: Role, colormap: Any, opacity: float
    ) -> "Labels":
        from napari.layers import Labels

        layer: Labels = Labels(
            **as_layer_data(levels),
            name=name,
            colormap=colormap,
            opacity=opacity,
            metadata=tag(role, self.tag),
            **_AXES,
        )
        layer.editable = False
        return layer

    def _heading_layer(self, layout: MosaicLayout) -> "Points":
        from napari.layers import Points

        told = [
            f"{'(none)' if heading.group is None else heading.group}  ·  {heading.count:,}"
            for heading in layout.headings
        ]
        places = np.array([[h.box[0] + _HEADING_LINE * (h.box[1] - h.box[0]), 0.0] for h in layout.headings])
        return Points(
            places,
            name="headings",
            size=1,
            face_color="transparent",
            border_color="transparent",
            text={"string": told, "size": 11, "color": "white", "anchor": "upper_left"},
            metadata=tag(Role.HEADING, self.tag),
            **_AXES,
        )


def _known(classes: "Classes") -> NDArray[np.uint16]:
    """Each value as it is, and 0 for what is no class: one may have gone since a model learned it."""
    table = np.zeros(2**16, np.uint16)
    table[list(classes.values)] = classes.values
    return table


def _laid_out(board: Board, side: int, window: tuple[int, int]) -> MosaicLayout:
    """Place the tiles so that the whole mosaic fits the window, with room for headings at that zoom."""

    def fitted(heading: int) -> MosaicLayout:
        size = TileSize(side, GAP, heading)
        return MosaicLayout(board.arrangement, columns_that_fit(board.arrangement, window, size), size)

    if not board.wish.group_by:
        return fitted(0)
    layout = fitted(HEADING)
    zoom = min(window[0] / layout.shape[0], window[1] / layout.shape[1])
    return fitted(int(np.clip(np.ceil(HEADING / max(zoom, 1e-3) / 8) * 8, HEADING, 4 * side)))

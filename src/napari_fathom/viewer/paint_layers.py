"""The two labels layers of painting: the editable window and the locked overview of all strokes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_fathom.events import Box
from napari_fathom.viewer.layers import Frame, keep_from_list, lock
from napari_fathom.viewer.pyramid import as_layer_data
from napari_fathom.viewer.roles import KEY, Role, tag

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.utils.colormaps import DirectLabelColormap

    from napari_fathom.echogram import Echogram
    from napari_fathom.labels import Classes, LabelStore
    from napari_fathom.viewer.pyramid import LazyLevel

__all__ = ["class_colormap", "make_overview", "make_window", "put_window", "set_cells", "whereabouts"]

OPACITY = 0.6
BRUSH_CELLS = 10


def class_colormap(classes: "Classes") -> "DirectLabelColormap":
    """The classes' own colours; everything else is transparent."""
    from napari.utils.colormaps import DirectLabelColormap

    colours: dict[int | None, str] = {None: "transparent", 0: "transparent"}
    colours.update({item.value: item.colour for item in classes})
    return DirectLabelColormap(color_dict=colours)


def whereabouts(echogram: "Echogram", store: "LabelStore") -> dict[str, str]:
    """What a layer's tag tells napari's Save dialog, so that all of the survey's labels are saved."""
    return {"source": str(echogram.path), "labels": str(store.path)}


def make_window(survey: str, frame: Frame, classes: "Classes", **details: Any) -> "Labels":
    """An empty, editable layer of one cell; `put_window` gives it its place and content.

    Parameters
    ----------
    survey : str
        Its fingerprint.
    frame : Frame
        Where it lies.
    classes : Classes
        Their colours; the first is chosen.
    **details
        Further entries of the layer's tag.
    """
    from napari.layers import Labels

    box: Box = (0, 1, 0, 1)
    layer = Labels(
        np.zeros((1, 1), np.uint8),
        name="labels",
        opacity=OPACITY,
        colormap=class_colormap(classes),
        metadata=tag(Role.LABELS, survey, box=list(box), **details),
        **frame.placement(box),
    )
    keep_from_list(layer, "labels_update", "set_data", "scale_factor")
    layer.brush_size = BRUSH_CELLS
    layer.selected_label = classes.values[0] if len(classes) else 0
    return lock(layer)


def make_overview(
    survey: str, frame: Frame, classes: "Classes", levels: "Sequence[LazyLevel]", **details: Any
) -> "Labels":
    """The strokes of the whole survey, to be seen but not painted; arguments as for `make_window`."""
    from napari.layers import Labels

    layer = Labels(
        **as_layer_data(levels),
        name="all labels",
        opacity=OPACITY,
        colormap=class_colormap(classes),
        metadata=tag(Role.OVERVIEW, survey, **details),
        **frame.placement(),
    )
    layer.editable = False
    return lock(layer)


def put_window(layer: "Labels", frame: Frame, box: Box, cells: NDArray[np.uint8]) -> None:
    """Let the window show another part of the survey; what could be undone before can't be any more.

    napari keeps a labels layer's undo history when its data is replaced, and would then write stale values
    into the new data. Its public way to forget is to make the layer uneditable for a moment.
    """
    mode, selected = layer.mode, layer.selected_label
    layer.editable = False
    layer.metadata[KEY]["box"] = list(box)
    with layer.events.translate.blocker():
        layer.translate = frame.translate(box)
    _put_cells(layer, cells)
    layer.events.translate()
    layer.editable = True
    layer.mode, layer.selected_label = mode, selected


def set_cells(
    layer: "Labels", top: int, left: int, values: NDArray[np.uint8], mask: NDArray[np.bool_]
) -> None:
    """Set some cells of a block as one step of napari's history.

    Parameters
    ----------
    layer : Labels
        The window.
    top, left : int
        Where the block begins, in the layer's own rows and columns.
    values, mask : ndarray, shape (h, w)
        New labels, and which of them to set.
    """
    rows, columns = np.nonzero(mask)
    layer.data_setitem((rows + top, columns + left), values[rows, columns])


def _put_cells(layer: "Labels", cells: NDArray[np.uint8]) -> None:
    """Show other cells; where their shape is the former one, without a new shader.

    napari compiles the layer's shader anew whenever its data is replaced, which takes a graphics driver tens
    of milliseconds. A view that only moves along the survey has windows of one size.
    """
    if layer.data.shape == cells.shape:
        layer.data[:] = cells
        layer.refresh(extent=False, thumbnail=False)
    else:
        layer.data = cells

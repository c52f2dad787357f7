"""The translucent layer of the preview."""

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_fathom.viewer.class_aside import ClassAside
from napari_fathom.viewer.layers import Frame, below_labels, keep_from_list, lock
from napari_fathom.viewer.paint_layers import class_colormap
from napari_fathom.viewer.roles import Role, find, tag

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.utils.colormaps import DirectLabelColormap

    from napari_fathom.labels import Classes
    from napari_fathom.viewer.previewing import Previewed
    from napari_fathom.viewer.survey_view import SurveyView

__all__ = ["PreviewLayer"]

OPACITY = 0.35


class PreviewLayer:
    """Made at the first answer, and anew where the user has deleted it; the class layer hides meanwhile.

    Parameters
    ----------
    view : SurveyView
        Where it lies.
    """

    def __init__(self, view: "SurveyView") -> None:
        self._view, self._classes = view, ClassAside(view)
        self._shown: Previewed | None = None
        self._coloured: tuple[Classes, int | None] | None = None

    @property
    def layer(self) -> "Labels | None":
        """As it is now; None where there is none."""
        return find(self._view.viewer.layers, Role.PREVIEW, survey=self._view.survey)

    def show(self, answer: "Previewed", classes: "Classes", rest: int | None) -> None:
        """Show an answer; `rest`, which is nearly everywhere, is left without colour."""
        layer = self.layer
        if layer is None:
            layer = self._add(classes, rest)
        self._classes.put_aside()
        self.recolour(classes, rest)
        self._shown = answer
        with layer.events.translate.blocker(), layer.events.scale.blocker():
            self.place()
        if layer.data.shape == answer.values.shape:
            layer.data[:] = answer.values  # replacing it would compile its shader anew
            layer.refresh(extent=False, thumbnail=False)
        else:
            layer.data = answer.values
            layer.editable = False  # napari takes new data to be for painting
        layer.events.scale()
        layer.events.translate()

    def place(self) -> None:
        """Follow the survey's frame: a cell of a coarser level covers several of the survey's."""
        layer, answer, frame = self.layer, self._shown, self._view.frame
        if layer is not None and answer is not None:
            (down, along), (top, _, left, _) = answer.factors, answer.box
            middle = top * down + (down - 1) / 2, left * along + (along - 1) / 2
            layer.scale = frame.row_m * down, frame.ping_m * along
            layer.translate = frame.to_world(*middle)

    def recolour(self, classes: "Classes", rest: int | None) -> None:
        """Show classes in their colours of now."""
        if self.layer is not None and self._coloured != (classes, rest):
            self.layer.colormap = _colours(classes, rest)
            self._coloured = classes, rest

    def remove(self) -> None:
        """Take it out of the window."""
        layer = self.layer
        if layer is not None:
            if hasattr(layer, "locked"):
                layer.locked = False
            self._view.viewer.layers.remove(layer)
        self._classes.bring_back()
        self._shown = None

    def _add(self, classes: "Classes", rest: int | None) -> "Labels":
        layers = self._view.viewer.layers
        active = layers.selection.active
        layer = _make(self._view.survey, self._view.frame, classes, rest)
        self._coloured = classes, rest
        self._view.viewer.add_layer(layer)
        layers.move(len(layers) - 1, below_labels([each for each in layers if each is not layer]))
        if active in layers:
            layers.selection.active = active
        return layer


def _make(survey: str, frame: Frame, classes: "Classes", rest: int | None) -> "Labels":
    from napari.layers import Labels

    layer = Labels(
        np.zeros((1, 1), np.uint8),
        name="preview",
        opacity=OPACITY,
        colormap=_colours(classes, rest),
        metadata=tag(Role.PREVIEW, survey, world=True),
        **frame.placement((0, 1, 0, 1)),
    )
    keep_from_list(layer, "labels_update", "set_data", "scale_factor")
    return lock(layer)


def _colours(classes: "Classes", rest: int | None) -> "DirectLabelColormap":
    colours: Any = class_colormap(classes)
    if rest is not None:
        colours = type(colours)(color_dict={**colours.color_dict, rest: "transparent"})
    return colours

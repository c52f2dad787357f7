"""The three answers as layers: class, cluster and ambiguity; locked, never painted, filled in by tiles."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject

from napari_fathom.events import Box
from napari_fathom.labels.classes import DEFAULT_CLASSES, Classes
from napari_fathom.viewer.layers import below_labels, lock
from napari_fathom.viewer.paint_layers import class_colormap
from napari_fathom.viewer.pyramid import as_layer_data
from napari_fathom.viewer.roles import Role, find, tag

if TYPE_CHECKING:
    from napari.layers import Image, Labels, Layer

    from napari_fathom.study.prediction_store import PredictionStore
    from napari_fathom.viewer.pyramid import LazyLevel
    from napari_fathom.viewer.survey_view import SurveyView

__all__ = ["PredictionLayers", "PredictionSource"]

Kind = Literal["class", "cluster", "ambiguity"]
_ROLES: dict[Kind, Role] = {"ambiguity": Role.AMBIGUITY, "cluster": Role.CLUSTER, "class": Role.CLASS}
"""In the order they are laid over the echogram: class on top."""
_DTYPES: dict[Kind, np.dtype[Any]] = {
    "class": np.dtype(np.uint8),
    "cluster": np.dtype(np.uint16),
    "ambiguity": np.dtype(np.float32),
}
_CLUSTER_COLOURS = 60


class PredictionSource:
    """One answer of a prediction store, as a pyramid that the screen reads tile by tile.

    Parameters
    ----------
    store : PredictionStore
        May still be growing.
    kind : {"class", "cluster", "ambiguity"}
    """

    trailing: tuple[int, ...] = ()

    def __init__(self, store: "PredictionStore", kind: Kind) -> None:
        self._store, self._kind = store, kind
        self.dtype = _DTYPES[kind]

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """(rows, pings) of every level, finest first."""
        return tuple((int(array.shape[0]), int(array.shape[1])) for array in self._store.arrays(self._kind))

    def read(self, level: int, box: Box) -> NDArray[Any]:
        """Cells of one level; 0 (class, cluster) or NaN (ambiguity) where nothing is predicted yet."""
        return np.asarray(self._store.read(self._kind, box, level=level), self.dtype)


class PredictionLayers(QObject):
    """Keeps the three layers of one survey in step with its prediction.

    Parameters
    ----------
    view : SurveyView
        Where they lie, and who reads for them.
    parent : QObject, optional
        Qt's owner.
    """

    def __init__(self, view: "SurveyView", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._store: PredictionStore | None = None
        self._classes: Classes | None = None

    def shows(self, store: "PredictionStore") -> bool:
        """Whether the layers are of this answer already."""
        return self._store is not None and _identity(store) == _identity(self._store)

    def layer(self, kind: Kind) -> "Layer | None":
        """The layer as it is now; None where there is none (yet, or any more)."""
        return find(self._view.viewer.layers, _ROLES[kind], survey=self._view.survey)

    def show(self, store: "PredictionStore", classes: Classes) -> None:
        """Show a prediction (the growing one too); layers the user deleted come back.

        What the user has set on the layers (visibility, opacity, order) stays.
        """
        fresh = not self.shows(store)
        layers = self._view.viewer.layers
        active = layers.selection.active
        self._store, self._classes = store, classes
        for kind in _ROLES:
            former = self.layer(kind)
            if fresh and former is not None:
                self._replace(kind, former)
            elif former is None:
                self._view.viewer.add_layer(self._make(kind))
                layers.move(len(layers) - 1, self._below_labels())
        if active in layers:
            layers.selection.active = active
        self.recolour(classes)

    def changed(self, box: Box) -> None:
        """Cells of `box` are new in the store; only what is on the screen is read again."""
        for kind in _ROLES:
            layer = self.layer(kind)
            if layer is not None:
                self._view.lazy.forget(layer, box)

    def recolour(self, classes: Classes) -> None:
        """Show classes in their colours of now."""
        self._classes = classes
        layer = self.layer("class")
        if layer is not None:
            layer.colormap = class_colormap(classes)

    def hide(self) -> None:
        """Remove the layers: the study has no prediction."""
        for kind in _ROLES:
            layer = self.layer(kind)
            if layer is not None:
                _remove(self._view.viewer, layer)
        self._store = None

    def _below_labels(self) -> int:
        """Where a new layer goes: strokes stay on top of the answers."""
        return below_labels(self._view.viewer.layers)

    def _replace(self, kind: Kind, former: "Layer") -> None:
        """Put a layer over the new store in the former's place."""
        layers = self._view.viewer.layers
        at, kept = layers.index(former), (former.visible, former.opacity, former.blending, former.name)
        _remove(self._view.viewer, former)
        layer = self._make(kind)
        layers.insert(at, layer)
        layer.visible, layer.opacity, layer.blending, layer.name = kept

    def _make(self, kind: Kind) -> "Layer":
        if self._store is None:
            raise RuntimeError("no prediction to show")
        source = PredictionSource(self._store, kind)
        make = self._ambiguity_layer if kind == "ambiguity" else self._ids_layer(kind)
        return lock(self._view.lazy.build(source, self._view.stretch, make))

    def _tag(self, kind: Kind) -> dict[str, dict[str, Any]]:
        """Role, and where a writer finds the whole of it."""
        source = str(self._view.echogram.path)
        prediction = "" if self._store is None else str(self._store.path)
        return tag(_ROLES[kind], self._view.survey, source=source, prediction=prediction)

    def _ids_layer(self, kind: Kind) -> Any:
        def make(levels: "list[LazyLevel]") -> "Labels":
            from napari.layers import Labels
            from napari.utils.colormaps import label_colormap

            layer = Labels(
                **as_layer_data(levels),
                name=str(kind),
                opacity=0.8,
                visible=kind == "class",
                colormap=class_colormap(self._classes or DEFAULT_CLASSES)
                if kind == "class"
                else label_colormap(_CLUSTER_COLOURS),
                metadata=self._tag(kind),
                **self._view.frame.placement(),
            )
            layer.editable = False
            return layer

        return make

    def _ambiguity_layer(self, levels: "list[LazyLevel]") -> "Image":
        from napari.layers import Image

        return Image(
            **as_layer_data(levels),
            name="ambiguity",
            colormap="inferno",
            contrast_limits=(0, 1),
            opacity=0.6,
            visible=False,
            interpolation2d="nearest",
            metadata=self._tag("ambiguity"),
            **self._view.frame.placement(),
        )


def _identity(store: "PredictionStore") -> tuple[Path, datetime, int]:
    """What tells one answer from another (folders are used again), and from itself after a correction."""
    return store.path, store.record.created, store.record.generation


def _remove(viewer: Any, layer: "Layer") -> None:
    if hasattr(layer, "locked"):
        layer.locked = False
    viewer.layers.remove(layer)

"""The three answers as layers: class, cluster and ambiguity; locked, never painted, filled in by tiles."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject

from napari_fathom.events import Box
from napari_fathom.labels.classes import Classes
from napari_fathom.viewer.layers import ensure_layer, lock
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

    @property
    def shown(self) -> Path | None:
        """Folder of the prediction that is shown."""
        return None if self._store is None else self._store.path

    def layer(self, kind: Kind) -> "Layer | None":
        """The layer as it is now; None where there is none (yet, or any more)."""
        return find(self._view.viewer.layers, _ROLES[kind], survey=self._view.survey)

    def show(self, store: "PredictionStore", classes: Classes) -> None:
        """Show a prediction (the growing one too); layers the user deleted come back.

        What the user has set on the layers (visibility, opacity, order) stays.
        """
        fresh = self._store is None or _identity(store) != _identity(self._store)
        self._store, self._classes = store, classes
        for kind, role in _ROLES.items():
            former = self.layer(kind)
            if fresh and former is not None:
                self._replace(kind, former)
            ensure_layer(self._view.viewer, role, self._view.survey, lambda kind=kind: self._make(kind))  # type: ignore[misc]
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
        source, prediction = str(self._view.echogram.path), str(self.shown)
        return tag(_ROLES[kind], self._view.survey, source=source, prediction=prediction)

    def _ids_layer(self, kind: Kind) -> Any:
        def make(levels: "list[LazyLevel]") -> "Labels":
            from napari.layers import Labels
            from napari.utils.colormaps import label_colormap

            by_class = kind == "class" and self._classes is not None
            layer = Labels(
                levels,
                multiscale=True,
                name="class" if kind == "class" else "cluster",
                opacity=0.5,
                visible=kind == "class",
                colormap=class_colormap(self._classes) if by_class else label_colormap(_CLUSTER_COLOURS),
                metadata=self._tag(kind),
                **self._view.frame.placement(),
            )
            layer.editable = False
            return layer

        return make

    def _ambiguity_layer(self, levels: "list[LazyLevel]") -> "Image":
        from napari.layers import Image

        return Image(
            levels,
            multiscale=True,
            name="ambiguity",
            colormap="inferno",
            contrast_limits=(0, 1),
            opacity=0.6,
            visible=False,
            interpolation2d="nearest",
            metadata=self._tag("ambiguity"),
            **self._view.frame.placement(),
        )


def _identity(store: "PredictionStore") -> tuple[Path, int]:
    """What tells one answer from another, and from itself after its classes were corrected."""
    return store.path, store.record.generation


def class_colormap(classes: Classes | None) -> Any:
    """The labels' colours: 0 and unknown values are transparent."""
    from napari.utils.colormaps import DirectLabelColormap

    colours: dict[int | None, str] = {None: "transparent", 0: "transparent"}
    colours.update({item.value: item.colour for item in classes or ()})
    return DirectLabelColormap(color_dict=colours)


def _remove(viewer: Any, layer: "Layer") -> None:
    if hasattr(layer, "locked"):
        layer.locked = False
    viewer.layers.remove(layer)

"""Keeps the layer of all strokes in step with the store and out of the paint window's way."""

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from napari_fathom.events import Box
from napari_fathom.viewer.layers import ensure_layer
from napari_fathom.viewer.paint_layers import make_overview, whereabouts
from napari_fathom.viewer.paint_overview import LabelPyramid
from napari_fathom.viewer.paint_thread import LabelThread
from napari_fathom.viewer.roles import Role, find

if TYPE_CHECKING:
    from napari.layers import Labels

    from napari_fathom.labels import LabelStore
    from napari_fathom.viewer.survey_view import SurveyView

__all__ = ["PaintOverview"]


class PaintOverview(QObject):
    """The locked layer of a survey's strokes; it appears once the store has been read through.

    Parameters
    ----------
    view : SurveyView
        The survey as it is shown.
    store : LabelStore
        Its labels.
    thread : LabelThread
        Reads the store behind the screen.
    parent : QObject, optional
        Qt's owner.
    """

    def __init__(
        self, view: "SurveyView", store: "LabelStore", thread: LabelThread, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._view, self._store, self._thread = view, store, thread
        self._pyramid: LabelPyramid | None = None
        self._hole: Box | None = None
        shapes = tuple((int(array.shape[1]), int(array.shape[2])) for array in view.echogram.arrays)
        thread.read(lambda: LabelPyramid(store, shapes), self._show)

    @property
    def layer(self) -> "Labels | None":
        """None until the store has been read, and after the user deleted it."""
        return find(self._view.viewer.layers, Role.OVERVIEW, survey=self._view.survey)

    def ensure(self) -> None:
        """Show the layer again where the user has deleted it."""
        if self._pyramid is not None:
            self._show(self._pyramid)

    def update(self, box: Box) -> None:
        """Show what was written to a box of the store, after all that was handed to the thread before."""
        pyramid = self._pyramid
        if pyramid is not None:
            self._thread.read(lambda: pyramid.update(box), lambda _: self._refresh(box))

    def cut_hole(self, hole: Box | None) -> None:
        """Leave a box to the paint window; None shows everything."""
        self._hole = hole
        if self.layer is not None:
            self._view.lazy.cut_hole(self.layer, hole)

    def _show(self, pyramid: LabelPyramid) -> None:
        self._pyramid = pyramid
        view = self._view
        if find(view.viewer.layers, Role.SV, survey=view.survey) is None:
            return  # the window is closing, or the user has thrown the whole survey out

        def make() -> "Labels":
            return view.lazy.build(
                pyramid,
                view.stretch,
                lambda levels: make_overview(
                    view.survey,
                    view.frame,
                    self._store.classes,
                    levels,
                    **whereabouts(view.echogram, self._store),
                ),
            )

        layers = view.viewer.layers
        active = layers.selection.active
        overview = ensure_layer(view.viewer, Role.OVERVIEW, view.survey, make)
        window = find(layers, Role.LABELS, survey=view.survey)
        if window is not None:
            layers.move(layers.index(overview), layers.index(window))
        layers.selection.active = window if active is None else active
        self.cut_hole(self._hole)

    def _refresh(self, box: Box) -> None:
        if self.layer is not None:
            self._view.lazy.forget(self.layer, box)

"""Painting on a survey of any length: an editable window that follows the view, saved stroke by stroke."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from napari_fathom.errors import LabelError
from napari_fathom.events import Box
from napari_fathom.viewer.layers import ensure_layer
from napari_fathom.viewer.navigate import box_in_view
from napari_fathom.viewer.paint_diff import Change
from napari_fathom.viewer.paint_layers import (
    class_colormap,
    make_window,
    put_window,
    set_cells,
    whereabouts,
)
from napari_fathom.viewer.paint_overview_layer import PaintOverview
from napari_fathom.viewer.paint_region import contains, paint_box, paintable
from napari_fathom.viewer.paint_saved import SavedCells, store_change
from napari_fathom.viewer.paint_strokes import StrokeWatch
from napari_fathom.viewer.paint_switch import PaintSwitch
from napari_fathom.viewer.paint_thread import LabelThread
from napari_fathom.viewer.roles import Role, find
from napari_fathom.viewer.view_rest import ViewRest

if TYPE_CHECKING:
    from napari.layers import Labels

    from napari_fathom.labels import Classes, LabelEvent, LabelStore
    from napari_fathom.viewer.survey_view import SurveyView

__all__ = ["PaintWindow"]

MOST_UNDOABLE = 4_000_000
"""Cells that others changed at once up to which the change becomes a step of napari's undo: it keeps 18 bytes
of each, and this many take half a second. With more, the window is shown anew and its history ends."""


class PaintWindow(QObject):
    """The labels of one survey in one viewer.

    The layer holds the part in view. A finished stroke, an undo or a redo is found by comparing the layer
    with its last saved copy and goes to the store at once, by the thread that also reads the next window.
    What others write into the window joins napari's history, so that former strokes can still be undone.

    Parameters
    ----------
    view : SurveyView
        The survey as it is shown.
    store : LabelStore
        Its labels, open for writing.
    parent : QObject, optional
        Qt's owner.
    """

    saved = Signal(object)
    """The `LabelEvent` of a stroke, an undo or a redo that is on disk now."""
    moved = Signal(object)
    """The `Box` that can be painted now."""
    layerMade = Signal()
    """The editable layer is new: the user had deleted the former one."""
    hintChanged = Signal(str)
    """Why painting is off, in words for the user; empty when it is on."""
    failed = Signal(object)
    """A stroke that could not be written (it is tried again), or a value that is no class."""

    def __init__(self, view: "SurveyView", store: "LabelStore", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view, self.store = view, store
        self._saved_cells = SavedCells()
        self._coming: Classes | None = None
        self._last = ""
        self._moving = self._missed = False
        self._strokes = StrokeWatch(self)
        self._strokes.changed.connect(self._commit)
        self._strokes.released.connect(self._catch_up)
        self._switch = PaintSwitch(self._present, self)
        self._switch.hintChanged.connect(self.hintChanged)
        self._edits = 0
        self._thread = LabelThread(self)
        self._thread.failed.connect(self._on_failed)
        self._rest = ViewRest(view.viewer, self)
        self._rest.rested.connect(self.follow)
        view.viewer.layers.events.removed.connect(self._on_removed)
        self.layer  # noqa: B018 - made here, so that a user sees where to paint
        self._overview = PaintOverview(view, store, self._thread, self)
        self.follow()

    @property
    def layer(self) -> "Labels":
        """The editable layer, made again where the user has deleted it."""
        return ensure_layer(self.view.viewer, Role.LABELS, self.view.survey, self._make_layer)

    @property
    def box(self) -> Box | None:
        """The part of the survey that can be painted; None until it has been read."""
        return self._saved_cells.box

    @property
    def hint(self) -> str:
        """Why painting is off, in words for the user; empty when it is on."""
        return self._switch.hint

    @property
    def overview(self) -> "Labels | None":
        """The locked layer of all strokes; None until it has been read for the first time."""
        return self._overview.layer

    @property
    def painting(self) -> bool:
        """Whether a stroke is going on."""
        return self._strokes.pressed

    def follow(self) -> None:
        """Bring the window under the view, or say why it can't be painted."""
        seen = box_in_view(self.view.viewer, self.view.frame)
        if seen[0] == seen[1] or seen[2] == seen[3]:
            return
        if not paintable(seen):
            self._switch_off()
        elif self.box is not None and contains(self.box, seen):
            self._switch_on()
        elif not self._moving and not self._strokes.pressed:
            self._request(paint_box(seen, self.store.shape))

    def reload(self, box: Box | None = None) -> None:
        """Show what others (an import, an accepted prediction) wrote to the store.

        Parameters
        ----------
        box : Box, optional
            Where; everywhere without it.
        """
        self.flush()
        whole = (0, self.store.shape[0], 0, self.store.shape[1])
        self._overview.update(box or whole)
        if self.box is not None and (box is None or _meet(self.box, box)):
            self._request(self.box)

    def apply(self, box: Box, values: NDArray[np.uint8], mask: NDArray[np.bool_], *, origin: str) -> None:
        """Set labels as if a hand had painted them, so that napari's own undo takes them back.

        Parameters
        ----------
        box : Box
            In cells of the survey, within `self.box`.
        values, mask : ndarray, shape (h, w)
            New labels, and which of them to set.
        origin : str
            What the journal calls it.

        Raises
        ------
        ValueError
            If the box reaches beyond the window.
        """
        rows, columns = self._saved_cells.within(box)
        self.flush()
        set_cells(self.layer, rows.start, columns.start, values, mask)
        self._commit(origin)  # napari's paint event came before the cells were set

    def take_back(self, origin: str) -> bool:
        """Undo the last change if it was `origin`; False (and nothing done) where something came after it."""
        self.flush()
        if self._last != origin:
            return False
        self.layer.undo()
        return self._commit("undo")

    def unlabelled(self, box: Box) -> NDArray[np.bool_]:
        """Which cells of a box within the window have no label now, shape (h, w); ValueError beyond it."""
        return np.asarray(self.layer.data[self._saved_cells.within(box)] == 0)

    @property
    def classes(self) -> "Classes":
        """What can be painted: the store's, or those that it is about to have."""
        return self.store.classes if self._coming is None else self._coming

    def change_classes(self, classes: "Classes", then: "Callable[[LabelError | None], None]") -> None:
        """Have the store take these classes once all strokes so far are in it; then colour both layers.

        Parameters
        ----------
        classes : Classes
        then : callable
            Called in the GUI thread: with None, or why nothing has changed.
        """
        self.flush()
        self._coming = classes

        def settled(refusal: LabelError | None) -> None:
            if self._coming is classes:
                self._coming = None
            if refusal is None:
                self._recolour()
            then(refusal)

        self._thread.write(lambda: _refusal(self.store, classes), settled)

    def flush(self) -> None:
        """Hand every finished change to the writing thread now."""
        if not self._strokes.pressed:
            self._commit("paint")

    def wait_saved(self, timeout_s: float = 10.0) -> bool:
        """Flush, then wait until all is on disk; False when that takes longer."""
        self.flush()
        return self._thread.wait(timeout_s)

    def close(self) -> bool:
        """Save what is left and stop following; False if something could not be written."""
        self._rest.close()
        self.view.viewer.layers.events.removed.disconnect(self._on_removed)
        self._strokes.stop()
        self._commit("paint")
        return self._thread.close()

    def _recolour(self) -> None:
        for layer in (self._present(), self.overview):  # a survey that was closed meanwhile has none
            if layer is not None:
                layer.colormap = class_colormap(self.classes)

    def _make_layer(self) -> "Labels":
        view = self.view
        layer = make_window(
            view.survey, view.frame, self.store.classes, **whereabouts(view.echogram, self.store)
        )
        self._strokes.attach(layer)
        self._saved_cells.forget()
        self._rest.wait()
        return layer

    def _on_removed(self, event: Any) -> None:
        if find([event.value], Role.LABELS, survey=self.view.survey) is not None:
            QTimer.singleShot(0, self._restore_layer)  # later: a closing window removes the others next

    def _restore_layer(self) -> None:
        if find(self.view.viewer.layers, Role.SV, survey=self.view.survey) is not None:
            self.layer  # noqa: B018 - made again by being looked up
            self.layerMade.emit()

    def _present(self) -> "Labels | None":
        """The layer if it is there; a window that is closing must not get it back."""
        return find(self.view.viewer.layers, Role.LABELS, survey=self.view.survey)

    def _commit(self, origin: str) -> bool:
        """Send what differs from the saved copy to the store; False if nothing does."""
        layer = self._present()
        change = None if layer is None else self._saved_cells.change_to(layer.data)
        if layer is None or change is None or not self._allowed(layer, change):
            return False
        self._saved_cells.take(change)
        self._last = origin
        self._edits += 1
        there = self._saved_cells.in_survey(change)
        self._thread.write(
            lambda: _stored(self.store, there, origin), lambda told: self._on_stored(there.box, told)
        )
        self._overview.update(there.box)
        return True

    def _allowed(self, layer: "Labels", change: Change) -> bool:
        """Take back pixels whose value is no class (napari's "new label" key makes such)."""
        known = {0, *self.store.classes.values, *self.classes.values}
        unknown = set(np.unique(change.values[change.mask]).tolist()) - known
        if not unknown:
            return True
        top, bottom, left, right = change.box
        layer.data[top:bottom, left:right] = self._saved_cells.former(change)
        layer.refresh()
        values = ", ".join(map(str, sorted(unknown)))
        self.failed.emit(
            LabelError(f"There is no class {values}. Add it among the classes, then paint with it.")
        )
        return False

    def _on_failed(self, error: Exception) -> None:
        self._moving = False  # where it was a window that could not be read: the next move asks again
        self.failed.emit(error)

    def _on_stored(self, box: Box, told: "LabelEvent | LabelError") -> None:
        if isinstance(told, LabelError):
            self.failed.emit(told)
            if self._thread.open:
                self.reload(box)  # as the store has it
        elif told.number:
            self.saved.emit(told)

    def _request(self, box: Box) -> None:
        self.flush()
        self._moving = True
        edits = self._edits
        self._thread.read(lambda: self.store.read(box), lambda cells: self._arrive(box, cells, edits))

    def _arrive(self, box: Box, cells: NDArray[np.uint8], edits: int) -> None:
        self._moving = False
        layer = self._present()
        if layer is None or self._strokes.pressed:  # a stroke began: nothing must change under the hand
            self._missed = layer is not None
            return
        self.flush()
        if edits != self._edits:
            self._request(box)
        elif box != self.box or not self._merge(layer, cells):
            self._put(layer, box, cells)

    def _catch_up(self) -> None:
        """A stroke has ended: do what had to wait for it."""
        self.follow()
        if self._missed and not self._moving and self.box is not None:
            self._request(self.box)
        self._missed = False

    def _merge(self, layer: "Labels", cells: NDArray[np.uint8]) -> bool:
        """Take over what others wrote as one more step that can be undone; False where that is too much."""
        change = self._saved_cells.change_to(cells)
        if change is None:
            return True
        if np.count_nonzero(change.mask) > MOST_UNDOABLE:
            return False
        # napari tells before it sets, and the layer must then still be as saved: so the copy follows
        set_cells(layer, change.box[0], change.box[2], change.values, change.mask)
        self._saved_cells.take(change)
        self._last = "reload"
        return True

    def _put(self, layer: "Labels", box: Box, cells: NDArray[np.uint8]) -> None:
        self._strokes.muted = True
        put_window(layer, self.view.frame, box, cells)
        self._strokes.muted = False
        self._saved_cells.replace(box, cells)
        self._last = ""
        self._switch_on()
        self.moved.emit(box)
        self._rest.wait()

    def _switch_on(self) -> None:
        self._overview.cut_hole(self.box)
        self._switch.turn_on()

    def _switch_off(self) -> None:
        self.flush()
        self._overview.cut_hole(None)
        self._switch.turn_off("Zoom in to paint: the view shows too many pings at once.")


def _stored(store: "LabelStore", there: Change, origin: str) -> "LabelEvent | LabelError":
    """What the store has made of a change, or why it never will: its class went meanwhile.

    A disk that is full is raised: that change is tried again. This one would hold up every later stroke.
    """
    try:
        return store_change(store, there, origin)
    except LabelError as error:
        if set(np.unique(there.values[there.mask]).tolist()) <= {0, *store.classes.values}:
            raise
        return error


def _refusal(store: "LabelStore", classes: "Classes") -> LabelError | None:
    """Why a store doesn't take these classes; a disk that fails is raised, and tried again."""
    try:
        store.set_classes(classes)
    except LabelError as error:
        return error
    return None


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]

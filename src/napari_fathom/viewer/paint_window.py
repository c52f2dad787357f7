"""Painting on a survey of any length: an editable window that follows the view, saved stroke by stroke."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from napari_fathom.errors import LabelError
from napari_fathom.events import Box
from napari_fathom.viewer._compat import camera_of
from napari_fathom.viewer.layers import ensure_layer
from napari_fathom.viewer.navigate import box_in_view
from napari_fathom.viewer.paint_diff import Change, difference
from napari_fathom.viewer.paint_layers import class_colormap, make_window, put_window, whereabouts
from napari_fathom.viewer.paint_overview_layer import PaintOverview
from napari_fathom.viewer.paint_region import contains, paint_box, paintable
from napari_fathom.viewer.paint_strokes import StrokeWatch
from napari_fathom.viewer.paint_thread import LabelThread
from napari_fathom.viewer.roles import Role, find

if TYPE_CHECKING:
    from napari.layers import Labels

    from napari_fathom.labels import Classes, LabelEvent, LabelStore
    from napari_fathom.viewer.survey_view import SurveyView

__all__ = ["PaintWindow"]

FOLLOW_MS = 120
"""The view has come to rest when it hasn't moved for so long."""


class PaintWindow(QObject):
    """The labels of one survey in one viewer.

    The layer holds the part in view. A finished stroke, an undo or a redo is found by comparing the layer
    with its last saved copy and goes to the store at once, by the thread that also reads the next window.

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
        self.box: Box | None = None
        self.hint = ""
        self._saved: NDArray[np.uint8] = np.zeros((1, 1), np.uint8)
        self._moving = self._off = self._hid = False
        self._strokes = StrokeWatch(self)
        self._strokes.changed.connect(self._commit)
        self._strokes.released.connect(self.follow)
        self._edits = 0
        self._thread = LabelThread(self)
        self._thread.failed.connect(self._on_failed)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(FOLLOW_MS)
        self._rest.timeout.connect(self.follow)
        self._connect_viewer(True)
        self.layer  # noqa: B018 - made here, so that a user sees where to paint
        self._overview = PaintOverview(view, store, self._thread, self)
        self.follow()

    @property
    def layer(self) -> "Labels":
        """The editable layer, made again where the user has deleted it."""
        return ensure_layer(self.view.viewer, Role.LABELS, self.view.survey, self._make_layer)

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
            Where; everywhere without it. The window's undo history ends here if it is touched.
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
        """
        if self.box is None or not contains(self.box, box):
            raise ValueError(f"{box} is not within the window {self.box}")
        self.flush()
        rows, columns = np.nonzero(mask)
        indices = (rows + box[0] - self.box[0], columns + box[2] - self.box[2])
        self.layer.data_setitem(indices, values[rows, columns])
        self._commit(origin)  # napari's paint event came before the cells were set

    def unlabelled(self, box: Box) -> NDArray[np.bool_]:
        """Which cells of a box within the window have no label now, shape (h, w)."""
        if self.box is None or not contains(self.box, box):
            raise ValueError(f"{box} is not within the window {self.box}")
        rows, columns = (
            slice(box[0] - self.box[0], box[1] - self.box[0]),
            slice(box[2] - self.box[2], box[3] - self.box[2]),
        )
        return np.asarray(self.layer.data[rows, columns] == 0)

    def set_classes(self, classes: "Classes") -> None:
        """Colour both layers by these classes; the store's own are set by whoever owns the study."""
        for layer in (self.layer, self.overview):
            if layer is not None:
                layer.colormap = class_colormap(classes)

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
        self._connect_viewer(False)
        self._rest.stop()
        self._strokes.stop()
        self._commit("paint")
        return self._thread.close()

    def _make_layer(self) -> "Labels":
        view = self.view
        layer = make_window(
            view.survey, view.frame, self.store.classes, **whereabouts(view.echogram, self.store)
        )
        self._strokes.attach(layer)
        self.box, self._saved = None, np.zeros((1, 1), np.uint8)
        self._rest.start()
        return layer

    def _connect_viewer(self, on: bool) -> None:
        camera = camera_of(self.view.viewer)
        for emitter in (camera.events.center, camera.events.zoom):
            (emitter.connect if on else emitter.disconnect)(self._on_camera)
        removed = self.view.viewer.layers.events.removed
        (removed.connect if on else removed.disconnect)(self._on_removed)

    def _on_camera(self, event: Any = None) -> None:
        self._rest.start()

    def _on_removed(self, event: Any) -> None:
        if find([event.value], Role.LABELS, survey=self.view.survey) is not None:
            QTimer.singleShot(0, self._restore_layer)  # later: a closing window removes the others next

    def _restore_layer(self) -> None:
        if find(self.view.viewer.layers, Role.SV, survey=self.view.survey) is not None:
            self.layer  # noqa: B018 - made again by being looked up
            self.layerMade.emit()

    def _commit(self, origin: str) -> bool:
        """Send what differs from the saved copy to the store; False if nothing does."""
        layer = find(self.view.viewer.layers, Role.LABELS, survey=self.view.survey)
        if layer is None or self.box is None or layer.data.shape != self._saved.shape:
            return False
        change = difference(self._saved, layer.data)
        if change is None or not self._allowed(layer, change):
            return False
        top, bottom, left, right = change.box
        self._saved[top:bottom, left:right][change.mask] = change.values[change.mask]
        self._edits += 1
        there = change.moved(self.box[0], self.box[2])
        self._thread.write(
            lambda: self.store.write(there.box, there.values, there.mask, origin=origin), self._on_saved
        )
        self._overview.update(there.box)
        return True

    def _allowed(self, layer: "Labels", change: Change) -> bool:
        """Take back pixels whose value is no class (napari's "new label" key makes such)."""
        new = np.unique(change.values[change.mask])
        unknown = [int(value) for value in new if value and value not in self.store.classes]
        if not unknown:
            return True
        top, bottom, left, right = change.box
        layer.data[top:bottom, left:right] = self._saved[top:bottom, left:right]
        layer.refresh()
        values = ", ".join(map(str, unknown))
        self.failed.emit(
            LabelError(f"There is no class {values}. Add it among the classes, then paint with it.")
        )
        return False

    def _on_failed(self, error: Exception) -> None:
        self._moving = False  # where it was a window that could not be read: the next move asks again
        self.failed.emit(error)

    def _on_saved(self, event: "LabelEvent") -> None:
        if event.number:
            self.saved.emit(event)

    def _request(self, box: Box) -> None:
        self.flush()
        self._moving = True
        edits = self._edits
        self._thread.read(lambda: self.store.read(box), lambda cells: self._arrive(box, cells, edits))

    def _arrive(self, box: Box, cells: NDArray[np.uint8], edits: int) -> None:
        self._moving = False
        if self._strokes.pressed:  # a stroke began meanwhile: the window must not move under the hand
            return
        self.flush()
        if edits != self._edits:
            self._request(box)
            return
        self._strokes.muted = True
        put_window(self.layer, self.view.frame, box, cells)
        self._strokes.muted = False
        self.box, self._saved = box, cells.copy()
        self._switch_on()
        self.moved.emit(box)
        self._rest.start()

    def _switch_on(self) -> None:
        if self._off:
            self._off = False
            if self._hid:  # never otherwise: it would undo the user's own eye button, and the mode
                self.layer.visible = True
        self._overview.cut_hole(self.box)
        self._say("")

    def _switch_off(self) -> None:
        if not self._off:
            self.flush()
            self._off, self._hid = True, self.layer.visible
            if self._hid:
                self.layer.visible = False
        self._overview.cut_hole(None)
        self._say("Zoom in to paint: the view shows too many pings at once.")

    def _say(self, hint: str) -> None:
        if hint != self.hint:
            self.hint = hint
            self.hintChanged.emit(hint)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
